import CMKTFormat

/// One sequence of the file to be, with all its rows.
struct AssembledSequence: Sendable {
  var id: EntryID
  var recording: String
  var speaker: String
  var split: Split?
  /// `T`.
  var frameCount: Int
  /// Start and end of each frame, `[T, 2]` seconds; nil where only the order is known.
  var intervals: [Double]?
  /// By name; rows as the level asks for.
  var modalities: [String: RowBlock] = [:]
  var targets: [String: RowBlock] = [:]
  /// By name.
  var segments: [String: LocalSegments] = [:]
  var annotations: [String: LocalTexts] = [:]

  init(entry: Entry, frameCount: Int, intervals: [Double]?) {
    id = entry.id
    recording = entry.recording ?? entry.id.recording
    speaker = entry.speaker
    split = entry.split
    self.frameCount = frameCount
    self.intervals = intervals
  }
}

/// Rows of one modality or target within a sequence.
struct RowBlock: Sendable {
  /// `[n, D]`.
  var values: [Float]
  let columnCount: Int
  /// Which values were there.
  var validity: RowValidity
  /// Of a modality that is not aligned, `[n, 2]`; after alignment the parts of the frames that
  /// its rows cover.
  var intervals: [Double]?
  /// `[n, R, C]` of a target.
  var raters: [Float] = []

  init(_ rows: TrackRows, columnCount: Int) {
    values = rows.values
    self.columnCount = columnCount
    validity = rows.validity
    intervals = rows.intervals
    raters = rows.raters
  }

  /// `count` rows that are not there.
  init(missing count: Int, columnCount: Int, raterCount: Int = 0) {
    values = Array(repeating: 0, count: count * columnCount)
    self.columnCount = columnCount
    validity = .rows(Array(repeating: false, count: count))
    raters = Array(repeating: .nan, count: count * columnCount * raterCount)
  }

  /// `n`.
  var rowCount: Int { values.count / max(1, columnCount) }

  /// Whether any value of row `row` was there.
  func hasAny(row: Int) -> Bool {
    switch validity {
    case .all: true
    case .rows(let flags): flags[row]
    case .elements(let flags): flags[(row..<row + 1).scaled(by: columnCount)].contains(true)
    }
  }

  /// Whether the value was there.
  func isValid(row: Int, column: Int) -> Bool {
    switch validity {
    case .all: true
    case .rows(let flags): flags[row]
    case .elements(let flags): flags[row * columnCount + column]
    }
  }

  /// The rows of `indices`, in that order; nil stands for a row that is not there.
  func picking(_ indices: [Int?]) -> RowBlock {
    let raterWidth = raters.isEmpty ? 0 : raters.count / max(1, rowCount)
    var block = RowBlock(missing: indices.count, columnCount: columnCount)
    var rows = [Bool](repeating: false, count: indices.count)
    var elements = [Bool]()
    if case .elements = validity {
      elements = Array(repeating: false, count: indices.count * columnCount)
    }
    if raterWidth > 0 { block.raters = Array(repeating: .nan, count: indices.count * raterWidth) }
    for (row, index) in indices.enumerated() {
      guard let index else { continue }
      let target = (row..<row + 1).scaled(by: columnCount)
      let source = (index..<index + 1).scaled(by: columnCount)
      block.values.replaceSubrange(target, with: values[source])
      switch validity {
      case .all: rows[row] = true
      case .rows(let flags): rows[row] = flags[index]
      case .elements(let flags): elements.replaceSubrange(target, with: flags[source])
      }
      if raterWidth > 0 {
        block.raters.replaceSubrange(
          (row..<row + 1).scaled(by: raterWidth),
          with: raters[(index..<index + 1).scaled(by: raterWidth)])
      }
    }
    if !elements.isEmpty {
      block.validity = .elements(elements)
    } else {
      block.validity = rows.contains(false) ? .rows(rows) : .all
    }
    return block
  }

  /// The two, one after the other.
  mutating func append(_ other: RowBlock) {
    let (own, others) = (rowCount, other.rowCount)
    switch (validity, other.validity) {
    case (.all, .all): break
    case (.elements, _), (_, .elements):
      validity = .elements(flags(perElement: own) + other.flags(perElement: others))
    default: validity = .rows(flags(perRow: own) + other.flags(perRow: others))
    }
    values += other.values
    raters += other.raters
    if let more = other.intervals { intervals = (intervals ?? []) + more }
  }

  private func flags(perRow count: Int) -> [Bool] {
    if case .rows(let flags) = validity { return flags }
    return Array(repeating: true, count: count)
  }

  private func flags(perElement count: Int) -> [Bool] {
    switch validity {
    case .all: Array(repeating: true, count: count * columnCount)
    case .elements(let flags): flags
    case .rows(let flags): flags.flatMap { Array(repeating: $0, count: columnCount) }
    }
  }
}

/// Segments of one sequence; frames are counted from its first.
struct LocalSegments: Sendable {
  var frames: [Range<Int>] = []
  /// `[S, 2]` seconds, or nil.
  var intervals: [Double]?
  var ids: [String] = []
}

/// Texts of one sequence.
struct LocalTexts: Sendable {
  var texts: [String] = []
  /// `[A, 2]` seconds, or nil.
  var intervals: [Double]?
}
