package import Tensors

/// Rows of two views that belong together, recording after recording.
///
/// A view is whatever stands beside another row by row: a latent, a modality, a translation.
package struct PairedViews: Sendable {
  /// `[n, K1]` and `[n, K2]`.
  package let first: Matrix
  package let second: Matrix
  /// The rows of each recording, in time order; together all rows.
  package let recordings: [Range<Int>]
  /// The id of each recording.
  package let recordingNames: [String]
  /// For each recording, the number of its group (speaker, or recording).
  package let groups: [Int]
  /// The step from row to row; nil where rows do not follow each other in equal steps.
  package let secondsPerRow: Double?
  /// The columns of each view.
  package let firstNames: [String]
  package let secondNames: [String]

  /// - Parameters:
  ///   - recordingNames: numbers them where nil.
  ///   - firstNames: numbers the columns where nil; so `secondNames`.
  /// - Precondition: as many rows on both sides; recordings partition them.
  package init(
    first: Matrix, second: Matrix, recordings: [Range<Int>], recordingNames: [String]? = nil,
    groups: [Int], secondsPerRow: Double? = nil, firstNames: [String]? = nil,
    secondNames: [String]? = nil
  ) {
    precondition(first.rows == second.rows, "as many rows on both sides")
    precondition(recordings.count == groups.count, "a group for each recording")
    precondition(
      recordings.reduce(0) { $0 + $1.count } == first.rows, "recordings partition the rows")
    self.first = first
    self.second = second
    self.recordings = recordings
    self.recordingNames = recordingNames ?? recordings.indices.map { "\($0)" }
    self.groups = groups
    self.secondsPerRow = secondsPerRow
    self.firstNames = firstNames ?? (0..<first.columns).map { "\($0)" }
    self.secondNames = secondNames ?? (0..<second.columns).map { "\($0)" }
  }

  package var rowCount: Int { first.rows }

  /// How many groups there are.
  package var groupCount: Int { Set(groups).count }

  /// Recordings with as many rows as `strata` keep, picked evenly over each of them; the others
  /// keep theirs.
  func thinned(to strata: GroupStrata) -> PairedViews {
    var counts = recordings.map(\.count)
    for stratum in strata.strata {
      for (place, length) in stratum.lengths.enumerated() {
        for group in stratum.groups { counts[group[place]] = length }
      }
    }
    var rows: [Int] = []
    let ranges = zip(recordings, counts).map { range, count in
      let start = rows.count
      for place in 0..<count {
        rows.append(range.lowerBound + (2 * place + 1) * range.count / (2 * count))
      }
      return start..<rows.count
    }
    return PairedViews(
      first: first.rows(at: rows), second: second.rows(at: rows), recordings: ranges,
      recordingNames: recordingNames, groups: groups, firstNames: firstNames,
      secondNames: secondNames)
  }
}
