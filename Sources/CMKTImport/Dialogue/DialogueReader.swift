import CMKTFormat
import Codecs

/// The reader of `npz-dialogue`: padded `NAME_SPLIT` arrays become sequences without padding.
///
/// Arrays are inflated and packed one after another, so that one padded array is in memory at a
/// time beside the file and what is kept of it.
struct DialogueReader {
  let source: DialogueSource
  private let layout: DialogueLayout
  let missingTargets: MissingTargets
  var ledger = Ledger()
  var table = SequenceTable(
    ids: [], recordings: [], speakers: [], splits: [], offsets: [0])
  private var intervals: [Double] = []
  private var modalities: [String: DialogueModality] = [:]
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

  /// Reads the file whose bytes are `bytes`; `name` stands in messages.
  ///
  /// - Throws: `ImportFailure`.
  static func read(
    _ bytes: [UInt8], name: String, missingTargets: MissingTargets
  ) throws(ImportFailure) -> (features: FeaturesFile, ledger: Ledger) {
    let archive: NPZArchive
    do throws(CodecFailure) {
      archive = try NPZArchive(bytes)
    } catch {
      throw ImportFailure(error, source: name)
    }
    let layout = try DialogueLayout(names: archive.names, source: name)
    var reader = DialogueReader(
      DialogueSource(name: name, archive: archive), layout, missingTargets)
    for arrays in layout.splits { try reader.readSplit(arrays) }
    return (try reader.finish(), reader.ledger)
  }

  // MARK: One split

  private mutating func readSplit(_ arrays: DialogueLayout.SplitArrays) throws(ImportFailure) {
    let first = try firstModality(of: arrays)
    let split = try DialogueSplit(arrays, paddedLength: first.array.shape[1], source)
    try appendSequences(split)
    var nonzeroPadding = [Bool](repeating: false, count: split.count * split.paddedLength)
    for base in arrays.names where !DialogueLayout.reserved.contains(base) {
      guard !isMask(base, in: arrays) else { continue }
      let array = base == first.base ? first.array : try source.load(arrays.arrayName(base))
      if array.shape.count == 3, !DialogueLayout.isTargetName(base) {
        try appendModality(base, array, split, &nonzeroPadding)
      } else {
        try appendTarget(base, array, split)
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
  ) throws(ImportFailure) -> (base: String, array: NPYArray) {
    for base in arrays.names
    where !DialogueLayout.reserved.contains(base) && !DialogueLayout.isTargetName(base)
      && !isMask(base, in: arrays)
    {
      let array = try source.load(arrays.arrayName(base))
      if array.shape.count == 3 { return (base, array) }
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
      table.offsets.append(table.frameCount + split.lengths[index])
    }
    ledger.add("read", "sequences", .kept, count: split.kept.count)
  }

  /// Frames that were kept, and padding that was dropped.
  private mutating func count(_ split: DialogueSplit, _ nonzeroPadding: [Bool]) {
    ledger.add("read", "frames", .kept, count: split.frameCount)
    let nonzero = nonzeroPadding.count { $0 }
    let padding = split.count * split.paddedLength - split.frameCount
    ledger.add("read", "frames", .dropped, "padding", count: padding - nonzero)
    ledger.add("read", "frames", .dropped, "padding that is not zero", count: nonzero)
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

  private mutating func appendModality(
    _ base: String, _ array: NPYArray, _ split: DialogueSplit, _ nonzeroPadding: inout [Bool]
  ) throws(ImportFailure) {
    let name = split.arrays.arrayName(base)
    let featureCount = array.shape[2]
    guard (1...DialogueModality.mostFeatures).contains(featureCount) else {
      throw source.failure(
        name, expected: "1 to \(DialogueModality.mostFeatures) features", found: "\(featureCount)")
    }
    try source.check(array, name, shape: [split.count, split.paddedLength, featureCount])
    guard let values = array.floats else {
      throw source.failure(name, expected: "numbers", found: array.type.descriptor)
    }
    var modality = try modality(base, featureCount, name)
    let mask = try mask(base, split, featureCount)
    for sequence in 0..<split.count {
      for frame in 0..<split.paddedLength {
        let row = sequence * split.paddedLength + frame
        let slice = values[(row * featureCount)..<((row + 1) * featureCount)]
        guard frame < split.lengths[sequence] else {
          nonzeroPadding[row] = nonzeroPadding[row] || slice.contains { $0 != 0 }
          continue
        }
        let masked = mask.maskedCount(of: row, featureCount: featureCount)
        let imputed = modality.append(slice, mask: mask.flags(of: row))
        if masked > 0 {
          ledger.add(
            "clean", modality: base, "values", .masked, "marked as not valid in the source",
            count: masked, example: split.place(sequence, frame))
        }
        if imputed > 0 {
          ledger.add(
            "clean", modality: base, "values", .imputed, "NaN or infinite, now 0 and not valid",
            count: imputed, example: split.place(sequence, frame))
        }
      }
    }
    modalities[base] = modality
  }

  /// The modality called `base` as far as it was read, or a new one in the first split.
  private func modality(
    _ base: String, _ featureCount: Int, _ name: String
  ) throws(ImportFailure) -> DialogueModality {
    guard let known = modalities[base] else {
      guard earlier.splits == 0 else {
        throw source.failure(
          name, expected: "a modality that every split has", found: "none in an earlier split",
          remedy: "give each modality for every split")
      }
      return DialogueModality(featureCount: featureCount)
    }
    guard known.featureCount == featureCount else {
      throw source.failure(
        name, expected: "\(known.featureCount) features, as in the other splits",
        found: "\(featureCount)")
    }
    return known
  }

  private func mask(
    _ base: String, _ split: DialogueSplit, _ featureCount: Int
  ) throws(ImportFailure) -> DialogueMask {
    guard split.arrays.has(base + "_valid") else { return DialogueMask() }
    let name = split.arrays.arrayName(base + "_valid")
    let array = try source.load(name)
    let rows = [split.count, split.paddedLength]
    let isPerValue = array.shape.count == 3
    try source.check(array, name, shape: isPerValue ? rows + [featureCount] : rows)
    guard let values = array.doubles, values.allSatisfy({ $0 == 0 || $0 == 1 }) else {
      throw source.failure(name, expected: "flags 0 and 1 (dtype bool)", found: "other values")
    }
    return DialogueMask(values.map { $0 == 1 }, width: isPerValue ? featureCount : 1)
  }

  // MARK: The end

  /// By name: the ledger and the messages must not depend on the order of a dictionary.
  private var sortedTargets: [(key: String, value: DialogueTarget)] {
    targets.sorted { $0.key < $1.key }
  }

  private func finish() throws(ImportFailure) -> FeaturesFile {
    guard table.count > 0 else {
      throw .content(
        source: source.name, place: "lengths", expected: "at least one sequence with frames",
        found: "none", remedy: "")
    }
    var features = FeaturesFile(
      sequences: table, timeBase: intervals.isEmpty ? .index : .seconds,
      frameIntervals: intervals.isEmpty ? nil : intervals)
    features.modalities = Dictionary(
      uniqueKeysWithValues: modalities.map { ($0.key, $0.value.modality(called: $0.key)) })
    for (name, target) in sortedTargets {
      guard target.valid.contains(true) else {
        throw .content(
          source: source.name, place: "target '\(name)'", expected: "at least one finite label",
          found: "none", remedy: "correct it or leave it out")
      }
      features.targets[name] = target.target()
    }
    features.targets.linkDerivedTargets()
    return features
  }
}
