extension TextTable {
  /// Whether the first line of delimited text names its columns.
  package enum HeaderRule: Sendable {
    case present, absent
    /// It does where a column of numbers begins with a text, or where names are 0, 1, 2, … after
    /// an empty cell, as data frames write them.
    case judged
  }

  /// The table of delimited text, such as CSV.
  ///
  /// The separator is the one of comma, semicolon, tab and bar that cuts the first lines into the
  /// most cells, equally many in each. Cells may stand in double quotes, or in single ones where
  /// the first column does throughout. Blanks around cells and names go, and so does a separator at
  /// the end of a line. Where no comma separates cells, numbers may have a decimal comma: they do
  /// if one of the first lines has such a number, and none has one with a point.
  ///
  /// - Throws: `CodecFailure`: `malformed` for an empty text or a quote that is not closed,
  ///   `unsupported` for UTF-16 and bytes that are no text, `unreadable`.
  package static func delimited(
    _ source: Source, separator: UInt8? = nil, header: HeaderRule = .judged
  ) throws(CodecFailure) -> TextTable {
    let sample = DelimitedSample(source)
    var dialect = TextDialect.commaSeparated
    if let separator {
      dialect.separator = separator
    } else {
      dialect.separator = try sample.separator()
    }
    var rows = try sample.rows(dialect)
    if DelimitedSample.hasSingleQuotes(rows) {
      dialect.quotes.append(UInt8(ascii: "'"))
      rows = try sample.rows(dialect)
    }
    guard let first = rows.first else {
      throw .malformed(
        CodecFinding("CSV", line: 1, expected: "at least one row", found: "an empty text"))
    }
    if dialect.separator != UInt8(ascii: ","), DelimitedSample.hasDecimalCommas(rows) {
      dialect.point = UInt8(ascii: ",")
    }
    let hasNames =
      switch header {
      case .present: true
      case .absent: false
      case .judged: DelimitedSample.hasHeader(rows.map(\.cells), point: dialect.point)
      }
    var names = first.cells.map(\.trimmedOfBlanks)
    let others = hasNames ? rows.dropFirst() : rows[...]
    let hasTail =
      names.count > 1
      && (hasNames ? names.last == "" : true)
      && others.allSatisfy { $0.cells.count < names.count || $0.cells.last == "" }
    if hasTail { names.removeLast() }
    return TextTable(
      source, container: "CSV", dialect,
      columns: names.map { Column(name: hasNames ? $0 : "", kind: .undeclared) },
      hasNames: hasNames, firstPlace: hasNames ? first.next : first.start,
      hasForeignNames: hasNames && first.isForeign)
  }
}

/// The first lines of delimited text.
private struct DelimitedSample {
  struct Row {
    let cells: [String]
    /// Where the row begins, and where the next one does.
    let start: TextPlace
    let next: TextPlace
    /// Whether a cell is no UTF-8.
    let isForeign: Bool
  }

  /// How many rows are enough to judge by.
  private static let rowCount = 64
  /// A row of more bytes is left out of the sample, unless it is the first one.
  private static let longestRow = 4 << 20
  private let source: TextTable.Source

  init(_ source: TextTable.Source) { self.source = source }

  /// The first rows, cut by `dialect`.
  func rows(_ dialect: TextDialect) throws(CodecFailure) -> [Row] {
    var rows: [Row] = []
    try collect(dialect, into: &rows)
    return rows
  }

  private func collect(_ dialect: TextDialect, into rows: inout [Row]) throws(CodecFailure) {
    var blocks = try TextBlocks(source)
    try blocks.skipMark()
    let scanner = TextRowScanner(container: "CSV", dialect)
    var line = 1
    var numbers: [Double] = []
    var cellCount = 0
    while rows.count < Self.rowCount, cellCount < TextRowScanner.mostColumns {
      var cells: [String] = []
      let place = TextRowScanner.Place(
        start: blocks.position, line: line, isLast: blocks.isLast)
      let start = TextPlace(offset: blocks.origin + blocks.position, line: line)
      switch try scanner.scan(blocks.bytes.span, from: place, &numbers, &cells) {
      case .row(let end, _, let next, let isForeign):
        blocks.position = end
        line = next
        cellCount += cells.count
        rows.append(
          Row(
            cells: cells, start: start, next: TextPlace(offset: blocks.origin + end, line: next),
            isForeign: isForeign))
      case .end: return
      case .incomplete:
        // A row this long is for the one who reads all rows to judge.
        if !rows.isEmpty, blocks.bytes.count - blocks.position > Self.longestRow { return }
        try blocks.slide()
      }
    }
  }

  /// The separator that cuts all rows alike, into the most cells; the most frequent one of the
  /// first row where none does.
  ///
  /// A comma gives way to another one that leaves numbers with decimal commas.
  func separator() throws(CodecFailure) -> UInt8 {
    var best: (separator: UInt8, isEven: Bool, count: Int)?
    var decimal: UInt8?
    var tooLarge: CodecFinding?
    for separator in Array(",;\t|".utf8) {
      var dialect = TextDialect.commaSeparated
      dialect.separator = separator
      // Rows before one that this separator makes no sense of still count.
      var sampled: [Row] = []
      do throws(CodecFailure) {
        try collect(dialect, into: &sampled)
      } catch .malformed {
      } catch .tooLarge(let finding) {
        tooLarge = finding
      }
      let counts = sampled.map { row in
        row.cells.count - (row.cells.count > 1 && row.cells.last == "" ? 1 : 0)
      }
      let count = counts.first ?? 0
      let isEven = count > 1 && counts.dropFirst().allSatisfy { abs($0 - count) <= 1 }
      if isEven, decimal == nil, Self.hasDecimalCommas(sampled) { decimal = separator }
      if let best, (best.isEven ? 1 : 0, best.count) >= (isEven ? 1 : 0, count) { continue }
      best = (separator, isEven, count)
    }
    if let tooLarge, best?.isEven != true { throw .tooLarge(tooLarge) }
    let comma = UInt8(ascii: ",")
    if let decimal, best?.separator == comma { return decimal }
    return best?.separator ?? comma
  }

  /// Whether the first cell of every row but the first begins with a single quote.
  static func hasSingleQuotes(_ rows: [Row]) -> Bool {
    let others = rows.count > 1 ? rows.dropFirst() : rows[...]
    return !others.isEmpty
      && others.allSatisfy { $0.cells.first?.hasPrefix("'") == true }
  }

  /// Whether the fractions of numbers follow a comma.
  static func hasDecimalCommas(_ rows: [Row]) -> Bool {
    var hasComma = false
    for cell in rows.lazy.flatMap(\.cells) {
      if cell.contains("."), DecimalNumber.parse(cell) != nil { return false }
      hasComma =
        hasComma
        || cell.contains(",") && DecimalNumber.parse(cell, point: UInt8(ascii: ",")) != nil
    }
    return hasComma
  }

  /// Whether the first row names the columns of the others.
  static func hasHeader(_ rows: [[String]], point: UInt8) -> Bool {
    guard let first = rows.first, rows.count > 1 else { return false }
    if first.count > 1, first[0].isEmpty,
      first.dropFirst().enumerated().allSatisfy({ String($0.offset) == $0.element })
    {
      return true
    }
    return first.indices.contains { column in
      guard !TextTable.isNumber(first[column], point: point) else { return false }
      let others = rows.dropFirst().compactMap { $0.indices.contains(column) ? $0[column] : nil }
      return others.allSatisfy { TextTable.isNumber($0, point: point) }
        && others.contains { DecimalNumber.parse($0, point: point) != nil }
    }
  }
}
