/// One modality of a challenge, read file by file when rows are wanted.
struct ChallengeTrack: Track {
  /// Where the rows of an entry stand.
  struct Place: Sendable {
    let file: ChallengeFile
    let piece: ChallengePiece
    /// The frames of the rows; nil where rows keep times of their own.
    let map: FrameMap?
    let frameCount: Int
  }

  let name: String
  let role: TrackRole
  let axis: TrackAxis
  let columnNames: [String]
  /// By entry.
  let places: [Place?]
  /// Of the frames, or of the rows where these keep times of their own.
  let stepSeconds: Double
  /// Whether values that are all 0 say that nothing was found, such as no face.
  let zerosAreMissing: Bool

  func rows(of entry: Int) throws(ImportFailure) -> TrackRows? {
    guard let place = places[entry] else { return nil }
    let width = columnNames.count
    let count = place.map == nil ? place.piece.rows.count : place.frameCount
    var frames = FrameRows(frameCount: count, width: width)
    try place.file.readRows(of: place.piece) { row, values in
      frames.add(values, to: place.map.map { $0[row] } ?? row)
    }
    if zerosAreMissing { frames.dropZeros() }
    var rows = frames.trackRows(stepSeconds: stepSeconds)
    if place.map == nil, let times = place.piece.times {
      rows.intervals = times.flatMap { [$0, $0 + stepSeconds] }
    }
    return rows
  }
}
