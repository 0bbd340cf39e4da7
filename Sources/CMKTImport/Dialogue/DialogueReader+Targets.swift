import CMKTFormat
import Codecs

extension DialogueReader {
  /// Reads the labels called `base` of one split.
  ///
  /// - Throws: `ImportFailure`.
  mutating func appendTarget(
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
    guard let values = array.floats, (1...Self.mostFeatures).contains(columnCount)
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
      "clean", frame == nil ? "sequences" : "frames", .masked,
      "target \(base) is NaN or infinite there", example: place)
  }
}
