import Codecs
import Foundation

/// A page as one HTML file that needs nothing else: no network, no script, no font.
package struct PageWriter {
  private let page: Page
  private var html = ""
  private var tableCount = 0

  /// Rows of the table of a picture that stand on the page; its CSV has all.
  private static let pictureRowLimit = 60

  private init(_ page: Page) { self.page = page }

  /// The text of the file; equal pages give equal bytes.
  package static func html(of page: Page) -> String {
    var writer = PageWriter(page)
    writer.write()
    return writer.html
  }

  /// What stands between the tags of the style element; its digest is in the policy.
  private static let style = "\n" + PageStyle.sheet

  /// Nothing is loaded, sent, framed or run, and no other style applies, whatever got into the
  /// page.
  private static var policy: String {
    var digest = SHA256()
    digest.update(Array(style.utf8))
    let word = Data(digest.finish()).base64EncodedString()
    return "default-src 'none'; style-src 'sha256-\(word)'; img-src data:; base-uri 'none'; "
      + "form-action 'none'"
  }

  private mutating func write() {
    html += """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta http-equiv="Content-Security-Policy" content="\(Self.policy)">
      <meta name="color-scheme" content="light dark">
      <meta name="generator" content="\(text(page.footer))">
      <meta name="referrer" content="no-referrer">
      <link rel="icon" href="data:,">
      <title>\(text(page.title))</title>
      <style>\(Self.style)</style>
      </head>
      <body>
      <a class="skip" href="#content">Skip to the content</a>
      <header>
      <h1>\(text(page.title))</h1>
      <p class="lead">\(text(page.lead))</p>
      </header>
      <nav aria-label="Contents">
      <ol>

      """
    for section in page.sections {
      html += "<li><a href=\"#\(section.key)\">\(text(section.title))</a></li>\n"
    }
    html += "</ol>\n</nav>\n<main id=\"content\" tabindex=\"-1\">\n"
    for section in page.sections {
      html += "<section aria-labelledby=\"\(section.key)\">\n"
      html += "<h2 id=\"\(section.key)\">\(text(section.title))</h2>\n"
      for block in section.blocks { write(block) }
      html += "</section>\n"
    }
    html += "</main>\n<footer>\n<p>\(text(page.footer))</p>\n</footer>\n</body>\n</html>\n"
  }

  private mutating func write(_ block: Page.Block) {
    switch block {
    case .heading(let heading): html += "<h3>\(text(heading))</h3>\n"
    case .text(let words): html += "<p>\(text(words))</p>\n"
    case .list(let items):
      html += "<ul>\n" + items.map { "<li>\(text($0))</li>\n" }.joined() + "</ul>\n"
    case .notice(let words): html += "<p class=\"notice\" role=\"note\">\(text(words))</p>\n"
    case .pictures(let pictures):
      html += "<div class=\"pictures\">\n"
      for (place, picture) in pictures.enumerated() {
        write(picture, isEarly: Self.standsEarly(place, among: pictures))
      }
      html += "</div>\n"
    case .table(let section): write(section)
    case .folded(let title, let blocks):
      html += "<details class=\"folded\">\n<summary>\(text(title))</summary>\n"
      for block in blocks { write(block) }
      html += "</details>\n"
    }
  }

  /// Whether picture `place` stands right below its words where its neighbours are higher: without
  /// axes, or too low for its x axis to stand beside theirs.
  private static func standsEarly(_ place: Int, among pictures: [Picture]) -> Bool {
    let neighbours = pictures[max(0, place - 2)...min(pictures.count - 1, place + 2)]
    let highest = neighbours.map(\.height).max() ?? 0
    return !pictures[place].hasAxes || highest - pictures[place].height > 64
  }

  private mutating func write(_ picture: Picture, isEarly: Bool) {
    html += "<figure id=\"\(picture.key)\">\n"
    html += "<figcaption><strong>\(text(picture.title))</strong>\n"
    // A number stays with its per cent sign.
    let summary = picture.summary.replacing(" %", with: "\u{A0}%")
    html += "<span>\(text(summary))</span></figcaption>\n"
    // What is below follows the picture, or else stands beside what is below its neighbours.
    if isEarly { html += "<div class=\"early\">\n" }
    html += picture.inline(id: picture.key)
    html += "<div class=\"below\">\n"
    for note in picture.notes { html += "<p class=\"note\">\(text(note))</p>\n" }
    let count = picture.table.rows.count
    html += "<details>\n<summary>Numbers of this picture</summary>\n"
    let address =
      "data:text/csv;charset=utf-8," + Markup.percentEncoded(picture.table.commaSeparated)
    html +=
      "<p class=\"csv\"><a download=\"\(picture.key).csv\" href=\"\(address)\">"
      + "CSV, \(Wording.count(count)) rows</a></p>\n"
    write(picture.table, caption: picture.title, limit: Self.pictureRowLimit)
    html += "</details>\n</div>\n" + (isEarly ? "</div>\n" : "") + "</figure>\n"
  }

  private mutating func write(_ section: ReportSection) {
    guard !section.isDetail else { return }
    switch section.body {
    case .facts(let facts):
      if !facts.isEmpty { write(facts, caption: section.title) }
    case .table(let table):
      if !table.rows.isEmpty {
        write(table, caption: section.title, limit: table.shownRowCount)
      }
    }
    for note in section.notes { html += "<p class=\"note\">\(text(note))</p>\n" }
  }

  private mutating func write(_ facts: [ReportFact], caption: String) {
    openTable(caption, style: "facts", rowCount: facts.count)
    html += "<tbody>\n"
    for fact in facts {
      html += "<tr><th scope=\"row\">\(text(fact.label))</th>" + entry(fact.cell) + "</tr>\n"
    }
    html += "</tbody>\n</table>\n</div>\n"
  }

  private mutating func write(_ table: ReportTable, caption: String, limit: Int?) {
    let places = table.columns.indices.filter { !table.columns[$0].isDetail }
    let rows = table.rows.prefix(limit ?? table.rows.count)
    openTable(caption, style: "values", rowCount: rows.count)
    html += "<thead>\n<tr>"
    for column in places.map({ table.columns[$0] }) {
      let style = column.isNumeric ? " class=\"number\"" : ""
      html += "<th scope=\"col\"\(style)>\(text(column.title))</th>"
    }
    html += "</tr>\n</thead>\n<tbody>\n"
    for row in rows {
      html += "<tr>"
      for place in places where row.indices.contains(place) {
        let isNumeric = table.columns[place].isNumeric
        html += entry(row[place], isNumeric: isNumeric, isHead: place == places[0] && !isNumeric)
      }
      html += "</tr>\n"
    }
    html += "</tbody>\n</table>\n</div>\n"
    if let limit, limit < table.rows.count {
      html +=
        "<p class=\"note\">The first \(limit) of \(Wording.count(table.rows.count)) rows.</p>\n"
    }
  }

  /// More rows than this may be parted by the end of a printed page.
  private static let wholeRowLimit = 16
  /// From as many characters on a text is not squeezed to the width of its longest word.
  private static let phraseLength = 18
  /// From as many characters on a text needs room to be read.
  private static let longTextLength = 36
  /// From as many characters on a word may be broken on paper.
  private static let longWordLength = 14

  private func entry(
    _ cell: ReportCell, isNumeric: Bool = false, isHead: Bool = false
  ) -> String {
    var words = cell.text
    // A minus as long as a plus, as in pictures.
    switch cell.value {
    case .number, .integer:
      if words.hasPrefix("-") { words = "−" + words.dropFirst() }
    default: break
    }
    var styles = isNumeric ? ["number"] : []
    if !isNumeric, words.count >= Self.phraseLength {
      styles.append(words.count >= Self.longTextLength ? "long" : "phrase")
    }
    if words.split(separator: " ").contains(where: { $0.count > Self.longWordLength }) {
      styles.append("broken")
    }
    let style = styles.isEmpty ? "" : " class=\"\(styles.joined(separator: " "))\""
    return isHead
      ? "<th scope=\"row\"\(style)>\(text(words))</th>" : "<td\(style)>\(text(words))</td>"
  }

  private mutating func openTable(_ caption: String, style: String, rowCount: Int) {
    tableCount += 1
    let id = "table-\(tableCount)"
    let whole = rowCount <= Self.wholeRowLimit ? " whole" : ""
    // The caption is as wide as the table, its words as what is seen of it.
    html +=
      "<div class=\"scroll\(whole)\" role=\"region\" tabindex=\"0\""
      + " aria-labelledby=\"\(id)\">\n"
      + "<table class=\"\(style)\">\n"
      + "<caption id=\"\(id)\"><span>\(text(caption))</span></caption>\n"
  }

  private func text(_ words: String) -> String { Markup.escaped(words) }
}
