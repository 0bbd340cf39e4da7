import CMKTFormat

/// Rows of modalities at equal steps, or at the frames of the reference.
extension SequenceAssembler {
  /// `rows` at steps of `--hop`, where it is given for the track.
  ///
  /// - Throws: `ImportFailure` where its rows have no times.
  func resampled(
    _ rows: TrackRows, _ track: any Track, _ place: String, _ ledger: inout Ledger
  ) throws(ImportFailure) -> TrackRows {
    guard let hop = request.hopSeconds[track.name], track.role.isModality, track.axis != .entry
    else { return rows }
    let width = track.columnNames.count
    guard let intervals = rows.intervals else {
      throw .content(
        source: plan.joined.name, place: "\(track.name) of '\(place)'",
        expected: "rows with times, to resample them", found: "rows without",
        remedy: "leave out --hop, or give a source with times")
    }
    guard let frames = Resampling.frames(covering: intervals, hopSeconds: hop) else {
      throw .content(
        source: plan.joined.name, place: "\(track.name) of '\(place)'",
        expected: "at most 100000000 rows at steps of \(hop) s", found: "more",
        remedy: "give a larger --hop, or correct the times")
    }
    let made = Resampling.rows(rows, columnCount: width, at: frames)
    count(rows, made, track, place, &ledger)
    return made
  }

  /// `block`, with rows at `intervals`, at the centres of `frames`.
  func resampled(
    _ block: RowBlock, _ intervals: [Double], _ track: any Track, at frames: [Double],
    _ place: String, _ ledger: inout Ledger
  ) -> RowBlock {
    let rows = TrackRows(values: block.values, intervals: intervals, validity: block.validity)
    let made = Resampling.rows(rows, columnCount: block.columnCount, at: frames)
    count(rows, made, track, place, &ledger)
    return RowBlock(made, columnCount: block.columnCount)
  }

  /// What resampling turned `rows` into, for the ledger.
  private func count(
    _ rows: TrackRows, _ made: TrackRows, _ track: any Track, _ place: String,
    _ ledger: inout Ledger
  ) {
    let width = track.columnNames.count
    let rowCount = rows.count(columnCount: width)
    ledger.add("align", modality: track.name, "rows", .incoming, count: rowCount)
    ledger.add("align", modality: track.name, "rows", .merged, "resampled", count: rowCount)
    if case .elements(let flags) = made.validity {
      ledger.add(
        "align", modality: track.name, "values", .noted, "no valid row near a resampled one",
        count: flags.count { !$0 }, example: place)
    }
  }
}

extension AssemblyPlan {
  /// The step between the rows of modality `index` in the file, seconds; nil where unknown.
  ///
  /// Rows that are aligned have the step of the reference.
  func hopSeconds(of index: Int) -> Double? {
    var index = index
    if case .reference(let reference) = frameSource, level(of: index) == .frame {
      index = reference
    }
    let track = joined.members[index].track
    guard case .modality(let description) = track.role else { return nil }
    return request.hopSeconds[track.name] ?? description.hopSeconds
  }
}
