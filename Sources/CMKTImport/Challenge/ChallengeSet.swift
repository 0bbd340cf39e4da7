/// The files of one modality, or of one gold standard or its ratings for one target.
struct ChallengeSet: Sendable {
  /// The rows of one recording.
  struct Place: Sendable {
    let file: ChallengeFile
    let piece: ChallengePiece
  }

  let title: String
  let files: [ChallengeFile]
  private(set) var places: [ChallengeRecording: Place] = [:]
  /// Rows of concatenated files whose recordings have files of their own, too.
  private(set) var repeatedRowCount = 0
  /// Seconds from row to row; nil where no file tells.
  let stepSeconds: Double?

  /// The set called `title` of `files`, of which there is one at least.
  ///
  /// - Throws: `ImportFailure.content` for two files of one recording, and steps that differ.
  init(_ title: String, _ files: [ChallengeFile]) throws(ImportFailure) {
    self.title = title
    self.files = files
    stepSeconds = files.compactMap(\.stepSeconds).first
    for file in files where !file.isConcatenated { try add(file) }
    for file in files where file.isConcatenated { try add(file) }
    for file in files {
      guard let step = file.stepSeconds, let known = stepSeconds,
        !TimeGrid.areEqual(step, known)
      else { continue }
      throw .content(
        source: file.table.path, place: "times",
        expected: "rows every \(known) s, as in '\(files[0].file.path)'",
        found: "every \(step) s", remedy: "keep features of one step in a folder")
    }
  }

  private mutating func add(_ file: ChallengeFile) throws(ImportFailure) {
    for (recording, piece) in file.pieces {
      guard let known = places[recording] else {
        places[recording] = Place(file: file, piece: piece)
        continue
      }
      guard file.isConcatenated, !known.file.isConcatenated else {
        throw .content(
          source: file.table.path, place: "its name",
          expected: "one file for each recording of '\(title)'",
          found: "another: '\(known.file.table.path)'", remedy: "remove one of them")
      }
      repeatedRowCount += piece.rows.count
    }
  }

  /// Names of the value columns, the same in all files; numbered where the files have none.
  ///
  /// - Throws: `ImportFailure.content` for files that differ, and for a name that comes twice.
  func columnNames() throws(ImportFailure) -> [String] {
    let first = files[0].table
    for file in files.dropFirst() {
      let table = file.table
      guard table.valueColumns.count == first.valueColumns.count else {
        throw .content(
          source: table.path, place: "columns",
          expected: "\(first.valueColumns.count), as in '\(files[0].file.path)'",
          found: "\(table.valueColumns.count)", remedy: "keep features of one kind in a folder")
      }
      for index in first.valueColumns.indices
      where first.valueName(index) != table.valueName(index) {
        throw .content(
          source: table.path, place: "column \(table.valueColumns[index] + 1)",
          expected: "'\(first.valueName(index))', as in '\(files[0].file.path)'",
          found: "'\(table.valueName(index))'", remedy: "keep features of one kind in a folder")
      }
    }
    let names = first.valueColumns.indices.map { index in
      let name = first.valueName(index)
      let digits = String(index)
      let padding = String(repeating: "0", count: max(0, 3 - digits.utf8.count))
      return name.isEmpty ? "\(title)_\(padding)\(digits)" : name
    }
    var seen: Set<String> = []
    for name in names where !seen.insert(name).inserted {
      throw .content(
        source: first.path, place: "columns", expected: "each name once",
        found: "'\(name)' a second time", remedy: "rename or remove one of the columns")
    }
    return names
  }
}
