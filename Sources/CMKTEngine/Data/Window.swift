package import CMKTFormat

/// A stretch of one sequence that enters a batch: frames of the file.
package struct Window: Sendable, Equatable {
  package var sequence: Int
  package var frames: Range<Int>
  /// The place of the first frame in its sequence.
  package var start = 0

  /// The sequences `indices`, whole.
  package static func whole(_ indices: [Int], of sequences: SequenceTable) -> [Window] {
    indices.map { Window(sequence: $0, frames: sequences.frames(of: $0)) }
  }

  /// The sequences `indices`, cut into windows of `length` frames that start every `hop` frames.
  ///
  /// The last window of a sequence reaches its end. Sequences that are not longer, or all with
  /// `length` 0, stay whole; empty ones are left out. A window that cuts a row of `kept`, such as
  /// a segment, grows until it holds it whole; windows that another one holds are left out.
  package static func cutting(
    _ indices: [Int], of sequences: SequenceTable, length: Int, hop: Int,
    keeping kept: [RowAxis] = []
  ) -> [Window] {
    indices.flatMap { index in
      let frames = sequences.frames(of: index)
      guard !frames.isEmpty else { return [Window]() }
      guard length > 0, frames.count > length else {
        return [Window(sequence: index, frames: frames)]
      }
      let spans = kept.flatMap { axis in axis.rows(of: index).map(axis.frames) }
      return cuts(of: frames, length: length, hop: hop, keeping: spans)
        .map { Window(sequence: index, frames: $0, start: $0.lowerBound - frames.lowerBound) }
    }
  }

  private static func cuts(
    of frames: Range<Int>, length: Int, hop: Int, keeping spans: [Range<Int>]
  ) -> [Range<Int>] {
    var cuts: [Range<Int>] = []
    for start in stride(from: frames.lowerBound, to: frames.upperBound, by: max(hop, 1)) {
      let begin = min(start, frames.upperBound - length)
      let nominal = begin..<(begin + length)
      let end = spans.reduce(nominal.upperBound) { end, span in
        nominal.contains(span.lowerBound) ? max(end, span.upperBound) : end
      }
      // Starts rise, so only an end that does not can be held by the window before.
      if end > cuts.last?.upperBound ?? 0 { cuts.append(begin..<end) }
      if nominal.upperBound == frames.upperBound { break }
    }
    return cuts
  }
}
