/// One column of a track as a track of its own.
struct ColumnTrack: Track {
  let base: any Track
  let column: Int
  let name: String
  let role: TrackRole

  var axis: TrackAxis { base.axis }
  var columnNames: [String] { [base.columnNames[column]] }

  func rows(of entry: Int) throws(ImportFailure) -> TrackRows? {
    guard var rows = try base.rows(of: entry) else { return nil }
    let width = base.columnNames.count
    rows.values = stride(from: column, to: rows.values.count, by: width).map { rows.values[$0] }
    if case .elements(let flags) = rows.validity {
      rows.validity = .rows(stride(from: column, to: flags.count, by: width).map { flags[$0] })
    }
    rows.raters = []
    return rows
  }
}
