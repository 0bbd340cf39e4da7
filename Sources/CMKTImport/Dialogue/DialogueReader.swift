import CMKTFormat
import Codecs

/// The reader of `npz-dialogue`: padded `NAME_SPLIT` arrays become sequences without padding.
///
/// Arrays are inflated and packed one after another, so that one padded array is in memory at a
/// time beside the file and what is kept of it.
struct DialogueReader {
  private let source: DialogueSource
  private let layout: DialogueLayout
  private let missingTargets: MissingTargets
  private(set) var ledger = Ledger()
  private var table = SequenceTable(
    ids: [], recordings: [], speakers: [], splits: [], offsets: [0])
  private var intervals: [Double] = []
  private var modalities: [String: DialogueModality] = [:]
  private var targets: [String: DialogueTarget] = [:]
  /// What was read before the split at hand.
  private var earlier = (splits: 0, sequences: 0, frames: 0)

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
        ledger.add("read", "sequences", "dropped", "no frames", example: id)
        continue
      }
      table.ids.append(id)
      table.recordings.append(recordings[index])
      table.speakers.append(speakers[index])
      table.splits.append(arrays.split)
      table.offsets.append(table.frameCount + split.lengths[index])
    }
    ledger.add("read", "sequences", "kept", count: split.kept.count)
  }

  /// Frames that were kept, and padding that was dropped.
  private mutating func count(_ split: DialogueSplit, _ nonzeroPadding: [Bool]) {
    ledger.add("read", "frames", "kept", count: split.frameCount)
    let nonzero = nonzeroPadding.count { $0 }
    let padding = split.count * split.paddedLength - split.frameCount
    ledger.add("read", "frames", "dropped", "padding", count: padding - nonzero)
    if nonzero > 0 {
      ledger.add("read", "frames", "dropped", "padding that is not zero", count: nonzero)
    }
  }

  /// Every split must have every modality; labels may be absent from a whole split.
  private mutating func fillGaps(_ split: DialogueSplit) throws(ImportFailure) {
    for (name, _) in modalities where !split.arrays.has(name) {
      throw .content(
        source: source.name, place: "split \(split.arrays.suffix)",
        expected: "an array '\(split.arrays.arrayName(name))', as other splits have one",
        found: "none", remedy: "give each modality for every split")
    }
    for (name, target) in targets where !split.arrays.has(name) {
      let rows = target.level == .sequence ? split.kept.count : split.frameCount
      targets[name]?.appendUnlabelled(rows)
      let unit = target.level == .sequence ? "sequences" : "frames"
      ledger.add(
        "read", modality: "", unit, "masked", "target \(name) has no label there", count: rows,
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
        let flags = mask.flags(of: row)
        let masked = flags.count { !$0 } * (flags.count == 1 ? featureCount : 1)
        let imputed = modality.append(slice, isValid: flags)
        if masked > 0 {
          ledger.add(
            "clean", modality: base, "values", "masked", "marked as not valid in the source",
            count: masked, example: split.place(sequence, frame))
        }
        if imputed > 0 {
          ledger.add(
            "clean", modality: base, "values", "imputed", "NaN or infinite, now 0 and not valid",
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

  // MARK: Targets

  private mutating func appendTarget(
    _ base: String, _ array: NPYArray, _ split: DialogueSplit
  ) throws(ImportFailure) {
    let name = split.arrays.arrayName(base)
    let level: Level = array.shape.count == 1 ? .sequence : .frame
    let columnCount = array.shape.count == 3 ? array.shape[2] : 1
    let expected = [[split.count], [split.count, split.paddedLength]].first {
      $0.count == array.shape.count
    }
    let shape = expected ?? [split.count, split.paddedLength, columnCount]
    try source.check(array, name, shape: shape)
    guard let values = array.floats, (1...DialogueModality.mostFeatures).contains(columnCount)
    else {
      throw source.failure(
        name, expected: "numbers; text belongs in id, recording or speaker",
        found: array.type.descriptor)
    }
    var target = try target(base, columnCount, level, name)
    target.isIntegral = target.isIntegral && !array.type.isFloatingPoint
    for sequence in split.kept {
      let frames = level == .sequence ? 1 : split.lengths[sequence]
      let first = level == .sequence ? sequence : sequence * split.paddedLength
      for frame in 0..<frames {
        let row = values[((first + frame) * columnCount)..<((first + frame + 1) * columnCount)]
        try checkLabel(row, base, split, sequence, level == .sequence ? nil : frame)
        target.append(row)
      }
    }
    targets[base] = target
  }

  private func target(
    _ base: String, _ columnCount: Int, _ level: Level, _ name: String
  ) throws(ImportFailure) -> DialogueTarget {
    guard let known = targets[base] else {
      var target = DialogueTarget(columnCount: columnCount, level: level)
      // Splits before this one have no such array.
      target.appendUnlabelled(level == .sequence ? earlier.sequences : earlier.frames)
      return target
    }
    guard known.columnCount == columnCount, known.level == level else {
      throw source.failure(
        name, expected: "\(known.columnCount) columns per \(known.level)",
        found: "\(columnCount) per \(level)", remedy: "give it the same form in every split")
    }
    return known
  }

  private mutating func checkLabel(
    _ row: ArraySlice<Float>, _ base: String, _ split: DialogueSplit, _ sequence: Int, _ frame: Int?
  ) throws(ImportFailure) {
    guard let value = row.first(where: { !$0.isFinite }) else { return }
    let place = frame.map { split.place(sequence, $0) } ?? split.ids[sequence]
    guard missingTargets == .mask else {
      throw source.failure(
        split.arrays.arrayName(base), at: " at \(place)", expected: "a finite label",
        found: value.isNaN ? "NaN" : "infinity",
        remedy: "correct it, or let such rows count as unlabelled with --missing-targets mask")
    }
    ledger.add(
      "clean", frame == nil ? "sequences" : "frames", "masked",
      "target \(base) is NaN or infinite there", example: place)
  }

  // MARK: The end

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
    for (name, target) in targets {
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
