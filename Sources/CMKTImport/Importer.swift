package import CMKTFormat
import Codecs

/// Turns a source into a features file in memory.
package enum Importer {
  /// Runs one import.
  ///
  /// The result has its sources and ledger, but no step: that is the tool's to record.
  ///
  /// - Throws: `ImportFailure`.
  package static func run(_ request: ImportRequest) throws(ImportFailure) -> FeaturesFile {
    let detected = try ImportFormat.detect(request.source)
    let format = request.format ?? detected
    guard (format == .npzDialogue) == (detected == .npzDialogue) else {
      throw .wrongValue(
        option: "--as", expected: "\(detected.rawValue) for this source", found: format.rawValue)
    }
    var (features, ledger) =
      switch format {
      case .npzDialogue: try readDialogue(request)
      case .syntheticMOSI, .syntheticRECOLA: try generate(format, request)
      }
    try keepTargets(request.targets, &features)
    try markFitted(request.fittedOn, &features)
    try SplitAssignment.apply(request.splitPolicy, to: &features, &ledger)
    for (modality, name) in features.modalities.map({ ($0.value, $0.key) }) {
      precondition(modality.rowCount == features.sequences.frameCount, "rows of \(name)")
    }
    features.provenance.ledger = ledger.rows
    return features
  }

  private static func readDialogue(
    _ request: ImportRequest
  ) throws(ImportFailure) -> (FeaturesFile, Ledger) {
    let bytes: [UInt8]
    do throws(CodecFailure) {
      bytes = try FileBytes.all(of: request.source)
    } catch {
      throw ImportFailure(error, source: request.source)
    }
    var (features, ledger) = try DialogueReader.read(
      bytes, name: request.source, missingTargets: request.missingTargets)
    let name = baseName(request.source)
    features.name = stem(name)
    features.provenance.sources = [
      Source(
        name: name, sha256: SHA256.hexDigest(of: bytes), byteCount: bytes.count,
        format: ImportFormat.npzDialogue.rawValue)
    ]
    return (features, ledger)
  }

  private static func generate(
    _ format: ImportFormat, _ request: ImportRequest
  ) throws(ImportFailure) -> (FeaturesFile, Ledger) {
    let settings = try SyntheticSettings(
      source: request.source, format: format, seed: request.seed)
    var features = settings.generate()
    let text = settings.canonicalSource
    features.name = String(format.rawValue.replacing(":", with: "-"))
    features.licence = "CC0-1.0"
    features.redistribution = .allowed
    features.provenance.sources = [
      Source(
        name: text, sha256: SHA256.hexDigest(of: Array(text.utf8)), byteCount: text.utf8.count,
        format: format.rawValue)
    ]
    var ledger = Ledger()
    ledger.add("read", "sequences", "kept", count: features.sequences.count)
    ledger.add("read", "frames", "kept", count: features.sequences.frameCount)
    return (features, ledger)
  }

  private static func keepTargets(
    _ names: [String], _ features: inout FeaturesFile
  ) throws(ImportFailure) {
    guard !names.isEmpty else { return }
    for name in names where features.targets[name] == nil {
      throw .unknownName(kind: "target", name: name, known: features.targets.keys.sorted())
    }
    features.targets = features.targets.filter { names.contains($0.key) }
    for (name, target) in features.targets where features.targets[target.sourceTarget] == nil {
      features.targets[name]?.sourceTarget = ""
      features.targets[name]?.threshold = nil
    }
  }

  /// Notes which sequences each extractor was fitted on: those of the source's own splits.
  private static func markFitted(
    _ fittedOn: [String: [String]], _ features: inout FeaturesFile
  ) throws(ImportFailure) {
    for (name, splits) in fittedOn.sorted(by: { $0.key < $1.key }) {
      guard features.modalities[name] != nil else {
        throw .unknownName(kind: "modality", name: name, known: features.modalities.keys.sorted())
      }
      let table = features.sequences
      let present = Set(table.splits)
      for split in splits where !present.contains(where: { $0.rawValue == split }) {
        throw .unknownName(
          kind: "split", name: split, known: Split.allCases.filter(present.contains).map(\.rawValue)
        )
      }
      features.modalities[name]?.fittedOn = table.ids.indices.filter {
        splits.contains(table.splits[$0].rawValue)
      }.map { table.ids[$0] }
    }
  }

  private static func baseName(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  /// `name` without its last extension.
  private static func stem(_ name: String) -> String {
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
    return String(name[..<dot])
  }
}
