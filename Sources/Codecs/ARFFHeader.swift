extension TextTable {
  /// The table of an ARFF file: `@relation`, `@attribute` lines, and rows after `@data`.
  ///
  /// Keywords of any case, names and values in either quotes, remarks after `%`, empty lines and
  /// any line end are taken. Rows follow commas, or tabs where the first row holds no comma.
  ///
  /// - Throws: `CodecFailure` with the line: `malformed` for a header that breaks the rules,
  ///   `unsupported` for relational attributes, `unreadable`.
  package static func arff(_ source: Source) throws(CodecFailure) -> TextTable {
    var blocks = try TextBlocks(source)
    try blocks.skipMark()
    var header = ARFFHeader()
    while let line = try blocks.nextLine() {
      if try header.take(line) { break }
    }
    guard header.hasData else {
      throw .truncated(
        CodecFinding(
          "ARFF", line: header.line, expected: "@data", found: "the end of the file",
          remedy: "copy or download the file again"))
    }
    guard !header.columns.isEmpty else {
      throw .malformed(
        CodecFinding(
          "ARFF", line: header.line, expected: "@attribute lines before @data", found: "none"))
    }
    let firstPlace = TextPlace(
      offset: blocks.origin + blocks.position, line: header.line + 1)
    var dialect = TextDialect(
      separator: UInt8(ascii: ","), quotes: Array("\"'".utf8), hasBackslashes: true,
      remark: UInt8(ascii: "%"))
    while let line = try blocks.nextLine() {
      let isRow = line.contains { $0 != 32 && $0 != 9 } && line.first != dialect.remark
      guard isRow else { continue }
      if !line.contains(UInt8(ascii: ",")), line.contains(9) { dialect.separator = 9 }
      break
    }
    return TextTable(
      source, container: "ARFF", dialect, columns: header.columns, hasNames: true,
      firstPlace: firstPlace, hasForeignNames: header.isForeign)
  }
}

/// What the lines before the rows of an ARFF file declare.
private struct ARFFHeader {
  var columns: [TextTable.Column] = []
  /// How many lines have been taken.
  var line = 0
  var hasData = false
  /// Whether a line is no UTF-8.
  var isForeign = false

  /// Takes one line; true for `@data`.
  mutating func take(_ bytes: ArraySlice<UInt8>) throws(CodecFailure) -> Bool {
    line += 1
    var rest = Substring(SingleByteText.string(bytes, &isForeign))
    Self.skipBlanks(&rest)
    guard let first = rest.first, first != "%" else { return false }
    let keyword = rest.prefix { !Self.isBlank($0) }
    rest = rest.dropFirst(keyword.count)
    Self.skipBlanks(&rest)
    switch keyword.lowercased() {
    case "@relation": return false
    case "@attribute":
      columns.append(try attribute(&rest))
      return false
    case "@data":
      hasData = true
      return true
    default:
      throw .malformed(
        CodecFinding(
          "ARFF", line: line, expected: "@relation, @attribute or @data",
          found: Self.shown(keyword), remedy: "look whether the header is whole"))
    }
  }

  private func attribute(_ rest: inout Substring) throws(CodecFailure) -> TextTable.Column {
    let name = try word(&rest, endsAt: "{")
    Self.skipBlanks(&rest)
    if rest.first == "{" {
      rest.removeFirst()
      return TextTable.Column(name: name, kind: .nominal(try values(&rest, of: name)))
    }
    let type = rest.prefix { !Self.isBlank($0) && $0 != "[" }
    switch type.lowercased() {
    case "numeric", "real", "integer": return TextTable.Column(name: name, kind: .number)
    case "string", "date": return TextTable.Column(name: name, kind: .text)
    case "relational":
      throw .unsupported(
        CodecFinding(
          "ARFF", line: line, expected: "attributes of single values",
          found: "the relational attribute '\(name)'", remedy: "write one row per instance"))
    default:
      throw .malformed(
        CodecFinding(
          "ARFF", line: line,
          expected: "numeric, real, integer, string, date or {values} for '\(name)'",
          found: Self.shown(type)))
    }
  }

  /// The values of a nominal attribute, up to the closing brace.
  private func values(_ rest: inout Substring, of name: String) throws(CodecFailure) -> [String] {
    var values: [String] = []
    while true {
      while let first = rest.first, Self.isBlank(first) || first == "," { rest.removeFirst() }
      if rest.first == "}" { return values }
      guard !rest.isEmpty else {
        throw .malformed(
          CodecFinding(
            "ARFF", line: line, expected: "} after the values of '\(name)'",
            found: "the end of the line"))
      }
      let isQuoted = rest.first == "'" || rest.first == "\""
      var value = try word(&rest, endsAt: ",}", mayHoldBlanks: true)
      while !isQuoted, let last = value.last, Self.isBlank(last) { value.removeLast() }
      values.append(value)
    }
  }

  /// A quoted word, or a bare one up to a blank or one of `ends`.
  private func word(
    _ rest: inout Substring, endsAt ends: String, mayHoldBlanks: Bool = false
  ) throws(CodecFailure) -> String {
    guard let quote = rest.first, quote == "'" || quote == "\"" else {
      let bare = rest.prefix { !ends.contains($0) && (mayHoldBlanks || !Self.isBlank($0)) }
      rest = rest.dropFirst(bare.count)
      return String(bare)
    }
    rest.removeFirst()
    var content = ""
    while let next = rest.popFirst() {
      if next == quote { return content.trimmedOfBlanks }
      content.append(next == "\\" ? rest.popFirst() ?? next : next)
    }
    throw .malformed(
      CodecFinding(
        "ARFF", line: line, expected: "a closing \(quote)", found: "the end of the line"))
  }

  private static func skipBlanks(_ rest: inout Substring) {
    while let first = rest.first, isBlank(first) { rest.removeFirst() }
  }

  private static func isBlank(_ character: Character) -> Bool {
    character == " " || character == "\t"
  }

  private static func shown(_ text: Substring) -> String {
    text.isEmpty ? "nothing" : String(text.prefix(32)).debugDescription
  }
}

extension String {
  /// Without the blanks and tabs around it.
  var trimmedOfBlanks: String {
    let start = utf8.firstIndex { $0 != 32 && $0 != 9 } ?? endIndex
    let end = utf8.lastIndex { $0 != 32 && $0 != 9 }.map { utf8.index(after: $0) } ?? start
    return String(self[start..<end])
  }
}
