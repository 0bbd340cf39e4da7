/// The order in which a recurrent layer passes over a batch: step by step through all sequences
/// together, longest first.
struct RecurrentSteps {
  /// B.
  let sequenceCount: Int
  /// Step t works on `rows[begin[t] ..< begin[t + 1]]`, a row for each sequence that has such a step.
  let begin: [Int32]
  /// Rows by step, from each sequence's first frame on; and from its last frame back.
  let forwardRows: [Int32]
  let backwardRows: [Int32]

  /// - Precondition: fewer than 2³¹ frames.
  /// - Complexity: O(ΣT + B log B).
  init(_ batch: RaggedBatch) {
    let lengths = batch.lengths
    let ranks = lengths.indices.sorted { (-lengths[$0], $0) < (-lengths[$1], $1) }
    var begin: [Int32] = [0]
    var forward: [Int32] = []
    var backward: [Int32] = []
    forward.reserveCapacity(batch.frameCount)
    backward.reserveCapacity(batch.frameCount)
    for step in 0..<(lengths.max() ?? 0) {
      for sequence in ranks {
        guard lengths[sequence] > step else { break }
        forward.append(Int32(batch.offsets[sequence] + step))
        backward.append(Int32(batch.offsets[sequence + 1] - 1 - step))
      }
      begin.append(Int32(forward.count))
    }
    sequenceCount = batch.count
    self.begin = begin
    forwardRows = forward
    backwardRows = backward
  }
}
