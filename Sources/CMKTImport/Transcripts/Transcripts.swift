import Codecs

/// What was said in each clip, as an independent source has it: `transcripts=FILE`, a table without
/// a header whose first column is an id and whose second is the text.
struct Transcripts: Sendable {
  let path: String
  private let letters: [EntryID: [UInt8]]

  /// Whether `probe` looks at such a table, rather than at a dump that holds texts.
  static func isTable(_ probe: SourceProbe) -> Bool {
    probe.argument.name == "transcripts" && !probe.isFolder && probe.looksLikeText
  }

  /// Reads the table at `path`; ids are `video[0]`, `video$_$1` or `video_1`.
  ///
  /// - Throws: `ImportFailure`.
  init(path: String) throws(ImportFailure) {
    self.path = path
    var letters: [EntryID: [UInt8]] = [:]
    let table = try TableReading.table(at: path, isARFF: false)
    guard table.columns.count >= 2 else {
      throw .content(
        source: path, place: "line 1", expected: "an id and a text", found: "one column",
        remedy: "write ID,TEXT in each line")
    }
    try TableReading.forEachRow(of: table, at: path, numbers: [], texts: [0, 1]) {
      (row) throws(ImportFailure) in
      let id = Self.id(row.texts[0])
      guard letters.updateValue(Self.letters(of: row.texts[1]), forKey: id) == nil else {
        throw .content(
          source: path, place: "line \(row.line)", expected: "each id once",
          found: "'\(row.texts[0])' a second time", remedy: "make the ids unique")
      }
    }
    self.letters = letters
  }

  private static func id(_ text: String) -> EntryID {
    let spellings: [ClipSpelling] = [.brackets, .dollars, .underscore]
    let ids = spellings.lazy.map { EntryID(text, spelling: $0) }
    return ids.first { $0.clip != nil } ?? EntryID(recording: text)
  }

  /// Whether the words `words` are what was said in clip `clip` of `recording`, but for spaces,
  /// case, punctuation and pauses (`sp`); nil where nothing is known of the clip.
  func agree(with words: some Sequence<String>, recording: String, clip: Int) -> Bool? {
    guard let expected = letters[EntryID(recording: recording, clip: clip, original: "")] else {
      return nil
    }
    var found: [UInt8] = []
    for word in words where word != "sp" { found += Self.letters(of: word) }
    return found == expected
  }

  /// ASCII letters and digits in lower case, and all other bytes that are no ASCII.
  private static func letters(of text: String) -> [UInt8] {
    text.utf8.compactMap { byte in
      switch byte {
      case 0x41...0x5a: byte | 0x20
      case 0x61...0x7a, 0x30...0x39, 0x80...: byte
      default: nil
      }
    }
  }
}
