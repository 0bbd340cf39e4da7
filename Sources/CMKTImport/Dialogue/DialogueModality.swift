import CMKTFormat
import Codecs
import Tensors

/// A modality under construction: the frames read so far.
struct DialogueModality {
  let featureCount: Int
  private var values: [Float] = []
  private var rows: [Bool] = []
  /// One flag per value, from the first value on that is not valid alone.
  private var elements: [Bool]?

  /// More features than any extractor makes; guards against absurd extents.
  static let mostFeatures = 1 << 20

  init(featureCount: Int) {
    self.featureCount = featureCount
  }

  /// Appends one frame; `mask` holds one flag for the row or one per value, nil where all is valid.
  ///
  /// - Returns: the number of values that were not finite and became 0.
  mutating func append(_ frame: ArraySlice<Float>, mask: ArraySlice<Bool>?) -> Int {
    guard mask != nil || !Self.isFinite(frame) else {
      values.append(contentsOf: frame)
      appendFlags([], row: true)
      return 0
    }
    var flags = mask.map { Array($0) } ?? [true]
    if flags.count == 1 { flags = [Bool](repeating: flags[0], count: featureCount) }
    var imputed = 0
    for (column, value) in frame.enumerated() {
      values.append(value.isFinite ? value : 0)
      guard !value.isFinite else { continue }
      imputed += 1
      flags[column] = false
    }
    appendFlags(flags, row: true)
    return imputed
  }

  private static func isFinite(_ frame: ArraySlice<Float>) -> Bool {
    for value in frame where !value.isFinite { return false }
    return true
  }

  /// Appends the flags of one row; none stand for `row` in every column.
  private mutating func appendFlags(_ flags: [Bool], row: Bool) {
    if !flags.isEmpty, elements == nil, flags.contains(true), flags.contains(false) {
      elements = rows.flatMap { [Bool](repeating: $0, count: featureCount) }
    }
    let value = flags.first ?? row
    rows.append(value)
    elements?.append(
      contentsOf: flags.isEmpty ? [Bool](repeating: value, count: featureCount) : flags)
  }

  /// The finished modality, its features called `<name>_000` and so on.
  func modality(called name: String) -> Modality {
    let names = ColumnNames.numbered(name, count: featureCount)
    return Modality(
      values: Tensor(shape: [rows.count, featureCount], elements: values),
      validity: elements.map { .elements($0) } ?? .rows(rows), featureNames: names, level: .frame)
  }
}
