import CMKTFormat
import Tensors

/// The rows of a target over all sequences, and what kind of quantity they are.
struct TargetCollector {
  let name: String
  let columnNames: [String]
  let description: TargetDescription
  let level: Level
  private var values: [Float] = []
  private var valid: [Bool] = []
  private var raters: [Float] = []

  /// A label with at least this many classes is read as a number.
  static let mostClasses = 64

  init(name: String, columnNames: [String], description: TargetDescription, level: Level) {
    self.name = name
    self.columnNames = columnNames
    self.description = description
    self.level = level
  }

  /// Appends the rows of one sequence.
  mutating func append(_ block: RowBlock) {
    values += block.values
    valid += (0..<block.rowCount).map { block.hasAny(row: $0) }
    raters += block.raters
  }

  /// Whether any row is labelled.
  var isLabelled: Bool { valid.contains(true) }

  /// The finished target; where the source does not tell the kind, the valid values do.
  ///
  /// One column of 0 and 1 is `binary`; several are `multilabel`; one column of whole numbers
  /// `0 ..< K`, stored as such, with 3 ≤ K ≤ 64, is `classes`; anything else is `regression`
  /// with the range that was seen.
  func target() -> Target {
    var lowest = Float.infinity
    var highest = -Float.infinity
    var isFlag = true
    let columnCount = columnNames.count
    for (row, isValid) in valid.enumerated() where isValid {
      for value in values[(row..<row + 1).scaled(by: columnCount)] {
        lowest = min(lowest, value)
        highest = max(highest, value)
        isFlag = isFlag && (value == 0 || value == 1)
      }
    }
    let kind = description.kind ?? seenKind(isFlag: isFlag, lowest: lowest, highest: highest)
    var target = Target(
      values: Tensor(shape: [valid.count, columnCount], elements: values), valid: valid,
      level: level, kind: kind)
    switch kind {
    case .binary: target.classCount = 2
    case .classes:
      let seen = lowest <= highest ? Int(exactly: highest.rounded(.down)) ?? 0 : 0
      target.classCount = max(
        seen.addingReportingOverflow(1).partialValue, description.names.count, 2)
    case .regression:
      target.range =
        description.range ?? (lowest <= highest ? Double(lowest)...Double(highest) : nil)
    case .multilabel: break
    }
    target.names = names(of: target)
    target.delaySeconds = description.delaySeconds
    target.sourceTarget = description.sourceTarget
    target.threshold = description.threshold
    target.raters = finishedRaters(columnCount)
    return target
  }

  private func seenKind(isFlag: Bool, lowest: Float, highest: Float) -> TargetKind {
    let columnCount = columnNames.count
    if isFlag { return columnCount == 1 ? .binary : .multilabel }
    let isClass = columnCount == 1 && description.isIntegral && lowest >= 0
    return isClass && highest < Float(Self.mostClasses) ? .classes : .regression
  }

  /// The names that the source gives, where they are as many as there must be.
  private func names(of target: Target) -> [String] {
    let expected = target.classCount == 0 ? target.columnCount : target.classCount
    return description.names.count == expected ? description.names : []
  }

  private func finishedRaters(_ columnCount: Int) -> Raters? {
    let raterCount = description.raterNames.count
    guard raterCount > 0, raters.count == values.count * raterCount else { return nil }
    var flags: [Bool] = []
    var finite = raters
    for start in stride(from: 0, to: raters.count, by: columnCount) {
      let isRated = raters[start..<start + columnCount].allSatisfy(\.isFinite)
      flags.append(isRated)
      if !isRated { for index in start..<start + columnCount { finite[index] = 0 } }
    }
    return Raters(
      names: description.raterNames,
      values: Tensor(shape: [valid.count, raterCount, columnCount], elements: finite), valid: flags)
  }
}

extension [String: Target] {
  /// Records of each binary target which numeric target it follows from, where exactly one does.
  ///
  /// A target is said to follow only where `value >= 0` equals it in every row that both label.
  mutating func linkDerivedTargets() {
    for (name, target) in self where target.kind == .binary && target.sourceTarget.isEmpty {
      let sources = self.filter { candidate in
        candidate.value.kind == .regression && candidate.value.columnCount == 1
          && candidate.value.level == target.level && target.follows(from: candidate.value)
      }
      guard sources.count == 1, let source = sources.first else { continue }
      self[name]?.sourceTarget = source.key
      self[name]?.threshold = 0
    }
  }
}

extension Target {
  fileprivate func follows(from source: Target) -> Bool {
    guard source.valid == valid else { return false }
    return valid.indices.allSatisfy { row in
      !valid[row] || (source.values.elements[row] >= 0) == (values.elements[row] == 1)
    }
  }
}
