import CMKTInspect
import ToolSupport

extension Report {
  /// Prints the report as text, and hands it back as members of the JSON document.
  func show(on console: Console) -> [JSONValue.Member] {
    for (index, section) in sections.filter({ !$0.isDetail }).enumerated() {
      if index > 0 { console.print() }
      section.print(on: console)
    }
    let notes = sections.filter { !$0.notes.isEmpty }.map { section in
      JSONValue.Member(section.key, .array(section.notes.map(JSONValue.string)))
    }
    return sections.map { JSONValue.Member($0.key, $0.json) }
      + (notes.isEmpty ? [] : [.init("notes", .object(notes))])
  }
}

extension ReportSection {
  fileprivate func print(on console: Console) {
    console.print(console.bold(singleLine(title)))
    switch body {
    case .facts(let facts):
      let width = facts.map(\.label.count).max() ?? 0
      for fact in facts {
        console.print("  \(padded(singleLine(fact.label), width))  \(singleLine(fact.cell.text))")
      }
    case .table(let table):
      if table.rows.isEmpty { console.print("  none") } else { table.print(on: console) }
    }
    for note in notes { console.print("  \(console.dim(singleLine(note)))") }
  }

  fileprivate var json: JSONValue {
    switch body {
    case .facts(let facts):
      .object(facts.map { .init($0.key, $0.cell.value.json) })
    case .table(let table):
      .array(
        table.rows.map { row in
          .object(zip(table.columns, row).map { .init($0.key, $1.value.json) })
        })
    }
  }
}

extension ReportTable {
  fileprivate func print(on console: Console) {
    if let stackedFrom { return printStacked(from: stackedFrom, on: console) }
    let shown = rows.prefix(shownRowCount ?? rows.count)
    let places = columns.indices.filter { !columns[$0].isDetail }
    let texts = shown.map { row in places.map { singleLine(row[$0].text) } }
    let titles = places.map { singleLine(columns[$0].title) }
    let widths = fittingWidths(
      titles.indices.map { column in
        max(titles[column].count, texts.map { $0[column].count }.max() ?? 0)
      }, places)
    func line(_ cells: [String]) -> String {
      var text = " "
      for (column, cell) in cells.enumerated() {
        let isNumeric = columns[places[column]].isNumeric
        let cut =
          cell.count > widths[column] ? cell.prefix(max(0, widths[column] - 1)) + "…" : cell
        text += " " + padded(cut, isNumeric ? -widths[column] : widths[column])
        if column + 1 < cells.count { text += " " }
      }
      while text.last == " " { text.removeLast() }
      return text
    }
    console.print(console.dim(line(titles)))
    for row in texts { console.print(line(row)) }
    if shown.count < rows.count {
      console.print(console.dim("  … \(rows.count - shown.count) more rows with --json"))
    }
  }

  /// Each row as a line, and a line for each of its sentences.
  private func printStacked(from column: Int, on console: Console) {
    for row in rows {
      let texts = row.map { singleLine($0.text) }
      console.print("  " + console.bold(texts.prefix(column).joined(separator: "  ")))
      for text in texts.dropFirst(column) { console.print("    " + text) }
    }
  }

  /// `widths`, the widest texts cut until a line is no longer than `shownWidth`.
  private func fittingWidths(_ widths: [Int], _ places: [Int]) -> [Int] {
    guard let shownWidth else { return widths }
    let least = 12
    var widths = widths
    while widths.reduce(widths.count * 2, +) > shownWidth {
      let texts = widths.indices.filter { !columns[places[$0]].isNumeric && widths[$0] > least }
      guard let widest = texts.max(by: { widths[$0] < widths[$1] }) else { break }
      widths[widest] -= 1
    }
    return widths
  }
}

extension ReportValue {
  var json: JSONValue {
    switch self {
    case .missing: .null
    case .flag(let flag): .bool(flag)
    case .integer(let value): .integer(value)
    case .number(let value): .number(value)
    case .text(let text): .string(text)
    case .list(let values): .array(values.map(\.json))
    }
  }
}

/// `text` with blanks up to `width` after it, or before it where `width` is negative.
private func padded(_ text: String, _ width: Int) -> String {
  let blanks = String(repeating: " ", count: max(0, abs(width) - text.count))
  return width < 0 ? blanks + text : text + blanks
}

/// `text` as it may stand in a table, whatever file it comes from.
func singleLine(_ text: String) -> String {
  escapingControls(text).replacing("\n", with: "\\n").replacing("\t", with: " ")
}
