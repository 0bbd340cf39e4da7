package import Tensors

/// What kind of quantity a target is.
package enum TargetKind: String, CaseIterable, Sendable, Codable {
  /// A real number per column.
  case regression
  /// 0 or 1, one column.
  case binary
  /// A class index `0 ..< classCount`, one column.
  case classes
  /// 0 or 1 per column, any number of them 1.
  case multilabel
}

/// The individual ratings behind a target: `R` raters.
package struct Raters: Sendable, Equatable {
  /// `[R]`.
  package var names: [String]
  /// `[n, R, C]`.
  package var values: Tensor<Float>
  /// `[n, R]` row-major.
  package var valid: [Bool]

  package init(names: [String], values: Tensor<Float>, valid: [Bool]) {
    self.names = names
    self.values = values
    self.valid = valid
  }
}

/// One target: `n` rows of `C` values to be predicted.
package struct Target: Sendable, Equatable {
  /// `[n, C]`; finite also where not valid.
  package var values: Tensor<Float>
  /// `[n]`.
  package var valid: [Bool]
  package var level: Level
  package var kind: TargetKind
  /// Names of the columns, or of the classes of a `classes` or `binary` target; may be empty.
  package var names: [String] = []
  /// The number of classes of a `classes` target; 2 for `binary`, 0 otherwise.
  package var classCount = 0
  /// The range of the scale, where it has one.
  package var range: ClosedRange<Double>?
  /// The target that this one was derived from, and the threshold that did it (`>=`).
  package var sourceTarget = ""
  package var threshold: Double?
  /// y(t) describes x(t − delay).
  ///
  /// Kept, never applied by an importer. Seconds.
  package var delaySeconds = 0.0
  package var raters: Raters?

  package init(values: Tensor<Float>, valid: [Bool], level: Level, kind: TargetKind) {
    self.values = values
    self.valid = valid
    self.level = level
    self.kind = kind
  }

  /// The number of rows, `n`, and of columns, `C`.
  package var rowCount: Int { values.shape[0] }
  package var columnCount: Int { values.shape[1] }
}

/// Text that accompanies sequences (words, transcripts); stored only when asked for.
package struct Annotation: Sendable, Equatable {
  /// UTF-8 of all entries, back to back.
  package var bytes: [UInt8]
  /// Entry *k* has the bytes `offsets[k] ..< offsets[k + 1]`, `[A + 1]`.
  package var offsets: [Int]
  /// The index of the sequence each entry belongs to, `[A]`.
  package var sequence: [Int]
  /// Start and end in seconds, `[A, 2]` row-major; nil where only the order is known.
  package var intervals: [Double]?

  package init(bytes: [UInt8], offsets: [Int], sequence: [Int], intervals: [Double]?) {
    self.bytes = bytes
    self.offsets = offsets
    self.sequence = sequence
    self.intervals = intervals
  }
}
