package import CMKTFormat

/// A stretch of one sequence that enters a batch: frames of the file.
package struct Window: Sendable, Equatable {
  package var sequence: Int
  package var frames: Range<Int>

  /// The sequences `indices`, cut into windows of `length` frames that start every `hop` frames.
  ///
  /// The last window of a sequence reaches its end. Sequences that are not longer, or all with `length` 0, stay whole;
  /// empty ones are left out.
  package static func cutting(
    _ indices: [Int], of sequences: SequenceTable, length: Int, hop: Int
  ) -> [Window] {
    var windows: [Window] = []
    for index in indices {
      let frames = sequences.frames(of: index)
      guard !frames.isEmpty else { continue }
      guard length > 0, frames.count > length else {
        windows.append(Window(sequence: index, frames: frames))
        continue
      }
      for start in stride(from: frames.lowerBound, to: frames.upperBound, by: max(hop, 1)) {
        let begin = min(start, frames.upperBound - length)
        windows.append(Window(sequence: index, frames: begin..<(begin + length)))
        if begin + length == frames.upperBound { break }
      }
    }
    return windows
  }
}
