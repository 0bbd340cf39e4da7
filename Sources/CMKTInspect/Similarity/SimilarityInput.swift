package import Tensors

/// Two views of the same rows with canonical directions, as measures of similarity take them.
package struct SimilarityInput: Sendable {
  /// `[n, K1]` and `[n, K2]`; rows of one recording stand together, in time order.
  package var first: Matrix
  package var second: Matrix
  /// The rows of each recording; together all rows, in order.
  package var recordings: [Range<Int>]
  /// The id of each recording.
  package var recordingNames: [String]
  /// For each recording the number of its group.
  package var groups: [Int]
  /// The step from row to row; nil where rows do not follow each other in equal steps.
  package var secondsPerRow: Double?
  /// `[K1, R]` and `[K2, R]`: columns are canonical directions, strongest first.
  package var firstDirections: Matrix
  package var secondDirections: Matrix
  /// The rows along directions that other rows gave, `[n, R]` each, for what follows them in time;
  /// nil to take the directions above, which these rows may have given.
  package var heldOut: (first: Matrix, second: Matrix)?

  /// - Precondition: as many rows on both sides, partitioned by recordings; pairs of directions.
  package init(
    first: Matrix, second: Matrix, recordings: [Range<Int>], recordingNames: [String],
    groups: [Int], secondsPerRow: Double?, firstDirections: Matrix, secondDirections: Matrix
  ) {
    precondition(first.rows == second.rows, "as many rows on both sides")
    precondition(
      recordings.count == groups.count && recordings.count == recordingNames.count,
      "a name and a group for each recording")
    precondition(
      recordings.reduce(0) { $0 + $1.count } == first.rows, "recordings partition the rows")
    precondition(
      firstDirections.rows == first.columns && secondDirections.rows == second.columns
        && firstDirections.columns == secondDirections.columns, "pairs of directions")
    self.first = first
    self.second = second
    self.recordings = recordings
    self.recordingNames = recordingNames
    self.groups = groups
    self.secondsPerRow = secondsPerRow
    self.firstDirections = firstDirections
    self.secondDirections = secondDirections
  }
}

/// How far measures of similarity look; the defaults suit reports.
package struct SimilarityOptions: Sendable, Equatable {
  /// Rows that are compared each with each, at most.
  package var retrievalRowCount = 4000
  package var dissimilarityRowCount = 1000
  /// Folds of groups where directions are held out, and the ridge of their fits, relative to each
  /// column's variance.
  package var foldCount = 5
  package var ridge = 1e-3
  /// Components whose course in time is followed.
  package var leadingComponentCount = 8
  /// The longest lag: in seconds where the step is known, else in rows.
  package var maximumLagSeconds = 5.0
  package var maximumLagRows = 20
  /// Rows this far apart are taken for independent; nil to find out from the leading variates.
  package var decorrelationRows: Int?
  /// Whether the views are known to wander over whole recordings: then tests of lags are too easy.
  package var drifts = false
  /// How often pairs are turned, and groups drawn.
  package var drawCount = 199
  package var seed: UInt64 = 1
  package var threads = 1

  /// The defaults.
  package init(seed: UInt64 = 1, threads: Int = 1) {
    self.seed = seed
    self.threads = threads
  }

  /// The longest lag in rows; never more than 2000.
  func lagRows(secondsPerRow: Double?) -> Int {
    guard let step = secondsPerRow, step > 0 else { return maximumLagRows }
    // Steps read from times in single precision are off by a little.
    let rows = (maximumLagSeconds / step + 0.01).rounded(.down)
    return rows.isFinite ? Int(min(2000, max(1, rows))) : maximumLagRows
  }
}
