/// What readers are told beside the source.
package struct ReadingOptions: Sendable, Equatable {
  /// The names in `NAME=SOURCE`, so that a reader of one modality knows its name.
  package var name: String?
  /// For synthetic sources.
  package var seed = 1
  /// The targets to keep; empty for all.
  ///
  /// A tree with features for each target reads that branch.
  package var targets: [String] = []
  /// What to do with a label that is NaN or infinite.
  package var missingTargets = MissingTargets.refuse
  package var table = TableOptions()
  /// The regular expression with groups `recording`, `speaker`, `segment` that ids are read by.
  package var idPattern: String?
  package var threads: Int?
  /// Whether rows without ids are to meet those of other sources by their order.
  package var joinsByIndex = false

  package init() {}
}

/// How tables without a layout of their own are read.
package struct TableOptions: Sendable, Equatable {
  /// A unit of time.
  package enum TimeUnit: String, CaseIterable, Sendable {
    case s, ms, us, ns

    /// Seconds in one.
    package var seconds: Double {
      switch self {
      case .s: 1
      case .ms: 1e-3
      case .us: 1e-6
      case .ns: 1e-9
      }
    }
  }

  /// The column that holds the time of each row; nil for none.
  package var timeColumn: String?
  package var timeUnit = TimeUnit.s
  /// The columns to keep, as `NAME`, or `FIRST-LAST` of two names or of positions from 1.
  ///
  /// Empty for all numbers.
  package var columns: [String] = []
  /// A spelling, beside `NaN` and an empty cell, that means "not there".
  package var missingValue: String?
  /// A longer gap between rows is not bridged, seconds.
  package var maximumGapSeconds: Double?

  package init() {}
}
