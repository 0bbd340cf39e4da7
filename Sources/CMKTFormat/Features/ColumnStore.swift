import Codecs

extension Bool: ScratchElement {
  package static var zero: Bool { false }
}

/// A matrix `[n, D]` that comes row by row and is read column by column; in memory or outside.
///
/// Outside it lies in parts of some thousand rows, each transposed, so that a column is read in few
/// long pieces.
struct ColumnStore<Element: ScratchElement>: Sendable {
  private enum Storage: Sendable {
    /// `[D, n]`.
    case memory([Element])
    /// Parts of `partRowCount` rows, `[D, k]` each.
    case outside(ScratchArray<Element>)
  }

  let rowCount: Int
  let columnCount: Int
  private let partRowCount: Int
  private var storage: Storage
  private var nextRow = 0
  /// Rows that no part has yet, outside only.
  private var pending: [Element] = []

  /// So many bytes a part has at most, if it has more rows than the fewest.
  private static var partByteCount: Int { 16 << 20 }

  /// Room for `rowCount` rows, which `append` brings in order.
  init(rowCount: Int, columnCount: Int, isOutside: Bool) {
    self.rowCount = rowCount
    self.columnCount = columnCount
    let fitting = Self.partByteCount / max(1, columnCount * MemoryLayout<Element>.size)
    partRowCount = min(1 << 16, max(1 << 10, fitting))
    storage =
      isOutside
      ? .outside(ScratchArray()) : .memory(Array(repeating: .zero, count: rowCount * columnCount))
  }

  /// The matrix `rows`, `[n, D]`, in memory.
  init(_ rows: [Element], columnCount: Int) {
    self.init(
      rowCount: columnCount > 0 ? rows.count / columnCount : 0, columnCount: columnCount,
      isOutside: false)
    addToMemory(rows)
  }

  /// Takes whole rows.
  ///
  /// - Throws: `ScratchFailure`, outside only.
  mutating func append(_ rows: [Element]) throws(ScratchFailure) {
    guard columnCount > 0 else { return }
    guard case .outside(let array) = storage else {
      addToMemory(rows)
      return
    }
    pending += rows
    nextRow += rows.count / columnCount
    let size = partRowCount * columnCount
    var start = 0
    while pending.count - start >= size || nextRow == rowCount && start < pending.count {
      let part = pending[start..<min(pending.count, start + size)]
      try array.append(transposed(part))
      start += part.count
    }
    pending.removeFirst(start)
  }

  /// Column `column`, `[n]`.
  ///
  /// - Precondition: all rows are there.
  /// - Throws: `ScratchFailure`, outside only.
  func column(_ column: Int) throws(ScratchFailure) -> ArraySlice<Element> {
    switch storage {
    case .memory(let values):
      return values[column * rowCount..<(column + 1) * rowCount]
    case .outside(let array):
      var values: [Element] = []
      values.reserveCapacity(rowCount)
      for first in stride(from: 0, to: rowCount, by: partRowCount) {
        let count = min(partRowCount, rowCount - first)
        let start = first * columnCount + column * count
        values += try array.elements(in: start..<(start + count))
      }
      return values[...]
    }
  }

  /// Column by column, so that what is written is written in a row.
  private mutating func addToMemory(_ rows: [Element]) {
    guard columnCount > 0, case .memory(var values) = storage else { return }
    // Only one may hold the array while it is written.
    storage = .memory([])
    let source = rows.span
    var target = values.mutableSpan
    for column in 0..<columnCount {
      var place = column * rowCount + nextRow
      for index in stride(from: column, to: source.count, by: columnCount) {
        target[place] = source[index]
        place += 1
      }
    }
    nextRow += rows.count / columnCount
    storage = .memory(values)
  }

  private func transposed(_ part: ArraySlice<Element>) -> [Element] {
    var result = [Element](repeating: .zero, count: part.count)
    let count = part.count / columnCount
    let source = part.span
    var target = result.mutableSpan
    for column in 0..<columnCount {
      var place = column * count
      for index in stride(from: column, to: source.count, by: columnCount) {
        target[place] = source[index]
        place += 1
      }
    }
    return result
  }
}
