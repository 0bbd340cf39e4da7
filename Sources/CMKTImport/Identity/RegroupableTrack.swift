/// A track of one entry whose rows can be given to several.
protocol RegroupableTrack: Track {
  /// The number of rows of the only entry.
  ///
  /// - Throws: `ImportFailure`.
  func onlyRowCount() throws(ImportFailure) -> Int

  /// The same rows, entry *i* having `ranges[i]` of them.
  func regrouped(_ ranges: [Range<Int>], axis: TrackAxis) -> any Track
}

extension NumberTrack: RegroupableTrack {
  func onlyRowCount() throws(ImportFailure) -> Int { layout.ranges.first?.count ?? 0 }

  func regrouped(_ ranges: [Range<Int>], axis: TrackAxis) -> any Track {
    NumberTrack(
      name: name, role: role, axis: axis, columnNames: columnNames, numbers: numbers,
      layout: Layout(ranges: ranges))
  }
}

extension RetypedTrack: RegroupableTrack {
  func onlyRowCount() throws(ImportFailure) -> Int {
    try (base as? any RegroupableTrack)?.onlyRowCount() ?? -1
  }

  func regrouped(_ ranges: [Range<Int>], axis: TrackAxis) -> any Track {
    guard let base = base as? any RegroupableTrack else { return self }
    return RetypedTrack(base.regrouped(ranges, axis: axis), name: name, role: role)
  }
}
