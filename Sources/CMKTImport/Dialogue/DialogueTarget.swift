import CMKTFormat
import Codecs
import Tensors

/// A target under construction: the rows read so far.
struct DialogueTarget {
  let columnCount: Int
  let level: Level
  private(set) var values: [Float] = []
  private(set) var valid: [Bool] = []
  /// Whether every split stores it as whole numbers or flags.
  var isIntegral = true

  /// A label with at least this many classes is read as a number.
  static let mostClasses = 64

  init(columnCount: Int, level: Level) {
    self.columnCount = columnCount
    self.level = level
  }

  /// Appends one row of labels.
  mutating func append(_ row: ArraySlice<Float>) {
    let isValid = row.allSatisfy(\.isFinite)
    values.append(contentsOf: isValid ? row : [Float](repeating: 0, count: columnCount)[...])
    valid.append(isValid)
  }

  /// Appends `count` rows without a label.
  mutating func appendUnlabelled(_ count: Int) {
    values.append(contentsOf: repeatElement(0, count: count * columnCount))
    valid.append(contentsOf: repeatElement(false, count: count))
  }

  /// The finished target; its kind follows from the valid values alone.
  ///
  /// One column of 0 and 1 is `binary`; several are `multilabel`; one column of whole numbers
  /// `0 ..< K`, stored as such, with 3 ≤ K ≤ 64, is `classes`; anything else is `regression`
  /// with the range that was seen.
  func target() -> Target {
    var lowest = Float.infinity
    var highest = -Float.infinity
    var isFlag = true
    for (row, isValid) in valid.enumerated() where isValid {
      for value in values[(row * columnCount)..<((row + 1) * columnCount)] {
        lowest = min(lowest, value)
        highest = max(highest, value)
        isFlag = isFlag && (value == 0 || value == 1)
      }
    }
    let kind = kind(isFlag: isFlag, lowest: lowest, highest: highest)
    var target = Target(
      values: Tensor(shape: [valid.count, columnCount], elements: values), valid: valid,
      level: level, kind: kind)
    switch kind {
    case .binary: target.classCount = 2
    case .classes: target.classCount = Int(highest) + 1
    case .regression: target.range = Double(lowest)...Double(highest)
    case .multilabel: break
    }
    return target
  }

  private func kind(isFlag: Bool, lowest: Float, highest: Float) -> TargetKind {
    if isFlag { return columnCount == 1 ? .binary : .multilabel }
    let isClass = columnCount == 1 && isIntegral && lowest >= 0
    return isClass && highest < Float(Self.mostClasses) ? .classes : .regression
  }
}
