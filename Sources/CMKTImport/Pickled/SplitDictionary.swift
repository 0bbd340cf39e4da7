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
    /// Whether samples were filled up to one length, so that some rows may be padding.
    var isPadded: Bool { samples.allSatisfy { $0.map { $0.paddedLength != nil } ?? true } }
  }

  let source: PickledSource
  let parts: [SplitPart]
  private(set) var modalities: [Modality] = []
  /// By split.
  private(set) var counts: [Int] = []
  private var unread = PickledUnread()

  /// Names of features in files of LMF.
  private static let standardNames = ["covarep": "audio", "facet": "vision", "glove": "text"]
  private static let mostModalities = 64
  /// Samples times modalities.
  private static let mostRanges = 1 << 21
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
    var known: Set<String> = []
    for part in parts {
      for key in part.keys where known.insert(key).inserted { keys.append(key) }
    }
    for part in parts where part.split == .unlabelled {
      for key in part.keys where PickledLabels.knows(key) {
        unread.add(place(part, key), "labels of an unlabelled split")
      }
    }
    for key in keys where !Self.isOther(key) {
      if let modality = try modality(key) { modalities.append(modality) }
    }
    modalities.sort { Self.rank($0) < Self.rank($1) }
    try checkModalities()
  }

  /// The modality called `key`; nil where no split has features there.
  private mutating func modality(_ key: String) throws(ImportFailure) -> Modality? {
    let name = Self.standardNames[key] ?? key
    let findings = parts.map { part in
      part.members[key].map { PickledFinding($0, source, place(part, key)) }
    }
    if let reason = try Self.reasonToSkip(findings.compactMap { $0 }, key) {
      unread.add("'\(key)'", reason)
      return nil
    }
    guard findings.contains(where: { $0?.samples != nil }) else { return nil }
    for (part, finding) in zip(parts, findings) {
      guard case .other(let found) = finding else { continue }
      throw source.failure(
        place(part, key), expected: "an array, or a list of arrays, as in another split",
        found: found, remedy: "write the samples alike in every split, or remove the key")
    }
    return Modality(name: name, key: key, samples: findings.map { $0?.samples })
  }

  private func place(_ part: SplitPart, _ key: String) -> String { "\(part.place)['\(key)']" }

  /// Why what stands under `key` is no modality; nil where it is one, or there is nothing.
  ///
  /// - Throws: `ImportFailure.content` where features are damaged.
  private static func reasonToSkip(
    _ findings: [PickledFinding], _ key: String
  ) throws(ImportFailure) -> String? {
    if key.contains("label") { return "labels of another name" }
    for finding in findings {
      if case .odd(let failure) = finding { throw failure }
    }
    let samples = findings.compactMap(\.samples)
    if samples.isEmpty {
      return findings.lazy.compactMap { finding in
        if case .other(let found) = finding { found } else { nil }
      }.first
    }
    let isIndices = samples.allSatisfy { $0.isFlat && !$0.isFloatingPoint }
    return isIndices ? "whole numbers without a time axis" : nil
  }

  /// Text, audio, vision, then others by name.
  private static func rank(_ modality: Modality) -> (Int, String) {
    (order.firstIndex(of: modality.name) ?? order.count, modality.name)
  }

  /// Whether `key` holds no features: labels, ids, lengths, tokens.
  private static func isOther(_ key: String) -> Bool {
    PickledLabels.knows(key) || key.hasSuffix("_lengths") || key == PickledTranscripts.key
      || ["id", "ids", "text_bert", "annotations", "align", "mode"].contains(key)
  }

  private mutating func checkModalities() throws(ImportFailure) {
    for index in parts.indices {
      var known: PickledSamples?
      for modality in modalities {
        guard let samples = modality.samples[index] else { continue }
        guard samples.columnCount <= PickledSource.mostFeatures else {
          throw source.failure(
            samples.place, expected: "at most \(PickledSource.mostFeatures) features",
            found: "\(samples.columnCount)")
        }
        guard samples.isFlat == modality.isFlat else {
          throw source.failure(
            samples.place, expected: "a time axis in every split, or in none",
            found: samples.isFlat ? "an array [N, D]" : "an array [N, T, D]",
            remedy: "write the samples alike in every split")
        }
        guard samples.columnCount == modality.columnCount else {
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
      counts.append(count)
    }
    let (most, found) = (PickledSource.mostSamples, counts.reduce(0, +))
    guard found <= most, found * modalities.count <= Self.mostRanges else {
      throw source.failure(
        "the file",
        expected: "at most \(min(most, Self.mostRanges / max(1, modalities.count))) "
          + "samples of \(modalities.count) modalities", found: "\(found)",
        remedy: "write several files")
    }
  }

  /// The dump that the file is.
  ///
  /// - Throws: `ImportFailure`.
  func dump(name: String) throws(ImportFailure) -> Dump {
    var names: [PickledNames] = []
    for (part, count) in zip(parts, counts) {
      names.append(try PickledNames(part, count: count, source))
    }
    let entries = PickledEntries(names)
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
    if let transcripts = try PickledTranscripts(source, parts, counts, entries) {
      tracks.append(transcripts)
    }
    var dump = Dump(
      name: name, entries: entries.entries, tracks: tracks, files: [source.file], ledger: ledger)
    dump.lacksIDs = names.allSatisfy(\.texts.isEmpty)
    unread.tell(in: &dump)
    return dump
  }
}
