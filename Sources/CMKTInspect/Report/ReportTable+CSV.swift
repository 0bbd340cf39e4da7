import CMKTFormat

extension Report {
  /// The tables of the report as one table, RFC 4180 with line feeds: `section`, then the columns of
  /// all tables in the order in which they first occur; empty where a table lacks one.
  ///
  /// Numbers read back as the same numbers.
  package var commaSeparated: String {
    var keys: [String] = []
    var lines: [[String: String]] = []
    for section in sections {
      guard case .table(let table) = section.body else { continue }
      for column in table.columns where !keys.contains(column.key) { keys.append(column.key) }
      for row in table.rows {
        var line = ["\u{0}": section.key]
        for (column, cell) in zip(table.columns, row) { line[column.key] = cell.value.plainText }
        lines.append(line)
      }
    }
    var text = (["section"] + keys).map(csvField).joined(separator: ",") + "\n"
    for line in lines {
      let fields = [line["\u{0}"] ?? ""] + keys.map { line[$0] ?? "" }
      text += fields.map(csvField).joined(separator: ",") + "\n"
    }
    return text
  }
}

extension ReportValue {
  /// The value in a table for programs: nothing where it is missing, 1 and 0 for flags.
  var plainText: String {
    switch self {
    case .missing: ""
    case .flag(let flag): flag ? "1" : "0"
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .text(let text): text
    case .list(let values): values.map(\.plainText).joined(separator: " ")
    }
  }
}
