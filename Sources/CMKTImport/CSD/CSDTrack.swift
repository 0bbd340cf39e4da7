import CMKTFormat

/// The rows of a computational sequence.
struct CSDTrack: Track {
  let file: CSDFile
  let name: String
  let role: TrackRole
  let axis = TrackAxis.time
  let columnNames: [String]
  /// `D` as in the file: texts have columns, too.
  let columnCount: Int

  var isText: Bool { role == .text }

  func rows(of entry: Int) throws(ImportFailure) -> TrackRows? {
    let video = file.videos[entry]
    var all = CSDFile.Part()
    var clips: [Int] = []
    for part in video.parts {
      let own = try file.part(part.group, columnCount: columnCount, isText: isText)
      if let clip = part.clip { clips += Array(repeating: clip, count: own.rowCount) }
      if video.parts.count == 1 {
        all = own
      } else {
        all.values += own.values
        all.texts += own.texts
        all.intervals += own.intervals
      }
    }
    guard all.rowCount > 0 else { return nil }
    if clips.count != all.rowCount { clips = [] }
    return rows(all, clips, isMerged: video.parts.count > 1)
  }

  /// `part` as rows; those of several groups by their start, as the SDK orders them.
  private func rows(_ part: CSDFile.Part, _ clips: [Int], isMerged: Bool) -> TrackRows {
    var rows: TrackRows
    if isText {
      // Several texts in a row are words of one.
      rows = TrackRows(
        texts: columnCount == 1
          ? part.texts
          : (0..<part.rowCount).map {
            part.texts[($0..<$0 + 1).scaled(by: columnCount)].joined(separator: " ")
          }, intervals: part.intervals)
    } else {
      rows = TrackRows(values: part.values, intervals: part.intervals)
    }
    if role.isTarget { rows.clips = clips }
    let starts = (0..<part.rowCount).map { part.intervals[2 * $0] }
    guard isMerged, zip(starts, starts.dropFirst()).contains(where: { $0 > $1 }) else {
      return rows
    }
    let order = starts.indices.sorted { (starts[$0], $0) < (starts[$1], $1) }
    rows.values = order.flatMap { rows.values[($0..<$0 + 1).scaled(by: isText ? 0 : columnCount)] }
    rows.intervals = order.flatMap { part.intervals[($0..<$0 + 1).scaled(by: 2)] }
    if isText { rows.texts = order.map { rows.texts[$0] } }
    if !rows.clips.isEmpty { rows.clips = order.map { clips[$0] } }
    return rows
  }
}
