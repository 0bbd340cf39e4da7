import Codecs

/// The rows of one recording in a file.
struct ChallengePiece: Sendable {
  /// The recording that the rows name; nil where the file names none.
  let recording: ChallengeRecording?
  /// Rows of the file, counted from 0.
  let rows: Range<Int>
  /// The time of each row, seconds, increasing; nil where the file tells none.
  let times: [Double]?
  /// The line of the first row, counted from 1, and where it begins.
  let line: Int
  let place: TextPlace
}

extension ChallengeTable {
  /// The recordings in the file, told apart by the name of the instance and by time that begins
  /// anew.
  ///
  /// - Throws: `ImportFailure`: rows that break the table, times that are none, repeat or are out
  ///   of range, no rows.
  func pieces() throws(ImportFailure) -> [ChallengePiece] {
    var pieces: [ChallengePiece] = []
    var times: [Double] = []
    var instance = (text: "", recording: ChallengeRecording?.none)
    var row = 0
    do throws(CodecFailure) {
      var rows = try table.rows(
        numbers: timeColumn.map { [$0] } ?? [], texts: nameColumn.map { [$0] } ?? [])
      var begin = (row: 0, line: 0, place: rows.place)
      func finish() {
        guard row > begin.row else { return }
        pieces.append(
          ChallengePiece(
            recording: instance.recording, rows: begin.row..<row,
            times: timeColumn == nil ? nil : times, line: begin.line, place: begin.place))
      }
      while true {
        let place = rows.place
        guard try rows.next() else { break }
        let time = rows.numbers.first
        var isAnew = time.map { time in times.last.map { time < $0 } ?? false } ?? false
        var named = instance
        if let text = rows.texts.first, text != instance.text {
          // Names of anything else, such as of frames, part nothing.
          named = (text, ChallengeName(text)?.recording)
          isAnew = isAnew || named.recording != instance.recording
        }
        if row == 0 || isAnew {
          finish()
          begin = (row, rows.line, place)
          times = []
        }
        instance = named
        if let time {
          try check(time, after: times.last, line: rows.line)
          times.append(time)
        }
        row += 1
      }
      finish()
    } catch {
      throw ImportFailure(error, source: path)
    }
    guard !pieces.isEmpty else {
      throw .content(
        source: path, place: "rows", expected: "at least one row", found: "none",
        remedy: "copy the file again")
    }
    return pieces
  }

  private func check(_ time: Double, after last: Double?, line: Int) throws(CodecFailure) {
    guard time >= 0, time <= TimeGrid.longestSeconds else {
      throw .malformed(
        CodecFinding(
          table.container, line: line,
          expected: "a time from 0 to \(Int(TimeGrid.longestSeconds)) s", found: "\(time)"))
    }
    guard last.map({ time > $0 }) ?? true else {
      throw .malformed(
        CodecFinding(
          table.container, line: line, expected: "a later time than \(last ?? 0) s",
          found: "\(time)", remedy: "remove the repeated row"))
    }
  }
}
