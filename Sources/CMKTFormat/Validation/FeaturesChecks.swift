import Tensors

/// What the values of a features file break.
struct FeaturesChecks {
  let file: FeaturesFile
  /// The number of rows of the modalities whose rows are elsewhere, by name.
  var storedRowCounts: [String: Int] = [:]
  var findings: [Finding] = []

  /// All findings in the values of `file`.
  ///
  /// - Parameters:
  ///   - storedRowCounts: the number of rows of each modality whose rows are elsewhere; such rows
  ///     are not looked at.
  ///   - hasDetails: whether intervals, ratings and texts were read.
  static func findings(
    in file: FeaturesFile, storedRowCounts: [String: Int] = [:], hasDetails: Bool = true
  ) -> [Finding] {
    var checks = FeaturesChecks(file: file, storedRowCounts: storedRowCounts)
    checks.checkSequences()
    // Everything else is measured against the offsets.
    guard checks.findings.allSatisfy({ $0.rule != .offsets }) else { return checks.findings }
    if hasDetails { checks.checkFrames() }
    for (name, table) in file.segments.sortedByName {
      checks.check(table, at: "/segments/\(name)")
    }
    for (name, modality) in file.modalities.sortedByName {
      checks.check(
        modality, rowCount: storedRowCounts[name] ?? modality.rowCount, at: "/modalities/\(name)")
    }
    for (name, target) in file.targets.sortedByName { checks.check(target, name) }
    for (name, annotation) in file.annotations.sortedByName {
      checks.check(annotation, at: "/annotations/\(name)")
    }
    return checks.findings + ProvenanceChecks.findings(in: file.provenance)
  }

  mutating func report(_ rule: RuleID, _ path: String, _ message: String, remedy: String = "") {
    findings.append(Finding(rule, path, message, remedy: remedy))
  }

  // MARK: Sequences and frames

  private mutating func checkSequences() {
    let table = file.sequences
    check(offsets: table.offsets, count: table.count, end: nil, at: "/sequences/offset")
    checkNames(table.ids, .uniqueIDs, at: "/sequences/id")
    let splits = Dictionary(
      grouping: table.ids.indices.filter {
        table.splits[$0] != .none && table.splits[$0] != .unlabelled
      },
      by: table.group(of:))
    for (group, members) in splits.sorted(by: { $0.key < $1.key }) {
      let names = Set(members.map { table.splits[$0].rawValue })
      if names.contains("train"), names.count > 1 {
        report(
          .groupAcrossSplits, "/sequences/split",
          "expected group \"\(group)\" in one split, found it in \(names.sorted().joined(separator: ", "))",
          remedy: "Scores on that split say less about other people.")
      }
    }
  }

  private mutating func checkFrames() {
    switch (file.timeBase, file.frameIntervals) {
    case (.seconds, nil):
      report(
        .frameIntervals, "/frames/interval", "expected intervals for time base seconds, found none")
    case (.index, .some):
      report(
        .frameIntervals, "/frames/interval", "expected no intervals for time base index, found some"
      )
    case (.seconds, let intervals?):
      guard intervals.count / 2 == file.sequences.frameCount else {
        report(
          .frameIntervals, "/frames/interval",
          "expected \(file.sequences.frameCount) intervals, found \(intervals.count / 2)")
        return
      }
      check(intervals: intervals, at: "/frames/interval")
    case (.index, nil): break
    }
  }

  /// - Parameter end: what the last offset must be, or nil for anything.
  mutating func check(offsets: [Int], count: Int, end: Int?, at path: String) {
    guard offsets.count == count + 1, offsets.first == 0 else {
      report(
        .offsets, path,
        "expected \(count + 1) offsets that start at 0, found \(offsets.count)"
          + " that start at \(offsets.first ?? -1)")
      return
    }
    if let index = (1..<offsets.count).first(where: { offsets[$0] < offsets[$0 - 1] }) {
      report(
        .offsets, path,
        "expected offsets that never fall, found \(offsets[index]) after \(offsets[index - 1])")
    } else if let end, offsets.last != end {
      report(.offsets, path, "expected the last offset to be \(end), found \(offsets.last ?? -1)")
    }
  }

  mutating func check(intervals: [Double], at path: String) {
    for index in stride(from: 0, to: intervals.count - 1, by: 2) {
      let (start, end) = (intervals[index], intervals[index + 1])
      guard start.isFinite, end.isFinite, start <= end else {
        report(
          .intervalValues, path,
          "expected finite start ≤ end, found \(start) and \(end) in row \(index / 2)")
        return
      }
    }
  }

  mutating func checkNames(_ names: [String], _ rule: RuleID, at path: String) {
    var seen: Set<String> = []
    for (row, name) in names.enumerated() {
      if name.isEmpty || name.contains("\0") {
        report(rule, path, "expected a name without NUL, found none in row \(row)")
        return
      }
      if !seen.insert(name).inserted {
        report(rule, path, "expected unique names, found \"\(name)\" twice")
        return
      }
    }
  }

  // MARK: Segments and annotations

  private mutating func check(_ table: SegmentTable, at path: String) {
    if let intervals = table.intervals { check(intervals: intervals, at: path + "/interval") }
    var last = 0
    for row in 0..<table.count {
      let sequence = table.sequence[row]
      guard sequence >= last, sequence < file.sequences.count else {
        report(
          .segmentNesting, path + "/sequence",
          "expected sequence indices that never fall, below \(file.sequences.count), found \(sequence) in row \(row)"
        )
        return
      }
      last = sequence
      let frames = file.sequences.frames(of: sequence)
      let (begin, end) = (table.frameBegin[row], table.frameEnd[row])
      guard frames.lowerBound <= begin, begin <= end, end <= frames.upperBound else {
        report(
          .segmentNesting, path + "/frame_begin",
          "expected frames within \(frames), found \(begin) to \(end) in row \(row)")
        return
      }
    }
  }

  private mutating func check(_ annotation: Annotation, at path: String) {
    let count = annotation.sequence.count
    check(
      offsets: annotation.offsets, count: count, end: annotation.bytes.count, at: path + "/offset")
    if let intervals = annotation.intervals { check(intervals: intervals, at: path + "/interval") }
    guard annotation.sequence.allSatisfy({ (0..<file.sequences.count).contains($0) }) else {
      report(.annotationText, path + "/sequence", "expected indices of sequences, found others")
      return
    }
    guard findings.last?.path != path + "/offset" else { return }
    for row in 0..<count {
      let entry = annotation.bytes[annotation.offsets[row]..<annotation.offsets[row + 1]]
      if String(validating: entry, as: UTF8.self) == nil {
        report(
          .annotationText, path + "/bytes", "expected UTF-8, found other bytes in entry \(row)")
        return
      }
    }
  }
}

extension Dictionary where Key == String {
  /// The pairs in byte order of their names.
  var sortedByName: [(key: String, value: Value)] {
    sorted { precedesInByteOrder($0.key, $1.key) }
  }
}
