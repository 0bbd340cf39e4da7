/// What single raters gave for one target.
struct ChallengeRaters: Sendable {
  /// As the files name them, without blanks; those of all files.
  let names: [String]
  private let set: ChallengeSet
  /// For each file, by path: the rater of each value column.
  private let columns: [String: [Int]]

  /// The raters of `set`.
  ///
  /// - Throws: `ImportFailure.content` for a rater who comes twice in a file.
  init(_ set: ChallengeSet) throws(ImportFailure) {
    self.set = set
    var names: [String] = []
    var columns: [String: [Int]] = [:]
    for file in set.files {
      var mine: [Int] = []
      for index in file.table.valueColumns.indices {
        let given = file.table.valueName(index)
        let name = given.isEmpty ? "rater_\(index + 1)" : given
        let rater = names.firstIndex(of: name) ?? names.count
        if rater == names.count { names.append(name) }
        guard !mine.contains(rater) else {
          throw .content(
            source: file.table.path, place: "columns", expected: "each rater once",
            found: "'\(name)' a second time", remedy: "rename one of them")
        }
        mine.append(rater)
      }
      columns[file.table.path] = mine
    }
    self.names = names
    self.columns = columns
  }

  /// `[T, R]` for the frames of `entry`; NaN where a rater gave none.
  ///
  /// - Throws: `ImportFailure`.
  func values(
    of entry: ChallengeEntry, _ count: Int, _ frames: ChallengeFrames,
    _ target: String, _ ledger: inout Ledger
  ) throws(ImportFailure) -> [Float] {
    var values = [Float](repeating: .nan, count: count * names.count)
    guard let place = set.places[entry.recording], let mine = columns[place.file.table.path] else {
      ledger.add(
        "read", modality: target, "ratings", .masked, "no file of ratings", count: count,
        example: entry.id)
      return values
    }
    let map = try frames.map(place.piece, set.stepSeconds, place.file)
    var found = FrameRows(frameCount: count, width: mine.count)
    try place.file.readRows(of: place.piece) { row, values in
      found.add(values, to: map[row])
    }
    for frame in 0..<count where found.hasRow[frame] {
      for (column, rater) in mine.enumerated() {
        values[frame * names.count + rater] = found.values[frame * mine.count + column]
      }
    }
    let covered = map.coverage(below: count)
    ledger.add("read", modality: target, "ratings", .incoming, count: map.rowCount)
    ledger.add("read", modality: target, "ratings", .kept, count: covered.frames)
    ledger.add(
      "read", modality: target, "ratings", .merged, "averaged with others of the same frame",
      count: covered.rows - covered.frames)
    ledger.add(
      "read", modality: target, "ratings", .dropped, "after the last frame of the recording",
      count: map.rowCount - covered.rows)
    return values
  }
}
