package import CMKTFormat

/// One kind of rows that a dump holds for its entries: a modality, a target, or texts.
///
/// Rows are read entry by entry, when they are wanted; calls may come from several threads.
package protocol Track: Sendable {
  /// The name of the modality, target or annotation.
  var name: String { get }
  var role: TrackRole { get }
  var axis: TrackAxis { get }
  /// `[D]`, unique; empty for texts.
  var columnNames: [String] { get }

  /// The rows of entry `entry` of the dump, or nil where the dump has none for it.
  ///
  /// - Throws: `ImportFailure`.
  func rows(of entry: Int) throws(ImportFailure) -> TrackRows?
}

/// What a track is for.
package enum TrackRole: Sendable, Equatable {
  case modality(ModalityDescription)
  case target(TargetDescription)
  /// Words or transcripts: rows have texts instead of values.
  case text
}

/// What the rows of a track stand for.
package enum TrackAxis: Sendable, Equatable {
  /// Row *i* is frame *i* of the entry; all such tracks of a dump have equal counts.
  case frames
  /// Rows have times of their own: intervals are given.
  case time
  /// Rows have an order of their own, and no times.
  case own
  /// One row for the whole entry.
  case entry
}

/// What is known of a modality beside its rows.
package struct ModalityDescription: Sendable, Equatable {
  package var extractor = ""
  package var units = ""
  /// Step between rows and length of the analysis window, seconds.
  package var hopSeconds: Double?
  package var windowSeconds: Double?
  /// `start`, `centre`, `end`, or empty where unknown.
  package var anchor = ""

  package init() {}
}

/// What is known of a target beside its rows.
package struct TargetDescription: Sendable, Equatable {
  /// Nil where the values decide.
  package var kind: TargetKind?
  /// Whether the source stores whole numbers, so that they may be classes.
  package var isIntegral = false
  /// Names of the columns or classes; may be empty.
  package var names: [String] = []
  package var range: ClosedRange<Double>?
  /// y(t) describes x(t − delay); recorded, never applied.
  package var delaySeconds = 0.0
  /// The target of the same dump that this one was derived from, and the threshold (`>=`).
  package var sourceTarget = ""
  package var threshold: Double?
  /// Whether each row, with its interval, marks a segment of its own (an opinion, an utterance)
  /// rather than a sample of a trace.
  package var marksSegments = false
  /// Names of the raters whose values `TrackRows.raters` holds.
  package var raterNames: [String] = []

  package init() {}
}

/// Which values of some rows were really there, as far as the source tells.
package enum RowValidity: Sendable, Equatable {
  case all
  /// One flag per row, `[n]`.
  case rows([Bool])
  /// One flag per value, `[n, D]`.
  case elements([Bool])

  /// The same in the shorter form where the values of every row are valid all or none.
  func shortened(columnCount: Int) -> RowValidity {
    guard case .elements(let flags) = self, columnCount > 0 else { return self }
    var rows: [Bool] = []
    rows.reserveCapacity(flags.count / columnCount)
    for begin in stride(from: 0, to: flags.count, by: columnCount) {
      let row = flags[begin..<begin + columnCount]
      guard row.allSatisfy({ $0 == flags[begin] }) else { return self }
      rows.append(flags[begin])
    }
    return .rows(rows)
  }
}

/// The rows of one track for one entry.
package struct TrackRows: Sendable, Equatable {
  /// `[n, D]`, row-major; NaN and infinities stay as they are, cleaning comes later.
  package var values: [Float]
  /// Start and end in seconds from the start of the recording, `[n, 2]`; with axis `time`, and
  /// with axis `frames` where the source knows them.
  package var intervals: [Double]?
  package var validity = RowValidity.all
  /// `[n]`, for texts; empty otherwise.
  package var texts: [String] = []
  /// `[n]`, of a target that marks segments: the clip that each row stands for, where that is not
  /// its place; empty otherwise.
  package var clips: [Int] = []
  /// Which rows are not padding by the look of this track alone; nil where there is no doubt.
  ///
  /// What all modalities of an entry agree on is left out.
  package var filled: Range<Int>?
  /// `[n, R, C]` of a target with raters; NaN where a rater gave no value.
  package var raters: [Float] = []

  package init(values: [Float], intervals: [Double]? = nil, validity: RowValidity = .all) {
    self.values = values
    self.intervals = intervals
    self.validity = validity
  }

  /// Rows of text.
  package init(texts: [String], intervals: [Double]? = nil) {
    self.init(values: [], intervals: intervals)
    self.texts = texts
  }

  /// The number of rows, given `columnCount` values in each.
  package func count(columnCount: Int) -> Int {
    columnCount == 0 ? texts.count : values.count / columnCount
  }
}
