import CMKTFormat

/// Makes sequences of the entries of a joined dump: reads rows, finds the frames, and brings every
/// track to its level.
struct SequenceAssembler: Sendable {
  /// What one piece of work gives.
  struct Outcome: Sendable {
    var sequences: [AssembledSequence] = []
    var ledger = Ledger()
  }

  let plan: AssemblyPlan
  var request: ImportRequest { plan.request }
  var members: [JoinedDump.Member] { plan.joined.members }

  /// The sequences of group `index` of the plan.
  ///
  /// - Throws: `ImportFailure`.
  func outcome(of index: Int) throws(ImportFailure) -> Outcome {
    var outcome = Outcome()
    var clips: [AssembledSequence] = []
    for entry in plan.groups[index] {
      outcome.ledger.add("join", "entries", .incoming)
      guard let (sequence, rows) = try assemble(entry, &outcome.ledger) else { continue }
      if plan.segmenters.isEmpty {
        clips.append(sequence)
      } else if let segments = try segments(of: sequence, rows, &outcome.ledger) {
        outcome.sequences += segments
        outcome.ledger.add("join", "entries", .kept)
      } else {
        outcome.ledger.add(
          "join", "entries", .dropped, "no labels that mark segments",
          example: sequence.id.description)
      }
    }
    if plan.mergesClips {
      if let merged = merge(clips) { outcome.sequences.append(merged) }
      outcome.ledger.add("join", "entries", .merged, "clips of one recording", count: clips.count)
    } else {
      outcome.sequences += clips
      outcome.ledger.add("join", "entries", .kept, count: clips.count)
    }
    for index in outcome.sequences.indices {
      try finish(&outcome.sequences[index], &outcome.ledger)
    }
    outcome.sequences.removeAll { $0.frameCount == 0 }
    try check(outcome.sequences)
    return outcome
  }

  /// Refuses times that go back and names that come twice.
  private func check(_ sequences: [AssembledSequence]) throws(ImportFailure) {
    var seen: Set<EntryID> = []
    for sequence in sequences {
      let place = sequence.id.description
      guard seen.insert(sequence.id).inserted else {
        throw .content(
          source: plan.segmenters.first.map { members[$0].source } ?? plan.joined.source,
          place: "'\(sequence.id.recording)'", expected: "each segment once",
          found: "'\(place)' a second time", remedy: "correct or remove the row")
      }
      let reference = plan.frameName
      if let intervals = sequence.intervals { try check(intervals, reference, place) }
      for (name, block) in sequence.modalities where plan.keepsOwnRows(name) {
        if let intervals = block.intervals { try check(intervals, name, place) }
      }
    }
  }

  private func check(
    _ intervals: [Double], _ name: String, _ place: String
  ) throws(ImportFailure) {
    for row in 0..<intervals.count / 2 {
      let (start, end) = (intervals[2 * row], intervals[2 * row + 1])
      guard !(start.isFinite && end.isFinite && start <= end) else { continue }
      throw failure(
        name, place, row: "row \(row)", expected: "finite times, the start not after the end",
        found: "\(start) to \(end) s", remedy: "correct or remove the row")
    }
  }

  /// The entry as one sequence, and the rows that it was made of, by member; nil where it has no
  /// frames, or not all that it must have.
  private func assemble(
    _ entry: Int, _ ledger: inout Ledger
  ) throws(ImportFailure) -> (AssembledSequence, [Int: TrackRows])? {
    let described = plan.joined.entries[entry]
    let place = described.id.description
    var rows: [Int: TrackRows] = [:]
    for (index, member) in members.enumerated() where isWanted(index) {
      guard let read = try member.rows(of: entry) else { continue }
      rows[index] = shifted(read, member.track, described, &ledger)
    }
    dropPadding(&rows, place, &ledger)
    for index in rows.keys.sorted() {
      guard let own = rows[index] else { continue }
      rows[index] = try resampled(own, members[index].track, place, &ledger)
    }
    if case .reference(let index) = plan.frameSource, let all = rows[index] {
      rows[index] = lasting(all, members[index].track, place, &ledger)
    }
    for (index, member) in members.enumerated() where member.track.role.isModality {
      guard rows[index] == nil, request.missingRows[member.track.name] == .drop else { continue }
      ledger.add("join", "entries", .dropped, "no \(member.track.name)", example: place)
      return nil
    }
    guard var sequence = try frames(of: described, rows) else {
      ledger.add("join", "entries", .dropped, "no rows to make frames of", example: place)
      return nil
    }
    for (index, member) in members.enumerated() where !plan.segmenters.contains(index) {
      try add(member.track, rows[index], at: index, to: &sequence, &ledger)
    }
    return (sequence, rows)
  }

  /// Whether the rows of member `index` are used: texts only where something needs them.
  private func isWanted(_ index: Int) -> Bool {
    let track = members[index].track
    return track.role != .text || plan.frameSource == .reference(index)
      || request.annotations.contains(track.name)
  }

  /// The sequence of `entry` with its frames and no rows yet; nil where there are no frames.
  private func frames(
    of entry: Entry, _ rows: [Int: TrackRows]
  ) throws(ImportFailure) -> AssembledSequence? {
    switch plan.frameSource {
    case .entries:
      return rows.isEmpty ? nil : AssembledSequence(entry: entry, frameCount: 1, intervals: nil)
    case .reference(let index), .first(let index):
      guard let reference = rows[index] else { return nil }
      let count = reference.count(columnCount: members[index].track.columnNames.count)
      guard case .reference = plan.frameSource else {
        return count == 0
          ? nil : AssembledSequence(entry: entry, frameCount: count, intervals: reference.intervals)
      }
      guard let intervals = reference.intervals else {
        throw failure(
          members[index].track.name, entry.id.description, expected: "rows with times, to align to",
          found: "none",
          remedy: "align to another modality, or match rows with --join index")
      }
      return count == 0
        ? nil : AssembledSequence(entry: entry, frameCount: count, intervals: intervals)
    case .grid(let hopSeconds):
      let place = entry.id.description
      guard let intervals = try grid(hopSeconds, covering: rows, place) else { return nil }
      return AssembledSequence(
        entry: entry, frameCount: intervals.count / 2, intervals: intervals)
    case .shared: return try sharedFrames(of: entry, rows)
    }
  }

  private func sharedFrames(
    of entry: Entry, _ rows: [Int: TrackRows]
  ) throws(ImportFailure) -> AssembledSequence? {
    var first: (index: Int, count: Int)?
    var intervals: [Double]?
    for (index, member) in members.enumerated() where plan.level(of: index) == .frame {
      guard member.track.role != .text, let own = rows[index] else { continue }
      let count = own.count(columnCount: member.track.columnNames.count)
      if intervals == nil { intervals = own.intervals }
      guard let known = first else {
        first = (index, count)
        continue
      }
      guard count == known.count else {
        throw failure(
          member.track.name, entry.id.description,
          expected: "\(known.count) rows, as \(members[known.index].track.name) has",
          found: "\(count)",
          remedy: "align by time with --align MODALITY, or correct the dump")
      }
    }
    guard let first, first.count > 0 else { return nil }
    return AssembledSequence(entry: entry, frameCount: first.count, intervals: intervals)
  }

  /// Brings the rows of member `index` to its level.
  private func add(
    _ track: any Track, _ rows: TrackRows?, at index: Int, to sequence: inout AssembledSequence,
    _ ledger: inout Ledger
  ) throws(ImportFailure) {
    if track.role == .text {
      if let rows, request.annotations.contains(track.name) {
        sequence.annotations[track.name] = LocalTexts(
          texts: rows.texts, intervals: rows.intervals)
      }
      return
    }
    let level = plan.level(of: index)
    let width = track.columnNames.count
    var block: RowBlock
    if let rows {
      block = RowBlock(rows, columnCount: width)
      if level == .frame, plan.alignsByTime(index) {
        block = try aligned(block, track, to: sequence, &ledger)
      }
      let expected = level == .frame ? sequence.frameCount : level == .own ? block.rowCount : 1
      guard block.rowCount == expected else {
        throw failure(
          track.name, sequence.id.description,
          expected: "\(expected) rows", found: "\(block.rowCount)",
          remedy: "align by time with --align MODALITY, or correct the dump")
      }
    } else {
      let count = level == .frame ? sequence.frameCount : level == .own ? 0 : 1
      block = RowBlock(missing: count, columnCount: width, raterCount: track.raterCount)
      ledger.add(
        "join", modality: track.name, "rows", .masked, "the source has none", count: count,
        example: sequence.id.description)
    }
    if track.role.isModality {
      sequence.modalities[track.name] = block
    } else {
      sequence.targets[track.name] = block
    }
  }

  /// What is wrong with the track called `name` in the entry `place`.
  func failure(
    _ name: String, _ place: String, row: String? = nil, expected: String, found: String,
    remedy: String
  ) -> ImportFailure {
    .content(
      source: plan.source(of: name),
      place: "\(name) of '\(place)'" + (row.map { ", \($0)" } ?? ""), expected: expected,
      found: found, remedy: remedy)
  }

  /// `rows` with their values moved against their intervals, as `--shift-features` asks.
  private func shifted(
    _ rows: TrackRows, _ track: any Track, _ entry: Entry, _ ledger: inout Ledger
  ) -> TrackRows {
    let shift = request.shiftRows[track.name]
    let width = track.columnNames.count
    guard shift != 0, track.axis != .entry, !track.role.isTarget else { return rows }
    let count = rows.count(columnCount: width)
    let kept = max(0, count - abs(shift))
    ledger.add("shift", modality: track.name, "rows", .incoming, count: count)
    ledger.add("shift", modality: track.name, "rows", .kept, count: kept)
    ledger.add(
      "shift", modality: track.name, "rows", .dropped, "shifted out", count: count - kept,
      example: entry.id.description)
    if track.axis == .frames, track.role.isModality {
      // The frames are shared: those whose row is gone stay, and are not valid.
      let picked = (0..<count).map { (0..<count).contains($0 + shift) ? $0 + shift : nil }
      let block = RowBlock(rows, columnCount: width).picking(picked)
      var moved = TrackRows(
        values: block.values, intervals: rows.intervals, validity: block.validity)
      moved.filled = rows.filled
      return moved
    }
    let source = max(0, shift)..<max(0, shift) + kept
    let place = max(0, -shift)..<max(0, -shift) + kept
    guard kept > 0 else { return rows.selecting(0..<0, columnCount: width) }
    var moved = rows.selecting(source, columnCount: width)
    moved.intervals = rows.intervals.map { Array($0[place.scaled(by: 2)]) }
    return moved
  }
}

extension Track {
  /// `R`; 0 where there are no raters.
  var raterCount: Int {
    guard case .target(let description) = role else { return 0 }
    return description.raterNames.count
  }
}
