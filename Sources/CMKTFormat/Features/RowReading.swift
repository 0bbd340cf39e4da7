import Tensors

/// Rows of features, in memory or not, read a range at a time; safe from several threads.
package protocol RowReading: AnyObject, Sendable {
  /// The number of rows, `n`, and of features, `D`.
  var rowCount: Int { get }
  var columnCount: Int { get }
  /// Ranges that begin and end at multiples of it are read fastest; at least 1.
  var storedRowCount: Int { get }

  /// The rows `range`.
  ///
  /// - Precondition: there are such rows.
  /// - Throws: where they are not in memory and cannot be read any more.
  func block(rows range: Range<Int>) throws(FormatFailure) -> ValueBlock

  /// The same, its values kept in `buffer`, whatever is in there, if they are not in memory.
  ///
  /// - Throws: as `block(rows:)`.
  func block(
    rows range: Range<Int>, in buffer: consuming [Float]
  ) throws(FormatFailure) -> ValueBlock

  /// Which of the rows `range` have any valid value.
  ///
  /// - Throws: as `block(rows:)`.
  func validRows(_ range: Range<Int>) throws(FormatFailure) -> [Bool]
}

extension RowReading {
  package func block(
    rows range: Range<Int>, in buffer: consuming [Float]
  ) throws(FormatFailure) -> ValueBlock {
    try block(rows: range)
  }

  /// Hands the rows `range` to `body` in parts of about a megabyte, in order, with the number of
  /// the first.
  ///
  /// - Throws: as `block(rows:)`.
  package func forEachBlock(
    of range: Range<Int>, _ body: (_ firstRow: Int, ValueBlock) -> Void
  ) throws(FormatFailure) {
    let fitting = max(1, (1 << 18) / max(1, columnCount))
    let step = max(1, fitting / storedRowCount) * storedRowCount
    var first = range.lowerBound
    while first < range.upperBound {
      let end = min(range.upperBound, (first / step + 1) * step)
      body(first, try block(rows: first..<end))
      first = end
    }
  }
}

/// The rows of a modality that is in memory.
package final class RowsInMemory: RowReading {
  private let modality: Modality

  package init(_ modality: Modality) {
    self.modality = modality
  }

  package var rowCount: Int { modality.rowCount }
  package var columnCount: Int { modality.featureCount }
  package var storedRowCount: Int { 1 }

  package func block(rows range: Range<Int>) -> ValueBlock {
    ValueBlock(
      values: modality.values.elements, validity: modality.validity, columnCount: columnCount
    ).rows(range)
  }

  package func validRows(_ range: Range<Int>) -> [Bool] {
    switch modality.validity {
    case .rows(let flags): columnCount > 0 ? Array(flags[range]) : range.map { _ in false }
    case .elements: block(rows: range).validRows
    }
  }
}

/// The rows of modalities that are not in memory.
package struct RowsOutside: Sendable, Equatable {
  /// By modality.
  package var rows: [String: any RowReading] = [:]
  /// So many bytes of rows may be in memory at a time.
  package var windowByteCount = 0

  package var isEmpty: Bool { rows.isEmpty }

  /// Whether both read the same rows of the same files.
  package static func == (first: RowsOutside, second: RowsOutside) -> Bool {
    first.rows.mapValues { ObjectIdentifier($0) } == second.rows.mapValues { ObjectIdentifier($0) }
  }
}

extension FeaturesFile {
  /// The rows of modality `name`, wherever they are; nil where there is none.
  package func rows(of name: String) -> (any RowReading)? {
    outside.rows[name] ?? modalities[name].map(RowsInMemory.init)
  }
}
