/// The layout of a batch of B sequences of different lengths, without padding.
///
/// Frames stand one sequence after the other in a matrix `[ΣT, D]`: sequence i in the rows
/// `range(i)`.
package struct RaggedBatch: Sendable, Equatable {
  /// T of each sequence, `[B]`; may be 0.
  package let lengths: [Int]
  /// The first row of each sequence, and after the last the number of rows: `[B + 1]`.
  package let offsets: [Int]
  /// The place of each sequence's first frame in the longer one that it was cut from, `[B]`.
  package let starts: [Int]

  /// - `starts`: where positions count from in each sequence; nil: all from 0.
  /// - Precondition: no length and no start is negative.
  package init(lengths: [Int], starts: [Int]? = nil) {
    precondition(lengths.allSatisfy { $0 >= 0 }, "a sequence of negative length")
    self.lengths = lengths
    self.starts = starts ?? Array(repeating: 0, count: lengths.count)
    precondition(self.starts.count == lengths.count, "one start for each sequence")
    precondition(self.starts.allSatisfy { $0 >= 0 }, "a sequence that starts before 0")
    var offsets = [0]
    for length in lengths { offsets.append((offsets.last ?? 0) + length) }
    self.offsets = offsets
  }

  /// B.
  package var count: Int { lengths.count }
  /// ΣT, the number of rows.
  package var frameCount: Int { offsets[lengths.count] }
  /// The rows of sequence `index`.
  package func range(_ index: Int) -> Range<Int> { offsets[index]..<offsets[index + 1] }
  /// The rows of every sequence.
  package var ranges: [Range<Int>] { lengths.indices.map { range($0) } }
}
