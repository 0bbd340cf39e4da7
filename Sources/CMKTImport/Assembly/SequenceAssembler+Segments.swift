import CMKTFormat

/// Recordings cut into the segments that labels mark.
extension SequenceAssembler {
  /// The segments of `sequence` that labels mark: sequences of their own, or with
  /// `--sequence video` a table of the whole sequence; nil where the recording has no labels.
  ///
  /// A frame belongs to each segment that it meets, by the same rule as rows meet frames; in a
  /// sequence of its own its interval is cut to that of the segment, and the rows of modalities
  /// that cover another part of it do not count.
  ///
  /// - Parameter rows: those of the recording, by member.
  /// - Throws: `ImportFailure.content` where labels or frames have no times, or labels are not of
  ///   the same segments.
  func segments(
    of sequence: AssembledSequence, _ rows: [Int: TrackRows], _ ledger: inout Ledger
  ) throws(ImportFailure) -> [AssembledSequence]? {
    guard let labels = plan.segmenters.lazy.compactMap({ rows[$0] }).first else { return nil }
    guard let marks = labels.intervals, let frames = sequence.intervals else {
      throw failure(
        members[plan.segmenters[0]].track.name, sequence.id.description,
        expected: "labels and frames with times, to cut segments", found: "none",
        remedy: "align to a modality with times: --align MODALITY")
    }
    for index in plan.segmenters where rows[index].map({ $0.intervals != marks }) ?? false {
      throw failure(
        members[index].track.name, sequence.id.description,
        expected: "labels of the same segments as the other labels", found: "others",
        remedy: "give labels of one set of segments")
    }
    let matches = try matches(of: frames, with: marks, "frames", sequence.id.description)
    let kept = countSegments(matches, marks, labels, sequence, &ledger)
    if request.sequenceUnit == .video {
      return [marked(sequence, kept, matches, labels, rows)]
    }
    var texts: [String: RowMatches] = [:]
    for (name, own) in sequence.annotations {
      guard let times = own.intervals else { continue }
      texts[name] = try self.matches(of: times, with: marks, name, sequence.id.description)
    }
    var segments: [AssembledSequence] = []
    for label in kept {
      var segment = try cut(
        sequence, to: (marks[2 * label], marks[2 * label + 1]), Array(matches.rows(of: label)),
        clip: labels.clip(of: label), &ledger)
      addLabels([label], of: rows, to: &segment)
      for (name, own) in sequence.annotations {
        segment.annotations[name] = own.picking(texts[name]?.rows(of: label) ?? [])
      }
      segments.append(segment)
    }
    return segments
  }

  /// The labels that mark a segment with frames.
  private func countSegments(
    _ matches: RowMatches, _ marks: [Double], _ labels: TrackRows, _ sequence: AssembledSequence,
    _ ledger: inout Ledger
  ) -> [Int] {
    var kept: [Int] = []
    var uses = [Int](repeating: 0, count: sequence.frameCount)
    for label in 0..<matches.referenceCount {
      let rows = matches.rows(of: label)
      for row in rows { uses[row] += 1 }
      guard rows.isEmpty else {
        kept.append(label)
        continue
      }
      let isShort = !RowMatches.hasLength(marks[2 * label], marks[2 * label + 1])
      ledger.add(
        "segment", "segments", .dropped, isShort ? "shorter than 10 µs" : "no frame meets it",
        example: "\(sequence.id)[\(labels.clip(of: label))]")
    }
    ledger.add("segment", "segments", .incoming, count: matches.referenceCount)
    ledger.add("segment", "segments", .kept, count: kept.count)
    let place = sequence.id.description
    ledger.add("segment", "frames", .incoming, count: uses.count)
    if request.sequenceUnit == .video {
      ledger.add("segment", "frames", .kept, count: uses.count)
      return kept
    }
    ledger.add("segment", "frames", .kept, count: uses.count { $0 > 0 })
    ledger.add(
      "segment", "frames", .dropped, "in no segment", count: uses.count { $0 == 0 },
      example: uses.firstIndex(of: 0).map { "\(place):\($0)" })
    ledger.add(
      "segment", "frames", .noted, "in several segments", count: uses.count { $0 > 1 },
      example: uses.firstIndex { $0 > 1 }.map { "\(place):\($0)" })
    return kept
  }

  /// `sequence` with a table of the segments that `kept` labels mark.
  private func marked(
    _ sequence: AssembledSequence, _ kept: [Int], _ matches: RowMatches, _ labels: TrackRows,
    _ rows: [Int: TrackRows]
  ) -> AssembledSequence {
    var sequence = sequence
    var table = LocalSegments()
    for label in kept {
      let rows = matches.rows(of: label)
      let first = rows.min() ?? 0
      table.frames.append(first..<(rows.max() ?? first) + 1)
      table.ids.append("\(sequence.id)[\(labels.clip(of: label))]")
    }
    table.intervals = labels.intervals.map { all in
      kept.flatMap { all[($0..<$0 + 1).scaled(by: 2)] }
    }
    sequence.segments[AssemblyPlan.segmentTable] = table
    addLabels(kept, of: rows, to: &sequence)
    return sequence
  }

  /// Adds the rows `kept` of every target that marks segments.
  private func addLabels(
    _ kept: [Int], of rows: [Int: TrackRows], to sequence: inout AssembledSequence
  ) {
    for index in plan.segmenters {
      let track = members[index].track
      let width = track.columnNames.count
      sequence.targets[track.name] =
        rows[index].map { RowBlock($0, columnCount: width).picking(kept) }
        ?? RowBlock(missing: kept.count, columnCount: width, raterCount: track.raterCount)
    }
  }

  /// The frames `frames` of `sequence` as a sequence, cut to `interval`.
  private func cut(
    _ sequence: AssembledSequence, to interval: (start: Double, end: Double), _ frames: [Int],
    clip: Int, _ ledger: inout Ledger
  ) throws(ImportFailure) -> AssembledSequence {
    let video = sequence.id.description
    let id = EntryID(recording: video, clip: clip, original: "\(video)[\(clip)]")
    var segment = sequence
    segment.id = id
    segment.frameCount = frames.count
    segment.intervals = sequence.intervals.map { all in
      frames.flatMap { frame -> [Double] in
        let start = min(max(all[2 * frame], interval.start), interval.end)
        return [start, max(start, min(all[2 * frame + 1], interval.end))]
      }
    }
    for (index, member) in members.enumerated() {
      let name = member.track.name
      switch plan.level(of: index) {
      case .frame:
        if let block = sequence.modalities[name] {
          segment.modalities[name] = cut(block, name, to: interval, frames, id, &ledger)
        }
        if let block = sequence.targets[name] {
          segment.targets[name] = cut(block, name, to: interval, frames, id, &ledger)
        }
      case .own:
        throw failure(
          name, "\(video)",
          expected: "rows with times, to cut segments", found: "rows without",
          remedy: "leave out \(name), or keep whole recordings with --sequence video")
      case .sequence, .segment: break
      }
    }
    return segment
  }

  /// The rows of `block` at `frames`; those that cover nothing of `interval` are not valid.
  private func cut(
    _ block: RowBlock, _ name: String, to interval: (start: Double, end: Double), _ frames: [Int],
    _ id: EntryID, _ ledger: inout Ledger
  ) -> RowBlock {
    guard let covered = block.intervals else { return block.picking(frames) }
    let rows = frames.map { frame -> Int? in
      guard block.hasAny(row: frame) else { return frame }
      let isMet = RowMatches.meets(
        (covered[2 * frame], covered[2 * frame + 1]), interval, rule: request.rule,
        minimumOverlap: 0)
      return isMet ? frame : nil
    }
    ledger.add(
      "segment", modality: name, "rows", .masked, "covers another part of its frame",
      count: rows.count { $0 == nil }, example: id.description)
    var cut = block.picking(rows)
    cut.intervals = nil
    return cut
  }
}

extension TrackRows {
  /// The clip that row `row` stands for: as the source numbers it, else its place.
  fileprivate func clip(of row: Int) -> Int {
    clips.isEmpty ? row : clips[row]
  }

  /// The rows `indices`, in that order.
  func picking(_ indices: [Int], columnCount: Int) -> TrackRows {
    let count = count(columnCount: columnCount)
    func picked<Element>(_ elements: [Element]) -> [Element] {
      let width = count == 0 ? 0 : elements.count / count
      return indices.flatMap { elements[($0..<$0 + 1).scaled(by: width)] }
    }
    var part = self
    part.values = picked(values)
    part.intervals = intervals.map(picked)
    part.texts = picked(texts)
    part.raters = picked(raters)
    part.clips = picked(clips)
    switch validity {
    case .all: break
    case .rows(let flags): part.validity = .rows(picked(flags))
    case .elements(let flags): part.validity = .elements(picked(flags))
    }
    return part
  }
}

extension LocalTexts {
  /// The texts `indices`.
  fileprivate func picking(_ indices: some Collection<Int>) -> LocalTexts {
    LocalTexts(
      texts: indices.map { texts[$0] },
      intervals: intervals.map { all in indices.flatMap { all[($0..<$0 + 1).scaled(by: 2)] } })
  }
}
