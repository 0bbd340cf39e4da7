import Tensors

/// Rows that stand for all, where a measure compares each with each.
///
/// One row at random in each of equal stretches, so that all recordings are met in proportion to
/// their length; the same for equal seeds.
package struct RowSample: Sendable, Equatable {
  /// Ascending.
  package let rows: [Int]
  /// The number of the recording of each.
  package let recordings: [Int]
  /// How many rows there are in all.
  package let populationCount: Int

  /// At most `count` of all rows.
  package init(
    count: Int, of recordings: [Range<Int>], seed: UInt64, purpose: String
  ) {
    let population = recordings.reduce(0) { $0 + $1.count }
    populationCount = population
    var owners = Array(repeating: 0, count: population)
    for (number, range) in recordings.enumerated() {
      for row in range where owners.indices.contains(row) { owners[row] = number }
    }
    if population <= count {
      rows = Array(0..<population)
    } else {
      var stream = RandomStream(seed: seed, purpose: purpose)
      let step = Double(population) / Double(max(1, count))
      rows = (0..<max(0, count)).map { stretch in
        let first = Int(Double(stretch) * step)
        let end = min(population, max(first + 1, Int(Double(stretch + 1) * step)))
        return Int.random(in: first..<end, using: &stream)
      }
    }
    self.recordings = rows.map { owners[$0] }
  }

  /// The rows of the sample that belong to the recordings numbered `kept`.
  func restricted(to kept: Set<Int>) -> RowSample {
    let places = rows.indices.filter { kept.contains(recordings[$0]) }
    return RowSample(
      rows: places.map { rows[$0] }, recordings: places.map { recordings[$0] },
      populationCount: populationCount)
  }

  private init(rows: [Int], recordings: [Int], populationCount: Int) {
    self.rows = rows
    self.recordings = recordings
    self.populationCount = populationCount
  }

  /// Places in the sample that belong to the recording of place `place`.
  func ownRecording(of place: Int) -> Range<Int> {
    var (low, high) = (place, place + 1)
    while low > 0, recordings[low - 1] == recordings[place] { low -= 1 }
    while high < rows.count, recordings[high] == recordings[place] { high += 1 }
    return low..<high
  }
}
