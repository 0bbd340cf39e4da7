package import CMKTFormat

/// The rows of one level of a features file: whose they are, and which frames each stands for.
package struct RowAxis: Sendable, Equatable {
  package let level: Level
  /// Sequence *i* has the rows `offsets[i] ..< offsets[i + 1]`, `[N + 1]`.
  private let offsets: [Int]
  /// The frames of each row; nil on frames, where a row is its frame.
  private let spans: [Range<Int>]?

  /// The number of rows.
  package var count: Int { offsets.last ?? 0 }

  /// The rows of sequence `index`.
  package func rows(of index: Int) -> Range<Int> { offsets[index]..<offsets[index + 1] }

  /// The sequence that has row `row`.
  ///
  /// - Precondition: there is such a row.
  func sequence(ofRow row: Int) -> Int {
    var (low, high) = (0, offsets.count - 1)
    while high - low > 1 {
      let middle = (low + high) / 2
      if offsets[middle] <= row { low = middle } else { high = middle }
    }
    return low
  }

  /// The frames that row `row` stands for.
  package func frames(of row: Int) -> Range<Int> { spans?[row] ?? row..<(row + 1) }

  /// The rows whose frames all lie in `window`, ascending.
  ///
  /// A row that the window cuts is not among them: what describes all of it cannot be learnt from
  /// a part.
  package func rows(in window: Window) -> [Int] {
    guard let spans else { return Array(window.frames) }
    return rows(of: window.sequence).filter {
      window.frames.lowerBound <= spans[$0].lowerBound
        && spans[$0].upperBound <= window.frames.upperBound
    }
  }

  /// The frames themselves.
  package init(framesOf sequences: SequenceTable) {
    level = .frame
    offsets = sequences.offsets
    spans = nil
  }

  /// One row a sequence.
  package init(sequences: SequenceTable) {
    level = .sequence
    offsets = Array(0...sequences.count)
    spans = (0..<sequences.count).map { sequences.frames(of: $0) }
  }

  /// One row a segment of `table`, which is called `name`.
  package init(segments table: SegmentTable, name: String, sequences: SequenceTable) {
    level = .segment(name)
    var counts = [Int](repeating: 0, count: sequences.count)
    for sequence in table.sequence { counts[sequence] += 1 }
    var offsets = [0]
    for count in counts { offsets.append((offsets.last ?? 0) + count) }
    self.offsets = offsets
    spans = (0..<table.count).map { table.frameBegin[$0]..<table.frameEnd[$0] }
  }
}

extension FeaturesFile {
  /// The rows of `level`, which the object at `location` has.
  ///
  /// - Throws: `unusableData` where the rows have a time axis of their own, or stand on segments
  ///   that the file does not have.
  package func rowAxis(of level: Level, at location: String) throws(EngineFailure) -> RowAxis {
    switch level {
    case .frame: return RowAxis(framesOf: sequences)
    case .sequence: return RowAxis(sequences: sequences)
    case .segment(let name):
      guard let table = segments[name] else {
        throw .unusableData(
          location: location, expected: "segments called '\(name)' in the features file",
          found: segments.isEmpty
            ? "no segments" : segments.keys.sorted().joined(separator: ", "),
          remedy: "import the data with the segments that the model or the target stands on")
      }
      return RowAxis(segments: table, name: name, sequences: sequences)
    case .own:
      throw .unusableData(
        location: location, expected: "level frame, segment or sequence", found: "own",
        remedy: "import it aligned to the frames with --align")
    }
  }
}
