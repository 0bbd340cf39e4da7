/// A track whose rows lie in an array of a file.
struct NumberTrack: Track {
  /// Which rows of the array belong to which entry.
  struct Layout: Sendable {
    /// For each entry, its rows.
    var ranges: [Range<Int>]
    /// For each entry, which of its rows, counted from its first, are not padding by the look of
    /// this array alone; nil where there is no doubt.
    var filled: [Range<Int>]?
    /// For each entry, the rows of the array that become one row, by their mean.
    var groups: [[Range<Int>]]?
    /// For each entry, start and end of each row in seconds.
    var intervals: [[Double]]?

    init(
      ranges: [Range<Int>], filled: [Range<Int>]? = nil, groups: [[Range<Int>]]? = nil,
      intervals: [[Double]]? = nil
    ) {
      self.ranges = ranges
      self.filled = filled
      self.groups = groups
      self.intervals = intervals
    }

    /// One row for each of `count` entries.
    static func singles(_ count: Int) -> Layout {
      Layout(ranges: (0..<count).map { $0..<$0 + 1 })
    }
  }

  let name: String
  let role: TrackRole
  let axis: TrackAxis
  let columnNames: [String]
  let numbers: any NumberArray
  var layout: Layout

  func rows(of entry: Int) throws(ImportFailure) -> TrackRows? {
    let range = layout.ranges[entry]
    guard !range.isEmpty else { return nil }
    let width = columnNames.count
    let values = try numbers.floats(in: range.scaled(by: width))
    if let groups = layout.groups {
      let means = groups[entry].map { group in
        mean(of: group.lowerBound - range.lowerBound..<group.upperBound - range.lowerBound, values)
      }
      return means.isEmpty ? nil : TrackRows(values: means.flatMap { $0 })
    }
    var rows = TrackRows(values: values, intervals: layout.intervals?[entry])
    rows.filled = layout.filled?[entry]
    return rows
  }

  /// The mean of some rows of `values`.
  private func mean(of rows: Range<Int>, _ values: [Float]) -> [Float] {
    let width = columnNames.count
    guard rows.count > 1 else { return Array(values[rows.scaled(by: width)]) }
    return (0..<width).map { column in
      let sum = rows.reduce(0.0) { $0 + Double(values[$1 * width + column]) }
      return Float(sum / Double(rows.count))
    }
  }
}
