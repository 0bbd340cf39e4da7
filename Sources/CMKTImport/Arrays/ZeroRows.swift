/// Rows of zeros at the ends of each entry of a padded array.
struct ZeroRows {
  /// By entry: rows of zeros at the front and at the end; all rows where there is no other.
  private var front: [Int] = []
  private var end: [Int] = []
  private var counts: [Int] = []

  /// How often one side must be met for each time that the other is, to be the padding.
  private static let dominance = 4

  /// Counts the rows of one more entry; NaN and infinities are no zeros.
  mutating func append(_ values: [Float], columnCount: Int) {
    let count = values.count / max(1, columnCount)
    let first = values.firstIndex { $0 != 0 } ?? values.count
    let last = values.lastIndex { $0 != 0 }
    front.append(first / max(1, columnCount))
    end.append(last.map { count - 1 - $0 / max(1, columnCount) } ?? count)
    counts.append(count)
  }

  /// For each entry the rows that are not padding; nil where neither side clearly is, as zeros may
  /// be data, such as frames without a face.
  var filled: [Range<Int>]? {
    let mixed = counts.indices.filter { front[$0] < counts[$0] }
    let fronts = mixed.count { front[$0] > 0 }
    let ends = mixed.count { end[$0] > 0 }
    let isFront = fronts > 0 && fronts >= Self.dominance * ends
    guard isFront || (ends > 0 && ends >= Self.dominance * fronts) else { return nil }
    return counts.indices.map { index in
      if front[index] == counts[index] { return 0..<0 }
      return isFront ? front[index]..<counts[index] : 0..<(counts[index] - end[index])
    }
  }

  /// How many rows of zeros at an end of entry `index` stay, where only `filled` does.
  func staying(_ index: Int, _ filled: Range<Int>?) -> Int {
    if front[index] == counts[index] { return filled == nil ? counts[index] : 0 }
    let kept = filled ?? 0..<counts[index]
    return (kept.lowerBound == 0 ? front[index] : 0)
      + (kept.upperBound == counts[index] ? end[index] : 0)
  }
}
