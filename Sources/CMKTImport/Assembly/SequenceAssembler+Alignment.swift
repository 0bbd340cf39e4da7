import CMKTFormat

/// Rows of other modalities at the frames of the reference.
extension SequenceAssembler {
  /// `rows` of the reference without those that are too short to meet anything, as in the SDK.
  func lasting(
    _ rows: TrackRows, _ track: any Track, _ place: String, _ ledger: inout Ledger
  ) -> TrackRows {
    guard let intervals = rows.intervals else { return rows }
    let width = track.columnNames.count
    let count = rows.count(columnCount: width)
    var kept: [Int] = []
    for row in 0..<min(count, intervals.count / 2) {
      let (start, end) = (intervals[2 * row], intervals[2 * row + 1])
      if start <= end, RowMatches.hasLength(start, end) {
        kept.append(row)
      } else {
        ledger.add(
          "align", modality: track.name, "frames", .dropped,
          start <= end ? "shorter than 10 µs" : "ends before it starts", example: "\(place):\(row)")
      }
    }
    ledger.add("align", modality: track.name, "frames", .incoming, count: count)
    ledger.add("align", modality: track.name, "frames", .kept, count: kept.count)
    return kept.count == count ? rows : rows.picking(kept, columnCount: width)
  }

  /// `block` with one row per frame of `sequence`: the rows that meet the frame, collapsed.
  ///
  /// Its intervals become the parts of the frames that rows cover; NaN where none does.
  func aligned(
    _ block: RowBlock, _ track: any Track, to sequence: AssembledSequence,
    _ ledger: inout Ledger
  ) throws(ImportFailure) -> RowBlock {
    let place = sequence.id.description
    if track.axis == .frames, case .reference(let index) = plan.frameSource,
      members[index].track.axis == .frames, block.rowCount == sequence.frameCount
    {
      return block
    }
    guard let frames = sequence.intervals, let intervals = block.intervals else {
      throw failure(
        track.name, place,
        expected: "rows with times, to align them", found: "rows without",
        remedy: "leave out --align and --hop, or give another source of \(track.name)")
    }
    if plan.resamples(track) {
      return resampled(block, intervals, track, at: frames, place, &ledger)
    }
    // Labels of the very rows that are the frames: overlapping neighbours are not mixed in.
    if track.role.isTarget, intervals == frames { return block }
    let matches = try matches(of: intervals, with: frames, track.name, place)
    let isWeighted = request.rule != .sdk
    let collapse = collapse(of: track)
    let rows = CollapsedRows(
      block.values, block.validity, columnCount: block.columnCount, matches, by: collapse,
      isWeighted: isWeighted)
    var aligned = block
    aligned.values = rows.values
    aligned.validity = rows.validity
    aligned.intervals = matches.covered
    if !block.raters.isEmpty {
      aligned.raters =
        CollapsedRows(
          block.raters, .all, columnCount: block.columnCount * track.raterCount, matches,
          by: collapse, isWeighted: isWeighted
        ).values
      for frame in 0..<matches.referenceCount where matches.rows(of: frame).isEmpty {
        let width = block.columnCount * track.raterCount
        for index in frame * width..<(frame + 1) * width { aligned.raters[index] = .nan }
      }
    }
    count(matches, of: block.rowCount, rows.leftOutCount, track.name, place, &ledger)
    return aligned
  }

  /// The rows with `intervals` that meet each of `marks`.
  ///
  /// - Throws: `ImportFailure.content` where far more meet than any recording needs.
  func matches(
    of intervals: [Double], with marks: [Double], _ name: String, _ place: String
  ) throws(ImportFailure) -> RowMatches {
    let matches = RowMatches(
      of: intervals, with: marks, rule: request.rule, minimumOverlap: request.minimumOverlap)
    guard matches.isComplete else {
      throw failure(
        name, place, expected: "rows that overlap a few frames or segments each",
        found: "\(intervals.count / 2) rows and \(marks.count / 2) frames or segments with more "
          + "than \(matches.rows.count) overlaps",
        remedy: "correct the times, or align to coarser frames")
    }
    return matches
  }

  /// Classes have no mean.
  private func collapse(of track: any Track) -> Collapse {
    guard case .target(let description) = track.role else { return request.collapse[track.name] }
    let isReal = (description.kind ?? .regression) == .regression && !description.isIntegral
    return isReal ? .mean : .first
  }

  private func count(
    _ matches: RowMatches, of rowCount: Int, _ leftOutCount: Int, _ name: String, _ place: String,
    _ ledger: inout Ledger
  ) {
    var isUsed = [Bool](repeating: false, count: rowCount)
    for row in matches.rows { isUsed[row] = true }
    let usedCount = isUsed.count { $0 }
    ledger.add("align", modality: name, "rows", .incoming, count: rowCount)
    ledger.add("align", modality: name, "rows", .merged, "collapsed to frames", count: usedCount)
    ledger.add(
      "align", modality: name, "rows", .dropped, "meets no frame", count: rowCount - usedCount,
      example: isUsed.firstIndex(of: false).map { "\(place):\($0)" })
    let holes = (0..<matches.referenceCount).filter { matches.rows(of: $0).isEmpty }
    ledger.add(
      "align", modality: name, "frames", .masked, "no row meets it", count: holes.count,
      example: holes.first.map { "\(place):\($0)" })
    ledger.add(
      "align", modality: name, "values", .noted, "NaN or infinite, left out of a collapsed value",
      count: leftOutCount, example: place)
  }
}
