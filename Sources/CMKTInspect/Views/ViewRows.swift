package import CMKTEngine
package import Tensors

/// What a row of two views stands for.
package enum RowKind: String, CaseIterable, Sendable {
  /// A row of the level on which both views meet: frames, or segments.
  case frames
  /// A sequence: the mean of its rows where both views are valid.
  case pooled
}

/// Two views side by side, row by row, and whose the rows are.
///
/// Rows of one recording stand together in time order; recordings stand in the order of their
/// first sequence.
package struct ViewRows: Sendable {
  /// `[n, K1]` and `[n, K2]`.
  package let first: Matrix
  package let second: Matrix
  /// Names of the columns.
  package let firstNames: [String]
  package let secondNames: [String]
  /// What each view is, for people.
  package let firstTitle: String
  package let secondTitle: String
  /// The rows of each recording; together all rows.
  package let recordings: [Range<Int>]
  package let recordingNames: [String]
  /// For each recording, the number of its group (speaker, or recording), in order of appearance.
  package let groups: [Int]
  /// By group number.
  package let groupNames: [String]
  /// The step from row to row; nil where rows are no frames of equal step without gaps.
  package let secondsPerRow: Double?
  /// The middle of each row in seconds from the start of its recording; nil without times.
  package let seconds: [Double]?
  /// The index in the file of the sequence of each row, `[n]`.
  package let sequences: [Int]
  /// The level on which the views meet.
  package let axis: RowAxis
  /// The rows of `axis` that make row *i* are `members[offsets[i] ..< offsets[i + 1]]`.
  let members: [Int]
  let offsets: [Int]

  package var rowCount: Int { first.rows }
}

extension ViewRows {
  /// The same rows without what only pictures and probes need.
  package var paired: PairedViews {
    PairedViews(
      first: first, second: second, recordings: recordings, recordingNames: recordingNames,
      groups: groups, secondsPerRow: secondsPerRow, firstNames: firstNames,
      secondNames: secondNames)
  }
}
