/// `text` broken at blanks into lines of at most `width` characters; line feeds are kept.
func wrapped(_ text: String, width: Int, indent: Int = 0) -> String {
  let margin = String(repeating: " ", count: indent)
  var lines: [String] = []
  for paragraph in text.split(separator: "\n", omittingEmptySubsequences: false) {
    var line = ""
    for word in paragraph.split(separator: " ") {
      if !line.isEmpty, indent + line.count + 1 + word.count > width {
        lines.append(margin + line)
        line = ""
      }
      line += (line.isEmpty ? "" : " ") + word
    }
    lines.append(line.isEmpty ? "" : margin + line)
  }
  return lines.joined(separator: "\n")
}

/// A term and its explanation in two columns.
func row(_ term: String, _ explanation: String, column: Int = 26, width: Int = 80) -> String {
  let body = wrapped(explanation, width: width, indent: column)
  let start = "  " + term
  guard start.count + 2 <= column else { return start + "\n" + body }
  return start + String(repeating: " ", count: column - start.count) + body.dropFirst(column)
}
