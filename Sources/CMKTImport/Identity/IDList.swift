import CMKTFormat
import Codecs

extension ImportFormat {
  /// Ids alone, one in a line; see `Formats/import/ids.md`.
  static let idList = ImportFormat(
    "id-list", "text with an id in each line, and perhaps its split: ids=FILE"
  ) { probe in
    probe.argument.name == "ids" && !probe.isFolder && probe.looksLikeText
  } open: { (probe, _) throws(ImportFailure) in
    let path = probe.argument.path
    var entries: [Entry] = []
    let table: TextTable
    do throws(CodecFailure) {
      table = try TextTable.delimited(.file(path: path), separator: 0x2c, header: .absent)
    } catch {
      throw ImportFailure(error, source: path)
    }
    guard (1...2).contains(table.columns.count) else {
      throw .content(
        source: path, place: "line 1", expected: "an id, or an id and a split",
        found: "\(table.columns.count) columns", remedy: "write ID or ID,SPLIT in each line")
    }
    var seen: Set<EntryID> = []
    try TableReading.forEachRow(
      of: table, at: path, numbers: [], texts: Array(table.columns.indices)
    ) { (row) throws(ImportFailure) in
      let id = EntryID(row.texts[0], spelling: .brackets)
      guard !id.recording.isEmpty, seen.insert(id).inserted else {
        throw .content(
          source: path, place: "line \(row.line)", expected: "each id once",
          found: id.recording.isEmpty ? "an empty one" : "'\(row.texts[0])' a second time",
          remedy: "make the ids unique")
      }
      var entry = Entry(id: id)
      if row.texts.count > 1 {
        guard let split = Split(rawValue: row.texts[1]) else {
          throw .content(
            source: path, place: "line \(row.line), column 2",
            expected: Split.allCases.map(\.rawValue).joined(separator: ", "),
            found: "'\(row.texts[1])'", remedy: "write ID or ID,SPLIT in each line")
        }
        entry.split = split
      }
      entries.append(entry)
    }
    return Dump(
      name: probe.argument.stem, entries: entries, tracks: [],
      files: [SourceFile(path: path, format: "id-list")])
  }
}
