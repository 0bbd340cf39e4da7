import CMKTFormat
import Codecs

/// The utterances of a bc-LSTM folder: ids, words and classes, and which row of a split is which.
struct BcLSTMTranscripts {
  /// One row of `transcripts.csv`.
  struct Utterance {
    let id: EntryID
    let words: String
    let label: Double
  }

  let utterances: [Utterance]
  /// By split, for each row of its features the index of the utterance.
  let rows: [Split: [Int]]

  /// Reads the two kinds of tables.
  ///
  /// - Throws: `ImportFailure`.
  init(_ layout: BcLSTMLayout, in folder: String) throws(ImportFailure) {
    utterances = try Self.utterances(of: "\(folder)/\(layout.transcripts)")
    var taken = [Bool](repeating: false, count: utterances.count)
    var rows: [Split: [Int]] = [:]
    for split in layout.splits {
      guard let path = layout.indices[split] else { continue }
      rows[split] = try Self.indices(of: "\(folder)/\(path)", utterances, &taken)
    }
    self.rows = rows
  }

  private static func utterances(of path: String) throws(ImportFailure) -> [Utterance] {
    var utterances: [Utterance] = []
    var seen: Set<EntryID> = []
    try TableReading.forEachRow(of: path, columnCount: 4, numbers: [3], texts: [0, 1]) {
      (row) throws(ImportFailure) in
      let id = EntryID(row.texts[0], spelling: .underscore)
      guard id.clip != nil else {
        throw .content(
          source: path, place: "line \(row.line)", expected: "an id such as 03bSnISJMiM_1",
          found: "'\(row.texts[0])'", remedy: "give VIDEO_NUMBER, counted from 1")
      }
      guard seen.insert(id).inserted else {
        throw .content(
          source: path, place: "line \(row.line)", expected: "each id once",
          found: "'\(id.original)' a second time", remedy: "make the ids unique")
      }
      utterances.append(Utterance(id: id, words: row.texts[1], label: row.numbers[0]))
    }
    return utterances
  }

  private static func indices(
    of path: String, _ utterances: [Utterance], _ taken: inout [Bool]
  ) throws(ImportFailure) -> [Int] {
    var indices: [Int] = []
    var used = taken
    try TableReading.forEachRow(of: path, columnCount: nil, numbers: [0]) {
      (row) throws(ImportFailure) in
      guard let index = Int(exactly: row.numbers[0]), utterances.indices.contains(index) else {
        throw .content(
          source: path, place: "line \(row.line), column 1",
          expected: "a row of transcripts.csv, 0 to \(utterances.count - 1)",
          found: "\(row.numbers[0])", remedy: "give the transcripts that belong to this table")
      }
      guard !used[index] else {
        throw .content(
          source: path, place: "line \(row.line), column 1",
          expected: "each row of transcripts.csv once",
          found: "\(index) ('\(utterances[index].id.original)') a second time",
          remedy: "give an utterance one row in one split")
      }
      used[index] = true
      indices.append(index)
    }
    taken = used
    return indices
  }
}

/// Rows of delimited text or ARFF, with failures that name the file.
enum TableReading {
  /// Hands each row to `body`; `columnCount` nil allows any number of columns.
  ///
  /// - Throws: `ImportFailure`, and what `body` throws.
  static func forEachRow(
    of path: String, columnCount: Int?, numbers: [Int], texts: [Int] = [],
    _ body: (TextRows) throws(ImportFailure) -> Void
  ) throws(ImportFailure) {
    let table = try self.table(at: path, isARFF: false)
    if let columnCount, table.columns.count != columnCount {
      throw .content(
        source: path, place: "line 1", expected: "\(columnCount) columns",
        found: "\(table.columns.count)", remedy: "give the table as it was published")
    }
    try forEachRow(of: table, at: path, numbers: numbers, texts: texts, body)
  }

  /// The table at `path`, without a header where it is delimited text.
  static func table(at path: String, isARFF: Bool) throws(ImportFailure) -> TextTable {
    _ = try FileSignature.leadingBytes(of: path)
    do throws(CodecFailure) {
      return isARFF
        ? try TextTable.arff(.file(path: path))
        : try TextTable.delimited(.file(path: path), separator: 0x2c, header: .absent)
    } catch {
      throw ImportFailure(error, source: path)
    }
  }

  /// Hands each row of `table` to `body`.
  ///
  /// - Throws: `ImportFailure`, and what `body` throws.
  static func forEachRow(
    of table: TextTable, at path: String, numbers: [Int], texts: [Int] = [],
    _ body: (TextRows) throws(ImportFailure) -> Void
  ) throws(ImportFailure) {
    var rows: TextRows
    do throws(CodecFailure) {
      rows = try table.rows(numbers: numbers, texts: texts)
    } catch {
      throw ImportFailure(error, source: path)
    }
    while true {
      let isRow: Bool
      do throws(CodecFailure) {
        isRow = try rows.next()
      } catch {
        throw ImportFailure(error, source: path)
      }
      guard isRow else { return }
      try body(rows)
    }
  }
}
