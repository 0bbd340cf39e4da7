/// Some rows of a modality: `[k, D]` values, and which of them count.
package struct ValueBlock: Sendable {
  package var values: [Float]
  package var validity: Validity
  package let columnCount: Int

  /// - Precondition: values and validity are of the same rows.
  package init(values: [Float], validity: Validity, columnCount: Int) {
    self.values = values
    self.validity = validity
    self.columnCount = columnCount
  }

  /// Calls `body` with the column and the value of each that counts, row by row.
  @inline(__always)
  func forEachValid(_ body: (_ column: Int, _ value: Double) -> Void) {
    var index = 0
    switch validity {
    case .rows(let flags):
      for isValid in flags {
        guard isValid else {
          index += columnCount
          continue
        }
        for column in 0..<columnCount { body(column, Double(values[index &+ column])) }
        index += columnCount
      }
    case .elements(let flags):
      while index < flags.count {
        for column in 0..<columnCount where flags[index &+ column] {
          body(column, Double(values[index &+ column]))
        }
        index += columnCount
      }
    }
  }
}

extension ValueBlock {
  /// The number of rows, `k`.
  package var rowCount: Int {
    switch validity {
    case .rows(let flags): flags.count
    case .elements(let flags): flags.count / max(1, columnCount)
    }
  }

  /// The rows `range` of these.
  package func rows(_ range: Range<Int>) -> ValueBlock {
    let elements = range.lowerBound * columnCount..<range.upperBound * columnCount
    let part: Validity =
      switch validity {
      case .rows(let flags): .rows(Array(flags[range]))
      case .elements(let flags): .elements(Array(flags[elements]))
      }
    return ValueBlock(values: Array(values[elements]), validity: part, columnCount: columnCount)
  }

  /// Whether each row has any valid value, `[k]`.
  package var validRows: [Bool] {
    switch validity {
    case .rows(let flags): columnCount > 0 ? flags : flags.map { _ in false }
    case .elements(let flags):
      stride(from: 0, to: flags.count, by: max(1, columnCount)).map { first in
        flags[first..<first + columnCount].contains(true)
      }
    }
  }

  /// Whether feature `column` of row `row` may be used.
  package func isValid(row: Int, column: Int) -> Bool {
    switch validity {
    case .rows(let flags): flags[row]
    case .elements(let flags): flags[row * columnCount + column]
    }
  }
}
