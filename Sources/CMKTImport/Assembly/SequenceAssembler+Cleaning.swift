import CMKTFormat

/// Holes, and values that are no numbers.
extension SequenceAssembler {
  /// Drops frames as `--on-missing` asks, then cleans all values of `sequence`.
  func finish(
    _ sequence: inout AssembledSequence, _ ledger: inout Ledger
  ) throws(ImportFailure) {
    dropHoles(&sequence, &ledger)
    let place = sequence.id.description
    for (index, member) in members.enumerated() {
      let name = member.track.name
      if member.track.role.isModality, var block = sequence.modalities[name] {
        try clean(&block, member.track, place, &ledger)
        if plan.level(of: index) != .own { block.intervals = nil }
        sequence.modalities[name] = block
      } else if var block = sequence.targets[name] {
        try cleanLabels(&block, name, place, &ledger)
        sequence.targets[name] = block
      }
    }
  }

  /// Leaves out the frames for which a modality with policy `drop` has no row.
  private func dropHoles(_ sequence: inout AssembledSequence, _ ledger: inout Ledger) {
    let strict = members.enumerated().filter { index, member in
      member.track.role.isModality && plan.level(of: index) == .frame
        && request.missingRows[member.track.name] == .drop
    }.map(\.element.track.name)
    ledger.add("clean", "frames", .incoming, count: sequence.frameCount)
    guard !strict.isEmpty else {
      ledger.add("clean", "frames", .kept, count: sequence.frameCount)
      return
    }
    var kept: [Int] = []
    for frame in 0..<sequence.frameCount {
      if let name = strict.first(where: { sequence.modalities[$0]?.hasAny(row: frame) == false }) {
        ledger.add(
          "clean", "frames", .dropped, "no row of \(name)",
          example: "\(sequence.id.description):\(frame)")
      } else {
        kept.append(frame)
      }
    }
    ledger.add("clean", "frames", .kept, count: kept.count)
    if kept.count < sequence.frameCount { select(kept, of: &sequence) }
  }

  /// Keeps just `frames` of `sequence`, in that order.
  func select(_ frames: [Int], of sequence: inout AssembledSequence) {
    for (index, member) in members.enumerated() where plan.level(of: index) == .frame {
      let name = member.track.name
      sequence.modalities[name] = sequence.modalities[name]?.picking(frames)
      sequence.targets[name] = sequence.targets[name]?.picking(frames)
    }
    sequence.intervals = sequence.intervals.map { all in
      frames.flatMap { all[($0..<$0 + 1).scaled(by: 2)] }
    }
    for (name, table) in sequence.segments {
      sequence.segments[name]?.frames = table.frames.map { range in
        let begin = frames.partitioningIndex { $0 >= range.lowerBound }
        return begin..<max(begin, frames.partitioningIndex { $0 >= range.upperBound })
      }
    }
    sequence.frameCount = frames.count
  }

  /// Replaces what is NaN or infinite as `--impute` asks, and marks it as not valid.
  private func clean(
    _ block: inout RowBlock, _ track: any Track, _ place: String, _ ledger: inout Ledger
  ) throws(ImportFailure) {
    let width = block.columnCount
    countMasked(block, track.name, place, &ledger)
    guard !block.values.allSatisfy(\.isFinite) else { return }
    let policy = request.imputation[track.name]
    var flags = block.elementFlags
    var last = [Float](repeating: 0, count: width)
    for index in block.values.indices {
      let value = block.values[index]
      let column = index % width
      if value.isFinite {
        if flags[index] { last[column] = value }
        continue
      }
      let spot = "\(place):\(index / width)"
      let kind = value.isNaN ? "NaN" : "infinite"
      guard policy != .none else {
        throw failure(
          track.name, place,
          row: "row \(index / width), column '\(track.columnNames[column])'",
          expected: "a finite number", found: kind,
          remedy: "let --impute zero or forward replace it and mark it as not valid")
      }
      ledger.add(
        "clean", modality: track.name, "values", .imputed,
        "\(kind) in \(track.columnNames[column])", example: spot)
      block.values[index] = policy == .forward ? last[column] : 0
      flags[index] = false
    }
    block.validity = .elements(flags).shortened(columnCount: width)
  }

  private func countMasked(
    _ block: RowBlock, _ name: String, _ place: String, _ ledger: inout Ledger
  ) {
    let count: Int
    switch block.validity {
    case .all: return
    case .rows(let flags): count = flags.count { !$0 } * block.columnCount
    case .elements(let flags): count = flags.count { !$0 }
    }
    ledger.add(
      "clean", modality: name, "values", .masked, "not valid in the source, or not there",
      count: count, example: place)
  }

  /// A label that is no number is an error, or its row is not labelled.
  private func cleanLabels(
    _ block: inout RowBlock, _ name: String, _ place: String, _ ledger: inout Ledger
  ) throws(ImportFailure) {
    let width = block.columnCount
    var flags = (0..<block.rowCount).map { block.hasAny(row: $0) }
    for row in flags.indices {
      let range = (row..<row + 1).scaled(by: width)
      if flags[row], let bad = block.values[range].first(where: { !$0.isFinite }) {
        guard request.reading.missingTargets == .mask else {
          throw failure(
            name, place, row: "row \(row)", expected: "a finite label", found: "\(bad)",
            remedy: "correct it, or count such rows as unlabelled with --missing-targets mask")
        }
        ledger.add(
          "clean", modality: name, "labels", .masked, "NaN or infinite",
          example: "\(place):\(row)")
        flags[row] = false
      }
      if !flags[row] { for index in range { block.values[index] = 0 } }
    }
    block.validity = .rows(flags)
  }
}

extension RowBlock {
  /// One flag per value.
  var elementFlags: [Bool] {
    switch validity {
    case .all: Array(repeating: true, count: values.count)
    case .elements(let flags): flags
    case .rows(let flags): flags.flatMap { Array(repeating: $0, count: columnCount) }
    }
  }
}

extension [Int] {
  /// The first index whose element satisfies `predicate`, in an array where all that do come last.
  func partitioningIndex(where predicate: (Int) -> Bool) -> Int {
    var range = 0..<count
    while !range.isEmpty {
      let middle = range.lowerBound + range.count / 2
      range = predicate(self[middle]) ? range.lowerBound..<middle : middle + 1..<range.upperBound
    }
    return range.lowerBound
  }
}
