/// On which side samples of unequal length were filled up with rows of zeros.
enum PaddingSide: String, Sendable {
  case front, end
}

/// Rows of zeros at the ends of each sample of a modality.
struct ZeroRuns: Sendable {
  /// By sample: how many rows at the front are zeros; all of them where there is no other row.
  var front: [Int] = []
  /// By sample: how many rows at the end are zeros; all of them where there is no other row.
  var end: [Int] = []
  /// By sample.
  var rowCounts: [Int] = []

  /// How often one side must be met for each time that the other is, to be the padding.
  static let dominance = 4

  init() {}

  /// Counts rows of zeros; NaN and infinities are none.
  ///
  /// - Throws: `ImportFailure`.
  init(_ samples: PickledSamples) throws(ImportFailure) {
    let width = samples.columnCount
    for index in 0..<samples.count {
      let values = try samples.values(index)
      let count = samples.rowCount(index)
      let first = values.firstIndex { $0 != 0 } ?? values.count
      let last = values.lastIndex { $0 != 0 } ?? -1
      front.append(first / width)
      end.append(last < 0 ? count : count - 1 - last / width)
      rowCounts.append(count)
    }
  }

  /// The rows that are zeros in all of `modalities`, which share a time axis.
  init(shared modalities: [ZeroRuns]) {
    guard let first = modalities.first else { return }
    rowCounts = first.rowCounts
    for index in rowCounts.indices {
      front.append(modalities.map { $0.front[index] }.min() ?? 0)
      end.append(modalities.map { $0.end[index] }.min() ?? 0)
    }
  }

  /// How many samples have zeros at the front and at the end, those of zeros alone left out.
  private var sampleCounts: (front: Int, end: Int) {
    var counts = (front: 0, end: 0)
    for index in rowCounts.indices where front[index] < rowCounts[index] {
      if front[index] > 0 { counts.front += 1 }
      if end[index] > 0 { counts.end += 1 }
    }
    return counts
  }

  /// The side that is filled up, where one clearly is: zeros at the other may be data, such as
  /// frames without a face.
  var side: PaddingSide? {
    let counts = sampleCounts
    if counts.front > 0, counts.front >= Self.dominance * counts.end { return .front }
    if counts.end > 0, counts.end >= Self.dominance * counts.front { return .end }
    return nil
  }

  /// Whether zeros stand at both ends, none of which is clearly the padding.
  var isAmbiguous: Bool { side == nil && sampleCounts.front > 0 }

  /// The rows of sample `index` that remain without padding at `side`.
  func range(_ index: Int, _ side: PaddingSide?) -> Range<Int> {
    let count = rowCounts[index]
    if front[index] == count { return 0..<0 }
    return switch side {
    case .front: front[index]..<count
    case .end: 0..<(count - end[index])
    case nil: 0..<count
    }
  }
}

extension ZeroRuns {
  /// The samples of several splits as one.
  init(joining parts: [ZeroRuns]) {
    front = parts.flatMap(\.front)
    end = parts.flatMap(\.end)
    rowCounts = parts.flatMap(\.rowCounts)
  }

  /// `range` of sample `index`, extended by what is no zeros outside of it.
  func outer(_ index: Int, _ range: Range<Int>) -> Range<Int> {
    let count = rowCounts[index]
    guard front[index] < count else { return range }
    let own = front[index]..<(count - end[index])
    if range.isEmpty { return own }
    return min(range.lowerBound, own.lowerBound)..<max(range.upperBound, own.upperBound)
  }
}
