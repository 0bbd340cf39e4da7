@testable import Codecs

extension FuzzTarget {
  /// An ARFF file.
  static let arff = FuzzTarget("arff") { input in
    guard let table = try? TextTable.arff(.bytes(input.bytes(), name: "input")) else {
      return false
    }
    let rows = TableRows(of: table)
    // Planted: a nominal column whose quoted value holds a comma, and rows.
    return rows.count > 0
      && table.columns.contains { column in
        if case .nominal(let values) = column.kind {
          values.contains { $0.contains(",") }
        } else {
          false
        }
      }
  }

  /// Delimited text; the first byte says how it is read.
  static let csv = FuzzTarget("csv") { input in
    let source = TextTable.Source.bytes(input.bytes(from: 1), name: "input")
    let separators: [UInt8?] = [nil, nil, nil, 0x2c, 0x3b, 0x09, 0x7c, 0x20]
    let rules: [TextTable.HeaderRule] = [.judged, .present, .absent, .judged]
    let rule = rules[Int(input[0] >> 3) & 3]
    let separator = separators[Int(input[0]) & 7]
    guard let table = try? TextTable.delimited(source, separator: separator, header: rule) else {
      return false
    }
    let rows = TableRows(of: table)
    _ = try? CommaSeparatedText.table(at: input.path(from: 1))
    // Planted: bars between cells, and decimal commas.
    return rows.count > 1 && separator == nil && table.dialect.separator == 0x7c
      && table.dialect.point == 0x2c
  }

  /// Delimited text in a file, which is read through a window, against the same text in memory.
  static let csvFile = FuzzTarget("csv-file") { input in
    let path = input.path()
    let file = try? TextTable.delimited(.file(path: path))
    let whole = try? TextTable.delimited(.bytes(input.bytes(), name: "input"))
    expect((file == nil) == (whole == nil), "a file is a table where its bytes are")
    guard let file, let whole else { return false }
    expect(file.columns == whole.columns, "a file has the columns of its bytes")
    expect(file.dialect == whole.dialect, "a file has the dialect of its bytes")
    let rows = TableRows(of: file)
    expect(rows == TableRows(of: whole), "a file has the rows of its bytes")
    // Planted: a quoted cell over more than one line, past the first window.
    return rows.hasLongCell && input.count > 17_000
  }
}

/// What reading all rows of a table gives.
private struct TableRows: Equatable {
  var count = 0
  var texts: [[String]] = []
  /// Bit patterns, since NaN is to equal NaN.
  var numbers: [[UInt64]] = []
  var lines: [Int] = []
  var isSound = false
  var isForeign = false

  var hasLongCell: Bool { texts.contains { $0.contains { $0.contains("\n") } } }

  init(of table: TextTable) {
    let columns = Array(table.columns.indices.prefix(64))
    read(table, numbers: [], texts: columns)
    read(table, numbers: columns, texts: [])
  }

  private mutating func read(_ table: TextTable, numbers: [Int], texts: [Int]) {
    guard var rows = try? table.rows(numbers: numbers, texts: texts, missing: ["-999"]) else {
      return
    }
    isSound = false
    while self.count < 4096, let more = try? rows.next() {
      guard more else {
        isSound = true
        break
      }
      count += 1
      lines.append(rows.line)
      if !texts.isEmpty { self.texts.append(rows.texts) }
      if !numbers.isEmpty { self.numbers.append(rows.numbers.map(\.bitPattern)) }
    }
    isForeign = isForeign || rows.isForeign
  }
}
