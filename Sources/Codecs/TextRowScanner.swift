/// Finds the cells of one row in a window of text.
struct TextRowScanner {
  /// Where a row is looked for.
  struct Place {
    var start: Int
    /// The line of `start`, counted from 1.
    var line: Int
    /// Whether nothing follows the window.
    var isLast: Bool
  }

  /// What came of looking for a row.
  enum Outcome {
    /// A row that began at the line `first`; the next one begins at byte `end`, line `next`.
    /// In one that is foreign a text that was asked for is no UTF-8.
    case row(end: Int, first: Int, next: Int, isForeign: Bool)
    /// The window ends in the midst of the row.
    case incomplete
    /// No row is left.
    case end
  }

  /// What becomes of a cell.
  private enum Use {
    case skipped
    case number(Int)
    case text(Int)
  }

  /// A row whose columns are not known yet has at most so many: a cell that is one byte in the text
  /// takes many in memory.
  static let mostColumns = 1 << 20

  private let container: String
  private let dialect: TextDialect
  private let separator: UInt8
  private let columnNames: [String]
  /// One per column; nil where all cells are taken as texts, however many there are.
  private let uses: [Use]?
  private let missing: Set<String>

  /// A scanner that takes some columns of `table`.
  init(_ table: TextTable, numbers: [Int], texts: [Int], missing: Set<String>) {
    container = table.container
    dialect = table.dialect
    separator = dialect.separator
    columnNames = table.columns.map(\.name)
    var uses = [Use](repeating: .skipped, count: table.columns.count)
    for (slot, column) in numbers.enumerated() { uses[column] = .number(slot) }
    for (slot, column) in texts.enumerated() { uses[column] = .text(slot) }
    self.uses = uses
    self.missing = missing
  }

  /// A scanner that takes every cell as a text.
  init(container: String, _ dialect: TextDialect) {
    self.container = container
    self.dialect = dialect
    separator = dialect.separator
    columnNames = []
    uses = nil
    missing = []
  }

  /// Looks for a row from `place` on and writes what was asked for.
  ///
  /// - Throws: `CodecFailure.malformed`, `unsupported`.
  func scan(
    _ bytes: borrowing Span<UInt8>, from place: Place, _ numbers: inout [Double],
    _ texts: inout [String]
  ) throws(CodecFailure) -> Outcome {
    var scan = Scan(position: place.start, line: place.line, isLast: place.isLast)
    guard skipEmptyLines(bytes, &scan) else {
      return scan.isLast ? .end : .incomplete
    }
    if container == "ARFF", bytes[scan.position] == UInt8(ascii: "{") {
      throw .unsupported(
        finding(
          scan.line, expected: "a row of values", found: "a sparse row in braces",
          remedy: "write it densely, with Weka's SparseToNonSparse filter"))
    }
    let first = scan.line
    var column = 0
    var isTail = false
    while true {
      isTail = false
      guard try cell(bytes, &scan, column, &numbers, &texts, &isTail) else { return .incomplete }
      column += 1
      guard uses != nil || column <= Self.mostColumns else {
        throw .tooLarge(
          finding(
            first, expected: "at most \(Self.mostColumns) columns", found: "more",
            remedy: "look for line ends that are missing"))
      }
      guard scan.position < bytes.count, bytes[scan.position] == separator else { break }
      scan.position += 1
    }
    guard endLine(bytes, &scan) else { return .incomplete }
    // A separator at the end of the line opens no cell.
    if let count = uses?.count, column != count, !(column == count + 1 && isTail) {
      throw .malformed(
        finding(
          first, expected: count == 1 ? "1 cell" : "\(count) cells", found: "\(column)",
          remedy: "repair or remove that line"))
    }
    return .row(
      end: scan.position, first: first, next: scan.line, isForeign: scan.isForeign)
  }

  private struct Scan {
    var position: Int
    var line: Int
    let isLast: Bool
    var isForeign = false
  }

  private static func isLineEnd(_ byte: UInt8) -> Bool { byte == 10 || byte == 13 }

  /// A blank that is no separator.
  private func isBlank(_ byte: UInt8) -> Bool { (byte == 32 || byte == 9) && byte != separator }

  private func skipBlanks(_ bytes: borrowing Span<UInt8>, _ position: inout Int) {
    while position < bytes.count, isBlank(bytes[position]) { position += 1 }
  }

  /// Moves past a line's end, if one is there; false where the window may cut it.
  private func endLine(_ bytes: borrowing Span<UInt8>, _ scan: inout Scan) -> Bool {
    guard scan.position < bytes.count else { return scan.isLast }
    if bytes[scan.position] == 13 {
      guard scan.position + 1 < bytes.count || scan.isLast else { return false }
      scan.position += 1
      if scan.position < bytes.count, bytes[scan.position] == 10 { scan.position += 1 }
    } else {
      scan.position += 1
    }
    scan.line += 1
    return true
  }

  /// Moves to the first byte of a row; false where none is in the window.
  private func skipEmptyLines(_ bytes: borrowing Span<UInt8>, _ scan: inout Scan) -> Bool {
    while true {
      skipBlanks(bytes, &scan.position)
      guard scan.position < bytes.count else { return false }
      let byte = bytes[scan.position]
      if byte == dialect.remark {
        var end = scan.position
        while end < bytes.count, !Self.isLineEnd(bytes[end]) { end += 1 }
        guard end < bytes.count else { return false }
        scan.position = end
      } else if !Self.isLineEnd(byte) {
        return true
      }
      guard endLine(bytes, &scan) else { return false }
    }
  }

  private func use(of column: Int) -> Use {
    guard let uses else { return .text(column) }
    return column < uses.count ? uses[column] : .skipped
  }

  /// Takes one cell up to its separator or line end; false where the window cuts it.
  private func cell(
    _ bytes: borrowing Span<UInt8>, _ scan: inout Scan, _ column: Int, _ numbers: inout [Double],
    _ texts: inout [String], _ isTail: inout Bool
  ) throws(CodecFailure) -> Bool {
    let use = use(of: column)
    if uses == nil { texts.append("") }
    skipBlanks(bytes, &scan.position)
    if scan.position < bytes.count, dialect.quotes.contains(bytes[scan.position]) {
      let line = scan.line
      guard let content = try quoted(bytes, &scan) else { return false }
      switch use {
      case .skipped: break
      case .text(let slot): texts[slot] = SingleByteText.string(content, &scan.isForeign)
      case .number(let slot):
        numbers[slot] = try number(content.span, 0..<content.count, line, column)
      }
      return true
    }
    if case .number(let slot) = use {
      var end = scan.position
      if let value = DecimalNumber.scan(bytes, &end, point: dialect.point) {
        skipBlanks(bytes, &end)
        if end < bytes.count, bytes[end] == separator || Self.isLineEnd(bytes[end]) {
          numbers[slot] = value
          scan.position = end
          return true
        }
      }
    }
    let start = scan.position
    var end = start
    while end < bytes.count, bytes[end] != separator, !Self.isLineEnd(bytes[end]) { end += 1 }
    guard end < bytes.count || scan.isLast else { return false }
    scan.position = end
    while end > start, isBlank(bytes[end - 1]) { end -= 1 }
    isTail = start == end
    switch use {
    case .skipped: break
    case .number(let slot): numbers[slot] = try number(bytes, start..<end, scan.line, column)
    case .text(let slot): texts[slot] = text(bytes, start..<end, &scan.isForeign)
    }
    return true
  }

  private func text(
    _ bytes: borrowing Span<UInt8>, _ range: Range<Int>, _ isForeign: inout Bool
  ) -> String {
    let isMissing =
      container == "ARFF" && range.count == 1
      && bytes[range.lowerBound] == UInt8(ascii: "?")
    if isMissing || range.isEmpty { return "" }
    var content: [UInt8] = []
    content.reserveCapacity(range.count)
    for index in range { content.append(bytes[index]) }
    return SingleByteText.string(content, &isForeign)
  }

  /// The content of the quoted cell at the position; nil where the window cuts it.
  private func quoted(
    _ bytes: borrowing Span<UInt8>, _ scan: inout Scan
  ) throws(CodecFailure) -> [UInt8]? {
    let quote = bytes[scan.position]
    let first = scan.line
    var line = scan.line
    var at = scan.position + 1
    var content: [UInt8] = []
    while true {
      guard at < bytes.count else {
        guard scan.isLast else { return nil }
        throw .malformed(
          finding(
            first, expected: "a closing \(Character(UnicodeScalar(quote)))",
            found: "the end of the text", remedy: "look for a quote that is not closed"))
      }
      let byte = bytes[at]
      at += 1
      if byte == UInt8(ascii: "\\"), dialect.hasBackslashes, at < bytes.count {
        content.append(Self.escaped(bytes[at]))
        at += 1
      } else if byte != quote {
        if byte == 10 { line += 1 }
        content.append(byte)
      } else if !dialect.hasBackslashes, at < bytes.count, bytes[at] == quote {
        content.append(quote)
        at += 1
      } else {
        break
      }
    }
    skipBlanks(bytes, &at)
    guard at < bytes.count || scan.isLast else { return nil }
    guard at == bytes.count || bytes[at] == separator || Self.isLineEnd(bytes[at]) else {
      throw .malformed(
        finding(
          line, expected: "a separator after a quoted cell", found: Self.shown(bytes, at..<at + 1),
          remedy: "double the quotes inside a quoted cell"))
    }
    scan.position = at
    scan.line = line
    return content
  }

  /// The byte that a backslash and `byte` stand for.
  private static func escaped(_ byte: UInt8) -> UInt8 {
    switch byte {
    case UInt8(ascii: "n"): 10
    case UInt8(ascii: "r"): 13
    case UInt8(ascii: "t"): 9
    default: byte
    }
  }

  /// The number that `bytes[range]` writes; NaN where it says that none is known.
  private func number(
    _ bytes: borrowing Span<UInt8>, _ range: Range<Int>, _ line: Int, _ column: Int
  ) throws(CodecFailure) -> Double {
    var token: [UInt8] = []
    for index in range { token.append(bytes[index]) }
    while let last = token.last, isBlank(last) { token.removeLast() }
    var position = token.firstIndex { !isBlank($0) } ?? 0
    let start = position
    if let value = DecimalNumber.scan(token.span, &position, point: dialect.point),
      position == token.count
    {
      return value
    }
    if missing.contains(String(decoding: token[start...], as: UTF8.self)) { return .nan }
    if let value = NumberWord.value(token[start...]) { return value }
    let title = column < columnNames.count ? columnNames[column] : ""
    throw .malformed(
      finding(
        line,
        expected: "a number in column \(column + 1)" + (title.isEmpty ? "" : " (\(title))"),
        found: Self.shown(token.span, start..<token.count),
        remedy: "write numbers with a decimal \(dialect.point == 0x2c ? "comma" : "point"), "
          + "and missing ones as nothing, ? or NaN"))
  }

  /// At most 32 bytes of the text, quoted and with control characters escaped.
  private static func shown(_ bytes: borrowing Span<UInt8>, _ range: Range<Int>) -> String {
    var content: [UInt8] = []
    for index in range.prefix(32) { content.append(bytes[index]) }
    let text = String(decoding: content, as: UTF8.self)
    return text.debugDescription + (range.count > 32 ? "…" : "")
  }

  private func finding(
    _ line: Int, expected: String, found: String, remedy: String
  ) -> CodecFinding {
    CodecFinding(
      container, line: line, expected: expected, found: found, remedy: remedy)
  }
}
