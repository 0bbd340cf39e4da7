/// `text` as a field of comma-separated text: quoted where it holds a comma, a quote or a line
/// break, or has blanks at its ends.
///
/// Goes by scalars: a comma before a combining mark is a comma to every reader.
package func csvField(_ text: String) -> String {
  let ends = [text.unicodeScalars.first, text.unicodeScalars.last]
  guard
    text.unicodeScalars.contains(where: needsQuotes)
      || ends.contains(where: { $0?.properties.isWhitespace == true })
  else { return text }
  var field = "\""
  for scalar in text.unicodeScalars {
    if scalar == "\"" { field.unicodeScalars.append(scalar) }
    field.unicodeScalars.append(scalar)
  }
  field.unicodeScalars.append("\"")
  return field
}

private func needsQuotes(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar {
  case ",", "\"", "\u{0a}"..."\u{0d}", "\u{85}", "\u{2028}", "\u{2029}": true
  default: false
  }
}
