import CMKTFormat

/// A picture, what it shows in words, and its numbers.
package struct Picture: Sendable, Equatable {
  /// In letters, digits and dashes; names the picture within a page and among files.
  package var key: String
  package var title: String
  /// What is to be seen, in one sentence, for those who do not see it.
  package var summary: String
  /// SVG elements, without the root.
  var body: String
  /// In the unit of `width`.
  var height: Double
  /// Whether it has two axes.
  var hasAxes = true
  package var table: ReportTable
  package var notes: [String]

  /// The width of every picture in its own unit, in which text has a size of 12: on a page 390 CSS
  /// pixels wide a unit is just less than a pixel.
  static let width = 380.0

  init(
    _ key: String, _ title: String, summary: String, frame: PlotFrame, table: ReportTable,
    notes: [String] = []
  ) {
    self.init(
      key, title, summary: summary, canvas: frame.canvas, height: frame.height, table: table,
      notes: notes)
  }

  /// A picture of what was drawn on `canvas`, `height` high.
  package init(
    _ key: String, _ title: String, summary: String, canvas: SVGCanvas, height: Double,
    table: ReportTable, notes: [String] = [], hasAxes: Bool = true
  ) {
    self.key = Markup.key(key)
    self.title = title
    self.summary = summary
    body = canvas.body
    self.height = height
    self.table = table
    self.notes = notes
    self.hasAxes = hasAxes
  }

  /// The picture as an element of a page, whose ids begin with `id`.
  func inline(id: String) -> String {
    root(id: id, height: height, extra: "", content: body)
  }

  /// The picture as a file of its own, with its title and its style inside.
  package var standalone: String {
    let titleLines = TextMeasure.wrapped(title, width: Self.width - 16)
    let head = Double(titleLines.count) * 16 + 6
    var canvas = SVGCanvas()
    for (number, line) in titleLines.enumerated() {
      canvas.text(line, x: 4, y: 16 + 16 * Double(number), "label strong")
    }
    let shifted = "<g transform=\"translate(0 \(Markup.coordinate(head)))\">\n\(body)</g>\n"
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- Made by cmkt-inspect. -->\n"
      + root(
        id: key, height: height + head, extra: " xmlns=\"http://www.w3.org/2000/svg\"",
        content: "<style>\(PictureStyle.standalone)</style>\n" + canvas.body + shifted)
  }

  private func root(id: String, height: Double, extra: String, content: String) -> String {
    let box = "0 0 \(Markup.coordinate(Self.width)) \(Markup.coordinate(height))"
    return """
      <svg class="picture" role="img" viewBox="\(box)"\(extra) \
      aria-labelledby="\(id)-title \(id)-desc"\(hasAxes ? "" : " data-axes=\"none\"")>
      <title id="\(id)-title">\(Markup.escaped(title))</title>
      <desc id="\(id)-desc">\(Markup.escaped(summary))</desc>
      \(content)</svg>

      """
  }

  /// The numbers as comma-separated text.
  package var commaSeparated: String { table.commaSeparated }
}

extension ReportTable {
  /// The values as comma-separated text, lines ended by a line feed.
  package var commaSeparated: String {
    var text = columns.map { Self.field(.text($0.key)) }.joined(separator: ",") + "\n"
    for row in rows { text += row.map { Self.field($0.value) }.joined(separator: ",") + "\n" }
    return text
  }

  private static func field(_ value: ReportValue) -> String {
    switch value {
    case .missing: return ""
    case .flag(let flag): return flag ? "true" : "false"
    case .integer(let number): return "\(number)"
    case .number(let number): return number.isFinite ? "\(number)" : ""
    case .list(let values): return values.map(field).joined(separator: " ")
    case .text(let text):
      // A spreadsheet would take it for a formula.
      let isFormula =
        text.unicodeScalars.first.map { "=+-@\t\r".unicodeScalars.contains($0) } ?? false
      return csvField((isFormula ? "'" : "") + text)
    }
  }
}
