import Codecs

/// One file that was looked through: which recordings it holds, and when.
struct ChallengeFile: Sendable {
  let file: ChallengeTree.File
  let table: ChallengeTable
  /// The recordings, in the order of the file.
  let pieces: [(recording: ChallengeRecording, piece: ChallengePiece)]
  /// Seconds from row to row; nil where the file tells no times, or has one row for each recording.
  let stepSeconds: Double?

  /// Looks through `file` under `folder`.
  ///
  /// - Throws: `ImportFailure`.
  /// - Complexity: O(size of the file).
  init(_ file: ChallengeTree.File, folder: String) throws(ImportFailure) {
    self.file = file
    table = try ChallengeTable("\(folder)/\(file.path)")
    let found = try table.pieces()
    let recordings = try Self.recordings(of: found, file.name, table.path)
    pieces = Array(zip(recordings, found))
    stepSeconds = found.compactMap { $0.times.flatMap(TimeGrid.step) }.first
  }

  /// What the instances of the file are called where that is another recording than the file's
  /// name says; the latter counts.
  var contradiction: ChallengeRecording? {
    guard pieces.count == 1, let named = pieces[0].piece.recording, named != pieces[0].recording
    else { return nil }
    return named
  }

  /// Whether several recordings stand in the file.
  var isConcatenated: Bool { pieces.count > 1 }

  /// The recordings that `pieces` are: as their instances are named, else as the file is.
  private static func recordings(
    of pieces: [ChallengePiece], _ name: ChallengeName, _ path: String
  ) throws(ImportFailure) -> [ChallengeRecording] {
    if pieces.count == 1, let recording = name.recording { return [recording] }
    let named = pieces.compactMap(\.recording)
    if named.count == pieces.count, Set(named).count == named.count { return named }
    let digits = pieces.indices.compactMap { name.recording(at: $0) }
    if digits.count == pieces.count, name.digits.utf8.count == pieces.count,
      Set(digits).count == digits.count
    {
      return digits
    }
    throw .content(
      source: path, place: "line \(pieces.last?.line ?? 1)",
      expected: "rows of one recording, or of one for each digit of '\(name.digits)'",
      found: "the beginning of recording \(pieces.count), as names and times tell",
      remedy: "put the rows in the order of time, or name the file after its recordings")
  }

  /// The features or labels of the rows of `piece`, row by row.
  ///
  /// - Throws: `ImportFailure`.
  func readRows(
    of piece: ChallengePiece, _ body: (_ row: Int, _ values: [Double]) -> Void
  ) throws(ImportFailure) {
    do throws(CodecFailure) {
      var rows = try table.table.rows(numbers: table.valueColumns, from: piece.place)
      var row = 0
      while row < piece.rows.count, try rows.next() {
        body(row, rows.numbers)
        row += 1
      }
    } catch {
      throw ImportFailure(error, source: table.path)
    }
  }
}
