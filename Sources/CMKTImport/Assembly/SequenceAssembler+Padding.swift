import CMKTFormat

/// Rows that fill short entries up, where no source gives lengths.
extension SequenceAssembler {
  /// Leaves out the frames that are padding by the look of every modality that shares them, and
  /// the padding of modalities with rows of their own.
  func dropPadding(_ rows: inout [Int: TrackRows], _ place: String, _ ledger: inout Ledger) {
    guard rows.values.contains(where: { $0.filled != nil }) else { return }
    var shared = rows.keys.filter { plan.frameSource == .shared && plan.level(of: $0) == .frame }
    let modalities = shared.filter { members[$0].track.role.isModality }
    if Set(modalities.compactMap { index in rows[index].map { rowCount($0, index) } }).count > 1 {
      // Filled up to different counts, only what is left may be the same frames.
      shared = []
    }
    dropPadding(sharedBy: shared.sorted(), &rows, place, &ledger)
    for index in rows.keys.sorted() where !shared.contains(index) {
      guard let own = rows[index], let filled = own.filled else { continue }
      let (name, count) = (members[index].track.name, rowCount(own, index))
      tally(dropped: filled, of: count, "rows", name, place, &ledger)
      rows[index] = selecting(filled, of: own, index)
    }
  }

  private func dropPadding(
    sharedBy framed: [Int], _ rows: inout [Int: TrackRows], _ place: String,
    _ ledger: inout Ledger
  ) {
    let modalities = framed.filter { members[$0].track.role.isModality }
    guard modalities.contains(where: { rows[$0]?.filled != nil }),
      let first = modalities.first, let count = rows[first].map({ rowCount($0, first) })
    else { return }
    var hull = 0..<0
    for index in modalities {
      guard let own = rows[index] else { continue }
      let filled = own.filled ?? 0..<rowCount(own, index)
      if filled.isEmpty { continue }
      hull =
        hull.isEmpty
        ? filled
        : min(hull.lowerBound, filled.lowerBound)..<max(hull.upperBound, filled.upperBound)
    }
    tally(dropped: hull, of: count, "frames", "", place, &ledger)
    for index in framed {
      guard let own = rows[index], rowCount(own, index) == count else { continue }
      if let filled = own.filled {
        ledger.add(
          "join", modality: members[index].track.name, "rows", .noted,
          "zeros at an end stay: another modality has data there",
          count: hull.count - filled.count, example: place)
      }
      rows[index] = selecting(hull, of: own, index)
    }
  }

  private func rowCount(_ rows: TrackRows, _ index: Int) -> Int {
    rows.count(columnCount: members[index].track.columnNames.count)
  }

  private func selecting(_ range: Range<Int>, of rows: TrackRows, _ index: Int) -> TrackRows {
    let width = members[index].track.columnNames.count
    return rows.selecting(
      range, columnCount: width, raterWidth: members[index].track.raterCount * width)
  }

  private func tally(
    dropped range: Range<Int>, of count: Int, _ unit: String, _ name: String, _ place: String,
    _ ledger: inout Ledger
  ) {
    ledger.add("join", modality: name, unit, .incoming, count: count)
    ledger.add("join", modality: name, unit, .kept, count: range.count)
    ledger.add(
      "join", modality: name, unit, .dropped, "padding at the front", count: range.lowerBound,
      example: place)
    ledger.add(
      "join", modality: name, unit, .dropped, "padding at the end",
      count: range.isEmpty ? count : count - range.upperBound, example: place)
  }
}
