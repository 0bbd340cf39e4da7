/// A track whose rows are in memory.
package struct ArrayTrack: Track {
  package var name: String
  package var role: TrackRole
  package var axis: TrackAxis
  package var columnNames: [String]
  /// The rows of all entries, back to back.
  package var all: TrackRows
  /// Entry *i* has the rows `offsets[i] ..< offsets[i + 1]`.
  package var offsets: [Int]
  /// Entries without any rows are absent, rather than empty.
  package var emptyIsAbsent = true

  package init(
    name: String, role: TrackRole, axis: TrackAxis, columnNames: [String], rows: TrackRows,
    offsets: [Int]
  ) {
    self.name = name
    self.role = role
    self.axis = axis
    self.columnNames = columnNames
    self.all = rows
    self.offsets = offsets
  }

  package func rows(of entry: Int) throws(ImportFailure) -> TrackRows? {
    let range = offsets[entry]..<offsets[entry + 1]
    if range.isEmpty, emptyIsAbsent { return nil }
    let raterWidth = offsets.last.map { $0 == 0 ? 0 : all.raters.count / $0 } ?? 0
    return all.selecting(range, columnCount: columnNames.count, raterWidth: raterWidth)
  }
}

extension TrackRows {
  /// The rows in `range`.
  func selecting(_ range: Range<Int>, columnCount: Int, raterWidth: Int = 0) -> TrackRows {
    var part = TrackRows(
      values: Array(values[range.scaled(by: columnCount)]),
      intervals: intervals.map { Array($0[range.scaled(by: 2)]) })
    switch validity {
    case .all: break
    case .rows(let flags): part.validity = .rows(Array(flags[range]))
    case .elements(let flags):
      part.validity = .elements(Array(flags[range.scaled(by: columnCount)]))
    }
    if !texts.isEmpty { part.texts = Array(texts[range]) }
    if !clips.isEmpty { part.clips = Array(clips[range]) }
    part.raters = Array(raters[range.scaled(by: raterWidth)])
    return part
  }
}

extension Range<Int> {
  /// The elements of the rows in the range, at `width` elements each.
  func scaled(by width: Int) -> Range<Int> { lowerBound * width..<upperBound * width }
}
