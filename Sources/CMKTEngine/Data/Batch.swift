import CMKTFormat
import Tensors

/// Windows that pass through the networks together: `B` of them, `R` frames in all, back to back
/// and without padding.
struct Batch: Sendable {
  let windows: [Window]
  let layout: RaggedBatch

  init(_ windows: [Window]) {
    self.windows = windows
    layout = RaggedBatch(lengths: windows.map(\.frames.count))
  }

  /// `R`.
  var frameCount: Int { layout.frameCount }

  /// The frames of the file that the rows stand for.
  var frames: [Range<Int>] { windows.map(\.frames) }

  /// Which frames are valid in every one of `modalities`, `[R]`: 1 or 0.
  func validFrames(of modalities: [PreparedModality]) -> [Double] {
    windows.flatMap(\.frames).map { frame in
      modalities.allSatisfy { $0.validFrames[frame] } ? 1 : 0
    }
  }

  /// The values of `item` and which of them count (1 or 0): `[R, C]` and `[R]` for a target on
  /// frames, delay undone; `[B, C]` and `[B]` for one on sequences.
  func targets(
    of item: PreparedTarget, sequences: SequenceTable
  ) -> (values: Tensor<Float>, weights: [Double]) {
    let target = item.target
    let width = target.columnCount
    var elements: [Float] = []
    var weights: [Double] = []
    func take(_ row: Int, below limit: Int) {
      let isUsed = row < limit && target.valid[row]
      weights.append(isUsed ? 1 : 0)
      elements +=
        isUsed
        ? target.values.elements[(row * width)..<((row + 1) * width)]
        : ArraySlice(repeating: 0, count: width)
    }
    for window in windows {
      guard target.level == .frame else {
        take(window.sequence, below: sequences.count)
        continue
      }
      let end = sequences.frames(of: window.sequence).upperBound
      for frame in window.frames { take(frame + item.delayFrames, below: end) }
    }
    return (Tensor(shape: [weights.count, width], elements: elements), weights)
  }
}
