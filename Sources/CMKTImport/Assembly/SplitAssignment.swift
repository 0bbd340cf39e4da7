import CMKTFormat
import Codecs
import Foundation

/// Gives sequences other splits than their source does.
enum SplitAssignment {
  /// - Throws: `ImportFailure`.
  static func apply(
    _ policy: SplitPolicy, to features: inout FeaturesFile, _ ledger: inout Ledger
  ) throws(ImportFailure) {
    switch policy {
    case .standard: assignStandardFolds(to: &features, &ledger)
    case .none:
      features.sequences.splits = features.sequences.splits.map { _ in .none }
    case .file(let path):
      let (assigned, source) = try read(path)
      features.provenance.sources.append(source)
      let table = features.sequences
      let originals = Dictionary(
        features.provenance.originalIDs.map { ($0.id, $0.original) }, uniquingKeysWith: { $1 })
      var met: Set<String> = []
      for (index, id) in table.ids.enumerated() {
        let names = [id, originals[id] ?? id, table.recordings[index]]
        let name = names.first { assigned[$0] != nil }
        features.sequences.splits[index] = name.flatMap { assigned[$0] } ?? .none
        met.formUnion(name.map { [$0] } ?? [])
        if name == nil {
          ledger.add("join", "sequences", .noted, "not in the split file", example: id)
        }
      }
      guard !met.isEmpty else {
        throw .content(
          source: path, place: "ids",
          expected: "ids of the sequences or recordings, such as '\(table.ids[0])'",
          found: "none of them", remedy: "name sequences or recordings by their ids")
      }
      for id in assigned.keys.filter({ !met.contains($0) }).sorted() {
        ledger.add("join", "ids", .noted, "in the split file alone", example: id)
      }
    }
  }

  /// The folds of a data set that is known by the ids of its recordings, where the source itself
  /// gives no splits.
  private static func assignStandardFolds(
    to features: inout FeaturesFile, _ ledger: inout Ledger
  ) {
    let table = features.sequences
    guard table.splits.allSatisfy({ $0 == .none }),
      let folds = StandardFolds.holding(Set(table.recordings))
    else { return }
    for (index, recording) in table.recordings.enumerated() {
      if let split = folds[recording] {
        features.sequences.splits[index] = split
        ledger.add("join", "sequences", .noted, "split by the standard folds of \(folds.name)")
      } else {
        ledger.add(
          "join", "sequences", .noted, "not in the standard folds of \(folds.name)",
          example: table.ids[index])
      }
    }
  }

  /// The split of each id in a JSON file: an object whose members `train`, `valid`, `test`,
  /// `unlabelled` (or `standard_train_fold` and so on) are arrays of ids; others are ignored.
  private static func read(
    _ path: String
  ) throws(ImportFailure) -> (assigned: [String: Split], source: Source) {
    let bytes: [UInt8]
    do throws(CodecFailure) {
      bytes = try FileBytes.all(of: path, limit: 256 << 20)
    } catch {
      throw ImportFailure(error, source: path)
    }
    guard let object = try? JSONSerialization.jsonObject(with: Data(bytes)),
      let members = object as? [String: Any]
    else {
      throw .unrecognised(
        source: path, found: "no JSON object",
        remedy: #"give one such as {"train": ["id1"], "valid": ["id2"], "test": ["id3"]}"#)
    }
    var assigned: [String: Split] = [:]
    for (spelling, split) in spellings {
      guard let ids = members[spelling] else { continue }
      guard let ids = ids as? [String] else {
        throw .content(
          source: path, place: spelling, expected: "an array of ids", found: "another value",
          remedy: "")
      }
      for id in ids where assigned.updateValue(split, forKey: id) != nil {
        throw .content(
          source: path, place: spelling, expected: "each id in one split", found: "'\(id)' twice",
          remedy: "name it once")
      }
    }
    guard !assigned.isEmpty else {
      throw .content(
        source: path, place: "members", expected: "train, valid, test or unlabelled",
        found: members.keys.sorted().prefix(6).joined(separator: ", "), remedy: "rename them")
    }
    let source = Source(
      name: path.split(separator: "/").last.map(String.init) ?? path,
      sha256: SHA256.hexDigest(of: bytes), byteCount: bytes.count, format: "json-splits")
    return (assigned, source)
  }

  private static let spellings: [(String, Split)] = DialogueLayout.suffixes.flatMap {
    [($0.suffix, $0.split), ("standard_\($0.suffix)_fold", $0.split)]
  }
}
