import CMKTFormat
import Codecs

/// The reader of `npz-dialogue`: padded `NAME_SPLIT` arrays become sequences without padding.
///
/// Ids, lengths, intervals and labels are read at once. Features are read sequence by sequence
/// when they are wanted: where they lie, or from a temporary file where they are deflated.
struct DialogueReader {
  let source: DialogueSource
  private let layout: DialogueLayout
  let missingTargets: MissingTargets
  var ledger = Ledger()
  var table = SequenceTable(
    ids: [], recordings: [], speakers: [], splits: [], offsets: [0])
  private var intervals: [Double] = []
  private var modalities: [String: DialogueTrack] = [:]
  private var places: [DialogueTrack.Place] = []
  var targets: [String: DialogueTarget] = [:]
  /// What was read before the split at hand.
  var earlier = (splits: 0, sequences: 0, frames: 0)

  private init(
    _ source: DialogueSource, _ layout: DialogueLayout, _ missingTargets: MissingTargets
  ) {
    self.source = source
    self.layout = layout
    self.missingTargets = missingTargets
  }

  /// Reads the file at `path`, of which `name` is the name for people.
  ///
  /// - Throws: `ImportFailure`.
  static func dump(
    of path: String, name: String, missingTargets: MissingTargets
  ) throws(ImportFailure) -> Dump {
    let archive: NPZArchive
    do throws(CodecFailure) {
      archive = try NPZArchive(path: path)
    } catch {
      throw ImportFailure(error, source: path)
    }
    let layout = try DialogueLayout(names: archive.names, source: path)
    var reader = DialogueReader(
      DialogueSource(name: path, archive: archive), layout, missingTargets)
    for arrays in layout.splits { try reader.readSplit(arrays) }
    return try reader.finish(name)
  }

  // MARK: One split

  private mutating func readSplit(_ arrays: DialogueLayout.SplitArrays) throws(ImportFailure) {
    let first = try firstModality(of: arrays)
    let split = try DialogueSplit(arrays, paddedLength: first.shape[1], source)
    try appendSequences(split)
    var nonzeroPadding = [Bool](repeating: false, count: split.count * split.paddedLength)
    for base in arrays.names where !DialogueLayout.reserved.contains(base) {
      guard !isMask(base, in: arrays) else { continue }
      let file = try source.file(arrays.arrayName(base))
      if file.shape.count == 3, !DialogueLayout.isTargetName(base) {
        try appendModality(base, file, split, &nonzeroPadding)
      } else {
        try appendTarget(base, try source.load(arrays.arrayName(base)), split)
      }
    }
    try fillGaps(split)
    count(split, nonzeroPadding)
    if arrays.has("interval") {
      intervals += try DialogueIntervals(split, source, &ledger).seconds
    }
    earlier = (earlier.splits + 1, table.count, table.frameCount)
  }

  /// The first three-dimensional array that is no target: it tells how long the padding is.
  private func firstModality(
    of arrays: DialogueLayout.SplitArrays
  ) throws(ImportFailure) -> NPYFile {
    for base in arrays.names
    where !DialogueLayout.reserved.contains(base) && !DialogueLayout.isTargetName(base)
      && !isMask(base, in: arrays)
    {
      let file = try source.file(arrays.arrayName(base))
      if file.shape.count == 3 { return file }
    }
    throw .content(
      source: source.name, place: "split \(arrays.suffix)",
      expected: "at least one modality, an array of sequences x frames x features", found: "none",
      remedy: "add one, such as '\(arrays.arrayName("audio"))'")
  }

  /// Whether `base` is `<modality>_valid` beside an array `<modality>`.
  private func isMask(_ base: String, in arrays: DialogueLayout.SplitArrays) -> Bool {
    base.hasSuffix("_valid") && arrays.has(String(base.dropLast(6)))
  }

  private mutating func appendSequences(_ split: DialogueSplit) throws(ImportFailure) {
    let arrays = split.arrays
    let recordings =
      arrays.has("recording")
      ? try source.texts(arrays.arrayName("recording"), count: split.count) : split.ids
    let speakers =
      arrays.has("speaker")
      ? try source.texts(arrays.arrayName("speaker"), count: split.count)
      : [String](repeating: "", count: split.count)
    var known = Set(table.ids)
    for (index, id) in split.ids.enumerated() {
      guard known.insert(id).inserted else {
        throw source.failure(
          arrays.arrayName("id"), at: "[\(index)]", expected: "each id once",
          found: "'\(id)' a second time", remedy: "make the ids unique over all splits")
      }
      guard split.lengths[index] > 0 else {
        ledger.add("read", "sequences", .dropped, "no frames", example: id)
        continue
      }
      table.ids.append(id)
      table.recordings.append(recordings[index])
      table.speakers.append(speakers[index])
      table.splits.append(arrays.split)
      places.append(
        DialogueTrack.Place(
          part: earlier.splits, sequence: index, length: split.lengths[index],
          firstFrame: table.frameCount))
      table.offsets.append(table.frameCount + split.lengths[index])
    }
    ledger.add("read", "sequences", .incoming, count: split.count)
    ledger.add("read", "sequences", .kept, count: split.kept.count)
  }

  /// Frames that were kept, and padding that was dropped.
  private mutating func count(_ split: DialogueSplit, _ nonzeroPadding: [Bool]) {
    ledger.add("read", "frames", .incoming, count: split.count * split.paddedLength)
    ledger.add("read", "frames", .kept, count: split.frameCount)
    for (sequence, length) in split.lengths.enumerated() {
      let padding = length..<split.paddedLength
      let nonzero = padding.filter { nonzeroPadding[sequence * split.paddedLength + $0] }
      ledger.add(
        "read", "frames", .dropped, "padding", count: padding.count - nonzero.count,
        example: split.ids[sequence])
      ledger.add(
        "read", "frames", .dropped, "padding that is not zero", count: nonzero.count,
        example: nonzero.first.map { split.place(sequence, $0) })
    }
  }

  /// Every split must have every modality; labels may be absent from a whole split.
  private mutating func fillGaps(_ split: DialogueSplit) throws(ImportFailure) {
    for name in modalities.keys.sorted() where !split.arrays.has(name) {
      throw .content(
        source: source.name, place: "split \(split.arrays.suffix)",
        expected: "an array '\(split.arrays.arrayName(name))', as other splits have one",
        found: "none", remedy: "give each modality for every split")
    }
    for (name, target) in sortedTargets where !split.arrays.has(name) {
      let rows = target.level == .sequence ? split.kept.count : split.frameCount
      targets[name]?.appendUnlabelled(rows)
      let unit = target.level == .sequence ? "sequences" : "frames"
      ledger.add(
        "read", modality: "", unit, .masked, "target \(name) has no label there", count: rows,
        example: split.arrays.suffix)
    }
  }

  // MARK: Modalities

  /// More features than any extractor makes; guards against absurd extents.
  static let mostFeatures = 1 << 20

  private mutating func appendModality(
    _ base: String, _ file: NPYFile, _ split: DialogueSplit, _ nonzeroPadding: inout [Bool]
  ) throws(ImportFailure) {
    let name = split.arrays.arrayName(base)
    let featureCount = file.shape[2]
    guard (1...Self.mostFeatures).contains(featureCount) else {
      throw source.failure(
        name, expected: "1 to \(Self.mostFeatures) features", found: "\(featureCount)")
    }
    try source.check(file.shape, name, shape: [split.count, split.paddedLength, featureCount])
    let values = try source.numbers(file, name)
    var modality = try modality(base, featureCount, name)
    modality.parts.append(
      DialogueTrack.Part(
        values: values, mask: try mask(base, split, featureCount),
        maskName: split.arrays.arrayName(base + "_valid")))
    modalities[base] = modality
    try look(atPaddingOf: values, split, &nonzeroPadding)
  }

  /// Marks the padding that is not zero.
  private func look(
    atPaddingOf values: any NumberArray, _ split: DialogueSplit, _ nonzeroPadding: inout [Bool]
  ) throws(ImportFailure) {
    let width = values.shape[2]
    for sequence in 0..<split.count {
      let first = sequence * split.paddedLength + split.lengths[sequence]
      let padding = first..<(sequence + 1) * split.paddedLength
      guard !padding.isEmpty else { continue }
      let numbers = try values.floats(in: padding.scaled(by: width))
      for row in padding where !nonzeroPadding[row] {
        let begin = (row - first) * width
        nonzeroPadding[row] = numbers[begin..<begin + width].contains { $0 != 0 }
      }
    }
  }

  /// The modality called `base` as far as it was read, or a new one in the first split.
  private func modality(
    _ base: String, _ featureCount: Int, _ name: String
  ) throws(ImportFailure) -> DialogueTrack {
    guard let known = modalities[base] else {
      guard earlier.splits == 0 else {
        throw source.failure(
          name, expected: "a modality that every split has", found: "none in an earlier split",
          remedy: "give each modality for every split")
      }
      return DialogueTrack(
        name: base, columnNames: ColumnNames.numbered(base, count: featureCount), source: source)
    }
    guard known.columnNames.count == featureCount else {
      throw source.failure(
        name, expected: "\(known.columnNames.count) features, as in the other splits",
        found: "\(featureCount)")
    }
    return known
  }

  private func mask(
    _ base: String, _ split: DialogueSplit, _ featureCount: Int
  ) throws(ImportFailure) -> (any NumberArray)? {
    guard split.arrays.has(base + "_valid") else { return nil }
    let name = split.arrays.arrayName(base + "_valid")
    let file = try source.file(name)
    let rows = [split.count, split.paddedLength]
    try source.check(
      file.shape, name, shape: file.shape.count == 3 ? rows + [featureCount] : rows)
    return try source.numbers(file, name)
  }

  // MARK: The end

  /// By name: the ledger and the messages must not depend on the order of a dictionary.
  private var sortedTargets: [(key: String, value: DialogueTarget)] {
    targets.sorted { $0.key < $1.key }
  }

  private func finish(_ name: String) throws(ImportFailure) -> Dump {
    guard table.count > 0 else {
      throw .content(
        source: source.name, place: "lengths", expected: "at least one sequence with frames",
        found: "none", remedy: "")
    }
    var features = FeaturesFile(
      sequences: table, timeBase: intervals.isEmpty ? .index : .seconds,
      frameIntervals: intervals.isEmpty ? nil : intervals)
    features.name = name
    for (name, target) in sortedTargets {
      guard target.valid.contains(true) else {
        throw .content(
          source: source.name, place: "target '\(name)'", expected: "at least one finite label",
          found: "none", remedy: "correct it or leave it out")
      }
      features.targets[name] = target.target()
    }
    features.targets.linkDerivedTargets()
    var dump = Dump(
      features, files: [SourceFile(path: source.name, format: "npz-dialogue")], ledger: ledger)
    let tracks = modalities.sorted { $0.key < $1.key }.map { _, modality -> any Track in
      var modality = modality
      modality.places = places
      modality.intervals = intervals.isEmpty ? nil : intervals
      return modality
    }
    dump.tracks = tracks + dump.tracks
    return dump
  }
}
