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

  /// Appends one frame; `isValid` holds one flag for the row or one per value.
  ///
  /// - Returns: the number of values that were not finite and became 0.
  mutating func append(_ frame: ArraySlice<Float>, isValid: [Bool]) -> Int {
    var imputed = 0
    var flags = isValid.count == 1 ? [] : isValid
    for (column, value) in frame.enumerated() {
      guard !value.isFinite else {
        values.append(value)
        continue
      }
      values.append(0)
      imputed += 1
      if flags.isEmpty {
        flags = [Bool](repeating: isValid.first ?? true, count: featureCount)
      }
      flags[column] = false
    }
    appendFlags(flags, row: isValid.first ?? true)
    return imputed
  }

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
    let width = max(3, String(featureCount - 1).count)
    let names = (0..<featureCount).map { column in
      let digits = String(column)
      return "\(name)_" + String(repeating: "0", count: width - digits.count) + digits
    }
    return Modality(
      values: Tensor(shape: [rows.count, featureCount], elements: values),
      validity: elements.map { .elements($0) } ?? .rows(rows), featureNames: names, level: .frame)
  }
}
