/// A table written as text: its columns, and where and how its rows are written.
///
/// ARFF files and delimited text differ in what stands before the first row and in a few rules of
/// writing; both become this, and rows are read the same way (`rows(numbers:texts:)`).
package struct TextTable: Sendable {
  /// A column of a table.
  package struct Column: Equatable, Sendable {
    /// What a column is declared to hold.
    package enum Kind: Equatable, Sendable {
      case number, text
      /// One of these values.
      case nominal([String])
      /// Delimited text declares nothing.
      case undeclared
    }

    /// Without blanks around it; empty where the table names no columns.
    package let name: String
    package let kind: Kind
  }

  /// Where the text stands.
  package enum Source: Sendable {
    case file(path: String)
    case bytes([UInt8], name: String)
  }

  package let source: Source
  /// `ARFF` or `CSV`.
  package let container: String
  package let dialect: TextDialect
  package let columns: [Column]
  /// Whether the table names its columns.
  package let hasNames: Bool
  /// Where the rows begin.
  package let firstPlace: TextPlace
  /// Whether a name is in bytes that are no UTF-8.
  package let hasForeignNames: Bool

  init(
    _ source: Source, container: String, _ dialect: TextDialect, columns: [Column],
    hasNames: Bool, firstPlace: TextPlace, hasForeignNames: Bool
  ) {
    self.source = source
    self.container = container
    self.dialect = dialect
    self.columns = columns
    self.hasNames = hasNames
    self.firstPlace = firstPlace
    self.hasForeignNames = hasForeignNames
  }

  /// The indices of the columns called `name`, letter case aside.
  package func columns(named name: String) -> [Int] {
    let wanted = name.lowercased()
    return columns.indices.filter { columns[$0].name.lowercased() == wanted }
  }

  /// A reading of the rows that takes these columns, as numbers or as texts, in the order given.
  ///
  /// It begins at `place`, which another reading has told, or at the first row.
  /// Every cell of `numbers` must be a number, or missing: empty, `?`, `NA`, `NaN` and the like, or
  /// one of `missing`. The other cells are passed over.
  ///
  /// - Throws: `CodecFailure.unreadable`.
  /// - Complexity: O(1) memory but for the longest row; more than 100 MB a second.
  package func rows(
    numbers: [Int], texts: [Int] = [], missing: Set<String> = [], from place: TextPlace? = nil
  ) throws(CodecFailure) -> TextRows {
    let place = place ?? firstPlace
    let blocks = try TextBlocks(source, offset: place.offset)
    return TextRows(
      self, blocks, line: place.line, numbers: numbers, texts: texts, missing: missing)
  }

  /// Whether `cell` is a number, a word for one, or a word for a missing one.
  package func isNumber(_ cell: String) -> Bool { Self.isNumber(cell, point: dialect.point) }

  static func isNumber(_ cell: String, point: UInt8) -> Bool {
    DecimalNumber.parse(cell, point: point) != nil || NumberWord.value(Array(cell.utf8)[...]) != nil
  }
}

/// A place between the rows of a table.
package struct TextPlace: Equatable, Sendable {
  /// In bytes from the start of the text.
  package let offset: Int
  /// Counted from 1.
  package let line: Int
}

/// How the rows of a table are written.
package struct TextDialect: Equatable, Sendable {
  /// The byte between cells.
  package var separator: UInt8
  /// The bytes that may open a quoted cell.
  package var quotes: [UInt8]
  /// Whether a backslash in quotes gives the byte that follows; otherwise a doubled quote is one.
  package var hasBackslashes: Bool
  /// The byte that makes a line a remark.
  package var remark: UInt8?
  /// The byte before the fraction of a number: a point, or a comma.
  package var point = UInt8(ascii: ".")

  /// Comma-separated text as RFC 4180 tells it.
  package static let commaSeparated = TextDialect(
    separator: UInt8(ascii: ","), quotes: [UInt8(ascii: "\"")], hasBackslashes: false)

  package init(separator: UInt8, quotes: [UInt8], hasBackslashes: Bool, remark: UInt8? = nil) {
    self.separator = separator
    self.quotes = quotes
    self.hasBackslashes = hasBackslashes
    self.remark = remark
  }
}
