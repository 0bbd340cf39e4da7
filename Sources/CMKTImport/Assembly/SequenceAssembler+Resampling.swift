import CMKTFormat

/// Rows of modalities at equal steps, or at frames from elsewhere.
extension SequenceAssembler {
  /// Frames of `hopSeconds` that cover the rows of all modalities; nil where there are none.
  ///
  /// - Throws: `ImportFailure` where there are too many, or rows have no times.
  func grid(
    _ hopSeconds: Double, covering rows: [Int: TrackRows], _ place: String
  ) throws(ImportFailure) -> [Double]? {
    var intervals: [Double] = []
    for index in rows.keys.sorted() where members[index].track.role.isModality {
      guard let own = rows[index], members[index].track.axis != .entry else { continue }
      intervals += try times(of: own, members[index].track, place)
    }
    guard let frames = Resampling.frames(covering: intervals, hopSeconds: hopSeconds) else {
      throw tooMany(hopSeconds, "'\(place)'")
    }
    return frames.isEmpty ? nil : frames
  }

  private func times(
    of rows: TrackRows, _ track: any Track, _ place: String
  ) throws(ImportFailure) -> [Double] {
    if let intervals = rows.intervals { return intervals }
    throw failure(
      track.name, place,
      expected: "rows with times, to resample them", found: "rows without",
      remedy: "leave out --hop, or give a source with times")
  }

  private func tooMany(_ hopSeconds: Double, _ place: String) -> ImportFailure {
    .content(
      source: plan.joined.source, place: place,
      expected: "at most 100000000 rows at steps of \(hopSeconds) s", found: "more",
      remedy: "give a larger --hop, or correct the times")
  }

  /// `rows` at steps of `--hop`, where it is given for the track.
  ///
  /// - Throws: `ImportFailure` where its rows have no times.
  func resampled(
    _ rows: TrackRows, _ track: any Track, _ place: String, _ ledger: inout Ledger
  ) throws(ImportFailure) -> TrackRows {
    guard let hop = plan.ownHopSeconds(of: track), track.role.isModality, track.axis != .entry
    else { return rows }
    let width = track.columnNames.count
    let intervals = try times(of: rows, track, place)
    guard let frames = Resampling.frames(covering: intervals, hopSeconds: hop) else {
      throw tooMany(hop, "\(track.name) of '\(place)'")
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
  /// The step that rows of `track` get before they meet frames, seconds; nil where they keep theirs.
  ///
  /// Where frames are a grid, rows are brought to it at once.
  func ownHopSeconds(of track: any Track) -> Double? {
    if case .grid = frameSource { return request.hopSeconds.named[track.name] ?? nil }
    return request.hopSeconds[track.name]
  }

  /// Whether rows of `track` get values at the centres of frames, rather than collapsed ones.
  func resamples(_ track: any Track) -> Bool {
    guard track.role.isModality else { return false }
    if case .grid = frameSource { return true }
    return request.rule == .resample
  }

  /// The step between the rows of modality `index` in the file, seconds; nil where unknown.
  ///
  /// Rows that are aligned have the step of the frames.
  func hopSeconds(of index: Int) -> Double? {
    if case .grid(let hopSeconds) = frameSource { return hopSeconds }
    var index = index
    if case .reference(let reference) = frameSource, level(of: index) == .frame {
      index = reference
    }
    let track = joined.members[index].track
    guard case .modality(let description) = track.role else { return nil }
    return request.hopSeconds[track.name] ?? description.hopSeconds
  }
}
