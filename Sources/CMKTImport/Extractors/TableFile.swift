import Codecs

/// One table of a dump, open, with its meaning.
struct TableFile: Sendable {
  let path: String
  /// The path from the top of the folder, or the base name.
  let name: String
  let table: TextTable
  let layout: TableLayout

  /// Opens the table at `path` as one of `family`, or of the first family that knows it.
  ///
  /// - Throws: `ImportFailure`.
  init(
    _ path: String, name: String, _ family: TableFamily, _ options: ReadingOptions
  ) throws(ImportFailure) {
    self.path = path
    self.name = name
    _ = try FileSignature.leadingBytes(of: path)
    do throws(CodecFailure) {
      table = try TextTable.withNames(path)
    } catch {
      throw ImportFailure(error, source: path)
    }
    var layout = try family.layout(table, options, path)
    if !options.table.columns.isEmpty {
      let chosen = try ColumnSelection.columns(options.table.columns, of: table)
      layout.features =
        table.columns.indices.filter { chosen.contains($0) && $0 != layout.instance }
    }
    self.layout = layout
    guard !layout.features.isEmpty else {
      let reason = layout.leftOut.first.map { "; \(shown($0)) is no number" } ?? ""
      throw .content(
        source: path, place: "columns", expected: "at least one column of numbers",
        found: "none in \(table.columns.count)\(reason)", remedy: "give a table with a header")
    }
  }

  /// The names of the features.
  var columnNames: [String] { layout.features.map { table.columns[$0].name } }

  /// The cell for which a column is no feature, as messages show it.
  func shown(_ leftOut: TableLayout.LeftOut) -> String {
    let name = table.columns[leftOut.column].name
    let title = name.isEmpty ? "column \(leftOut.column + 1)" : "'\(name)'"
    let cell = String(leftOut.cell.prefix(32)).debugDescription
    return "\(cell) in line \(leftOut.line) of \(title)"
  }
}

extension TextTable {
  /// The table of the ARFF file, or of the delimited text with a header, at `path`.
  static func withNames(_ path: String) throws(CodecFailure) -> TextTable {
    let prefix = try FileBytes(path).next(upTo: SourceProbe.prefixLength)
    return isARFF(prefix)
      ? try arff(.file(path: path)) : try delimited(.file(path: path), header: .present)
  }

  /// Whether the first line that is no remark begins with `@`.
  static func isARFF(_ prefix: [UInt8]) -> Bool {
    var rest = prefix[...]
    if rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest = rest.dropFirst(3) }
    for line in rest.split(whereSeparator: { $0 == 10 || $0 == 13 }) {
      guard let first = line.first(where: { $0 != 32 && $0 != 9 }) else { continue }
      if first != UInt8(ascii: "%") { return first == UInt8(ascii: "@") }
    }
    return false
  }
}
