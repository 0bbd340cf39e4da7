/// One column of a track as a track of its own.
struct ColumnTrack: Track {
  let base: any Track
  let column: Int
  let name: String
  let role: TrackRole

  /// A modality that is in truth labels: a target for each column that has a name of its own, or
  /// one target of all columns.
  static func labels(_ base: any Track) -> [any Track] {
    guard base.role.isModality else { return [] }
    let role = TrackRole.target(TargetDescription())
    let columns = base.columnNames
    let names = columns.map { PlainName.made(of: $0, or: base.name) }
    guard columns != ColumnNames.numbered(base.name, count: columns.count),
      Set(names).count == names.count
    else { return [RetypedTrack(base, name: base.name, role: role)] }
    return columns.indices.map { column in
      ColumnTrack(base: base, column: column, name: names[column], role: role)
    }
  }

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
