/// Whether the data may be handed on.
package enum Redistribution: String, CaseIterable, Sendable {
  case allowed, restricted, unknown
}

/// The content of a features file: aligned multi-modal sequences and their targets.
package struct FeaturesFile: Sendable, Equatable {
  /// A short name for people, such as `mosi`.
  package var name = ""
  package var licence = ""
  package var redistribution = Redistribution.unknown
  package var sequences: SequenceTable
  package var timeBase: TimeBase
  /// Start and end of each frame in seconds from the start of its recording, `[F, 2]` row-major;
  /// present just where `timeBase` is `seconds`.
  package var frameIntervals: [Double]?
  package var segments: [String: SegmentTable] = [:]
  package var modalities: [String: Modality] = [:]
  package var targets: [String: Target] = [:]
  package var annotations: [String: Annotation] = [:]
  package var provenance = Provenance()
  /// The rows of those of `modalities` that are not in memory, and have none there.
  package var outside = RowsOutside()

  package init(sequences: SequenceTable, timeBase: TimeBase, frameIntervals: [Double]? = nil) {
    self.sequences = sequences
    self.timeBase = timeBase
    self.frameIntervals = frameIntervals
  }

  /// The number of rows of `level`, or nil where the level is `own` or names no segment table.
  package func rowCount(of level: Level) -> Int? {
    switch level {
    case .frame: sequences.frameCount
    case .segment(let table): segments[table]?.count
    case .sequence: sequences.count
    case .own: nil
    }
  }
}
