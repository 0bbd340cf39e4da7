/// The rows that meet each reference row, as one row each.
///
/// What is NaN, infinite or not valid takes no part in a mean or a maximum. A column that has
/// nothing else is NaN, or not valid where the source says so; `first` and `last` take a row as it
/// is, the first or last that is valid.
package struct CollapsedRows: Sendable {
  /// `[m, D]`.
  package private(set) var values: [Float]
  /// False for reference rows that nothing valid meets.
  package private(set) var validity: RowValidity
  /// How many values that are NaN or infinite were left out of means and maxima.
  package private(set) var leftOutCount = 0

  private let columnCount: Int

  /// Collapses rows of `values` (`[n, D]`) with `validity`.
  ///
  /// - Parameter isWeighted: whether means count rows by how long they overlap.
  package init(
    _ values: [Float], _ validity: RowValidity, columnCount: Int, _ matches: RowMatches,
    by collapse: Collapse, isWeighted: Bool
  ) {
    let count = matches.referenceCount
    self.columnCount = columnCount
    self.values = Array(repeating: 0, count: count * columnCount)
    self.validity = .all
    var hasRow = [Bool](repeating: false, count: count)
    var hasValue: [Bool] = []
    if case .elements = validity { hasValue = Array(repeating: false, count: self.values.count) }
    var sums = ColumnSums(columnCount)
    for index in 0..<count {
      let rows = Self.validRows(
        matches.offsets[index]..<matches.offsets[index + 1], matches, validity)
      guard !rows.isEmpty else { continue }
      hasRow[index] = true
      let target = (index..<index + 1).scaled(by: columnCount)
      switch collapse {
      case .first, .last:
        let row = matches.rows[collapse == .first ? rows[0] : rows[rows.count - 1]]
        let source = (row..<row + 1).scaled(by: columnCount)
        self.values.replaceSubrange(target, with: values[source])
        if case .elements(let flags) = validity {
          hasValue.replaceSubrange(target, with: flags[source])
        }
      case .mean, .max:
        sums.reset()
        for match in rows {
          let weight = isWeighted ? matches.overlapSeconds[match] : 1
          sums.add(values, row: matches.rows[match], validity, weight, isMaximum: collapse == .max)
        }
        sums.write(
          into: &self.values, &hasValue, at: target.lowerBound, isMaximum: collapse == .max)
        leftOutCount += sums.leftOutCount
      }
    }
    if !hasValue.isEmpty {
      self.validity = .elements(hasValue)
    } else if hasRow.contains(false) {
      self.validity = .rows(hasRow)
    }
  }

  /// Those of `matches` whose row has something valid.
  private static func validRows(
    _ range: Range<Int>, _ matches: RowMatches, _ validity: RowValidity
  ) -> [Int] {
    guard case .rows(let flags) = validity else { return Array(range) }
    return range.filter { flags[matches.rows[$0]] }
  }
}

/// Sums or maxima of the columns of some rows.
private struct ColumnSums {
  private var totals: [Double]
  private var weights: [Double]
  /// Whether the source calls any value of the column valid, finite or not.
  private var isNamed: [Bool]
  private(set) var leftOutCount = 0

  init(_ columnCount: Int) {
    totals = Array(repeating: 0, count: columnCount)
    weights = totals
    isNamed = Array(repeating: false, count: columnCount)
  }

  mutating func reset() {
    for column in totals.indices {
      totals[column] = 0
      weights[column] = 0
      isNamed[column] = false
    }
    leftOutCount = 0
  }

  mutating func add(
    _ values: [Float], row: Int, _ validity: RowValidity, _ weight: Double, isMaximum: Bool
  ) {
    let first = row * totals.count
    if case .elements(let flags) = validity {
      for column in totals.indices where flags[first + column] {
        add(values[first + column], column, weight, isMaximum)
      }
    } else if isMaximum {
      for column in totals.indices { add(values[first + column], column, weight, true) }
    } else {
      addAll(values[first..<first + totals.count], weight)
    }
  }

  /// The usual case, without a branch for each value.
  private mutating func addAll(_ row: ArraySlice<Float>, _ weight: Double) {
    var finiteCount = 0
    for (column, value) in zip(totals.indices, row) {
      let isFinite = value.isFinite
      totals[column] += isFinite ? Double(value) * weight : 0
      weights[column] += isFinite ? weight : 0
      finiteCount &+= isFinite ? 1 : 0
    }
    leftOutCount += row.count - finiteCount
  }

  private mutating func add(_ value: Float, _ column: Int, _ weight: Double, _ isMaximum: Bool) {
    isNamed[column] = true
    guard value.isFinite else {
      leftOutCount += 1
      return
    }
    if isMaximum {
      totals[column] = weights[column] > 0 ? max(totals[column], Double(value)) : Double(value)
    } else {
      totals[column] += Double(value) * weight
    }
    weights[column] += weight
  }

  /// Writes one row; `flags` are empty where validity is not kept for each value.
  func write(
    into values: inout [Float], _ flags: inout [Bool], at first: Int, isMaximum: Bool
  ) {
    for column in totals.indices {
      if weights[column] > 0 {
        values[first + column] = Float(
          isMaximum ? totals[column] : totals[column] / weights[column])
        if !flags.isEmpty { flags[first + column] = true }
      } else if flags.isEmpty || isNamed[column] {
        values[first + column] = .nan
        if !flags.isEmpty { flags[first + column] = true }
      }
    }
  }
}
