package import Tensors

/// What the rows of a modality or a target stand for.
package enum Level: Sendable, Hashable, CustomStringConvertible {
  /// One row per frame.
  case frame
  /// One row per segment of the named table.
  case segment(String)
  /// One row per sequence.
  case sequence
  /// Rows on a time axis of their own, not aligned yet; modalities only.
  case own

  /// The spelling in the file: `frame`, `segment:<name>`, `sequence` or `own`.
  package var description: String {
    switch self {
    case .frame: "frame"
    case .segment(let table): "segment:\(table)"
    case .sequence: "sequence"
    case .own: "own"
    }
  }

  /// The level spelled `text`, or nil.
  package init?(_ text: String) {
    switch text {
    case "frame": self = .frame
    case "sequence": self = .sequence
    case "own": self = .own
    default:
      guard text.hasPrefix("segment:"), text.count > 8 else { return nil }
      self = .segment(String(text.dropFirst(8)))
    }
  }
}

/// Which values of a modality may be used.
package enum Validity: Sendable, Equatable {
  /// One flag per row, `[n]`.
  case rows([Bool])
  /// One flag per value, `[n, D]` row-major.
  case elements([Bool])
}

/// The time axis of a modality that is not aligned yet (level `own`).
package struct OwnAxis: Sendable, Equatable {
  /// Sequence *i* has the rows `offsets[i] ..< offsets[i + 1]`, `[N + 1]`.
  package var offsets: [Int]
  /// Start and end in seconds, `[n, 2]` row-major; nil where only the order is known.
  package var intervals: [Double]?

  package init(offsets: [Int], intervals: [Double]?) {
    self.offsets = offsets
    self.intervals = intervals
  }
}

/// One modality: `n` rows of `D` features.
package struct Modality: Sendable, Equatable {
  /// The values, `[n, D]`.
  ///
  /// Values that are not valid are finite too (imputed, or zero).
  package var values: Tensor<Float>
  package var validity: Validity
  /// `[D]`, unique.
  package var featureNames: [String]
  package var level: Level
  /// Present just where `level` is `own`.
  package var ownAxis: OwnAxis?
  /// What computed the features, as far as known; empty where unknown.
  package var extractor = ""
  package var units = ""
  /// Step between rows and length of the analysis window, seconds.
  package var hopSeconds: Double?
  package var windowSeconds: Double?
  /// Where in its window a row's time lies: `start`, `centre` or `end`.
  package var anchor = ""
  /// Ids of the sequences that a trained extractor was fitted on; empty where none or unknown.
  package var fittedOn: [String] = []

  package init(
    values: Tensor<Float>, validity: Validity, featureNames: [String], level: Level,
    ownAxis: OwnAxis? = nil
  ) {
    self.values = values
    self.validity = validity
    self.featureNames = featureNames
    self.level = level
    self.ownAxis = ownAxis
  }

  /// The number of rows, `n`, and of features, `D`.
  package var rowCount: Int { values.shape[0] }
  package var featureCount: Int { values.shape[1] }

  /// Whether feature `column` of row `row` may be used.
  package func isValid(row: Int, column: Int) -> Bool {
    switch validity {
    case .rows(let flags): flags[row]
    case .elements(let flags): flags[row * featureCount + column]
    }
  }
}
