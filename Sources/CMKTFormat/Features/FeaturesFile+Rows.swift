extension FeaturesFile {
  /// The sequence that each of `rowCount` rows of `level` belongs to, `[n]`; -1 where to none.
  ///
  /// - Parameter ownOffsets: of a modality with rows of its own, where each sequence begins.
  package func sequences(
    ofRowsAt level: Level, rowCount: Int, ownOffsets: [Int]? = nil
  ) -> [Int] {
    var owners = [Int](repeating: -1, count: rowCount)
    func assign(_ rows: Range<Int>, _ sequence: Int) {
      for row in rows.clamped(to: 0..<rowCount) { owners[row] = sequence }
    }
    switch level {
    case .frame:
      for index in 0..<sequences.count { assign(sequences.frames(of: index), index) }
    case .sequence:
      for index in 0..<min(rowCount, sequences.count) { owners[index] = index }
    case .segment(let name):
      for (row, sequence) in (segments[name]?.sequence ?? []).prefix(rowCount).enumerated()
      where sequences.ids.indices.contains(sequence) {
        owners[row] = sequence
      }
    case .own:
      let offsets = ownOffsets ?? []
      for index in 0..<max(0, min(sequences.count, offsets.count - 1))
      where offsets[index] <= offsets[index + 1] {
        assign(offsets[index]..<offsets[index + 1], index)
      }
    }
    return owners
  }
}
