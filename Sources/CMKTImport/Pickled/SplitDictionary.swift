import CMKTFormat
import Codecs

/// Reads MMSA, MulT, MultiBench and LMF files: splits, each with arrays for all of its samples.
struct SplitDictionary {
  /// A modality with its samples in each split.
  struct Modality {
    let name: String
    let key: String
    /// By split; nil where one lacks it.
    var samples: [PickledSamples?]

    var columnCount: Int { samples.lazy.compactMap { $0?.columnCount }.first ?? 0 }
    var isFlat: Bool { samples.lazy.compactMap { $0?.isFlat }.first ?? false }
  }

  let source: PickledSource
  let parts: [SplitPart]
  private(set) var modalities: [Modality] = []
  /// By split.
  private(set) var counts: [Int] = []

  /// Names of features in files of LMF.
  private static let standardNames = ["covarep": "audio", "facet": "vision", "glove": "text"]
  private static let mostModalities = 64
  private static let order = ["text", "audio", "vision"]

  init(_ source: PickledSource, _ parts: [SplitPart]) throws(ImportFailure) {
    self.source = source
    self.parts = parts
    try findModalities()
    guard !modalities.isEmpty else {
      throw source.failure(
        "the file", expected: "splits with arrays of features",
        found: source.document.noun(source.document.root))
    }
    guard modalities.count <= Self.mostModalities else {
      throw source.failure(
        "the file", expected: "at most \(Self.mostModalities) modalities",
        found: "\(modalities.count)")
    }
    try source.checkSharing(modalities.flatMap { $0.samples.compactMap { $0 } })
    var seen: Set<Split> = []
    for part in parts where !seen.insert(part.split).inserted {
      throw source.failure(
        part.place, expected: "each split once", found: "another for \(part.split.rawValue)")
    }
  }

  private mutating func findModalities() throws(ImportFailure) {
    var keys: [String] = []
    for part in parts {
      for key in part.keys where !keys.contains(key) && !Self.isOther(key) { keys.append(key) }
    }
    for key in keys {
      let name = Self.standardNames[key] ?? key
      let samples = parts.map { part in
        part.members[key].flatMap { PickledSamples($0, source, "\(part.place)['\(key)']") }
      }
      // Whole numbers without a time axis are indices of words and the like.
      guard samples.contains(where: { $0 != nil }),
        samples.allSatisfy({ $0.map { !$0.isFlat || $0.isFloatingPoint } ?? true })
      else { continue }
      modalities.append(Modality(name: name, key: key, samples: samples))
    }
    modalities.sort { Self.rank($0) < Self.rank($1) }
    try checkModalities()
  }

  /// Text, audio, vision, then others by name.
  private static func rank(_ modality: Modality) -> (Int, String) {
    (order.firstIndex(of: modality.name) ?? order.count, modality.name)
  }

  /// Whether `key` holds no features: labels, ids, lengths, tokens.
  private static func isOther(_ key: String) -> Bool {
    key.contains("label") || key.hasSuffix("_lengths")
      || ["id", "ids", "text_bert", "raw_text", "annotations", "align", "mode"].contains(key)
  }

  private mutating func checkModalities() throws(ImportFailure) {
    for (index, part) in parts.enumerated() {
      var known: PickledSamples?
      for modality in modalities {
        guard let samples = modality.samples[index] else { continue }
        guard samples.columnCount <= PickledSource.mostFeatures else {
          throw source.failure(
            samples.place, expected: "at most \(PickledSource.mostFeatures) features",
            found: "\(samples.columnCount)")
        }
        guard samples.columnCount == modality.columnCount, samples.isFlat == modality.isFlat else {
          throw source.failure(
            samples.place, expected: "\(modality.columnCount) features, as in the split before",
            found: "\(samples.columnCount)")
        }
        if let known, known.count != samples.count {
          throw source.failure(
            samples.place, expected: "\(known.count) samples, as in \(known.place)",
            found: "\(samples.count)", remedy: "write the file again; its samples cannot be matched"
          )
        }
        known = known ?? samples
      }
      let count = known?.count ?? 0
      guard count <= PickledSource.mostSamples else {
        throw source.failure(
          part.place, expected: "at most \(PickledSource.mostSamples) samples", found: "\(count)")
      }
      counts.append(count)
    }
  }

  /// The dump that the file is.
  ///
  /// - Throws: `ImportFailure`.
  func dump(name: String) throws(ImportFailure) -> Dump {
    var entries = PickledEntries()
    for (part, count) in zip(parts, counts) {
      entries.append(try PickledEntries.entries(of: part, count: count, source))
    }
    let labels = try PickledLabels(source, parts, counts).tracks()
    var ledger = Ledger()
    let paddings = try SplitPaddings(self, &ledger)
    var tracks: [any Track] = []
    for (modality, ranges) in zip(modalities, paddings.ranges) {
      let axis: TrackAxis = modality.isFlat ? .entry : paddings.isAligned ? .frames : .own
      let parts = zip(modality.samples, ranges).map { samples, ranges in
        samples.map { PickledTrack.Part(samples: $0, ranges: ranges) }
      }
      tracks.append(
        PickledTrack(
          name: modality.name, axis: axis, columnCount: modality.columnCount, parts: parts,
          places: entries.places))
    }
    tracks += labels as [any Track]
    if parts.contains(where: { $0.members["raw_text"] != nil }) {
      tracks.append(try transcripts(entries))
    }
    var dump = Dump(
      name: name, entries: entries.entries, tracks: tracks, files: [source.file], ledger: ledger)
    dump.lacksIDs = !parts.contains { $0.members["id"] != nil || $0.members["ids"] != nil }
    return dump
  }

  private func transcripts(_ entries: PickledEntries) throws(ImportFailure) -> PickledTextTable {
    var texts: [String?] = []
    for (part, count) in zip(parts, counts) {
      guard let value = part.members["raw_text"] else {
        texts += [String?](repeating: nil, count: count)
        continue
      }
      texts += try source.texts(value, count: count, "\(part.place)['raw_text']", limit: 16_384)
        .texts.prefix(count).map { $0 }
    }
    return PickledTextTable(name: "transcripts", texts: texts)
  }
}

/// One text for each entry.
struct PickledTextTable: Track {
  let name: String
  let texts: [String?]

  var role: TrackRole { .text }
  var axis: TrackAxis { .entry }
  var columnNames: [String] { [] }

  func rows(of entry: Int) throws(ImportFailure) -> TrackRows? {
    texts[entry].map { TrackRows(texts: [$0]) }
  }
}
