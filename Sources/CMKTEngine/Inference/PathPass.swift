import CMKTFormat
import Networks
import Tensors

/// Passes sequences through an encoder and its heads, without gradients, a share at a time.
struct PathPass {
  let path: NetworkPath
  let compute: Compute

  /// Frames that pass together, unless one sequence alone has more.
  private static let frameLimit = 16384

  /// The outputs of each head, before any sigmoid or softmax, for each range of rows of `inputs`:
  /// `[T, C]`, or `[1, C]` pooled.
  func outputs(of inputs: Tensor<Float>, frames: [Range<Int>]) -> [[Tensor<Float>]] {
    var results = path.heads.map { _ in [Tensor<Float>]() }
    forEachShare(of: inputs, frames: frames) { latent, layout, pass in
      for index in path.heads.indices {
        let output = path.output(of: index, latent: latent, layout: layout, pass: pass).tensor
        for sequence in 0..<layout.count {
          let rows =
            path.headConfigurations[index].pooling == .mean
            ? sequence..<(sequence + 1) : layout.range(sequence)
          results[index].append(output.rows(rows))
        }
      }
    }
    return results
  }

  /// The latents for each range of rows of `inputs`: `[T, K]`.
  func latents(of inputs: Tensor<Float>, frames: [Range<Int>]) -> [Tensor<Float>] {
    var results: [Tensor<Float>] = []
    forEachShare(of: inputs, frames: frames) { latent, layout, _ in
      let values = latent.tensor
      for sequence in 0..<layout.count { results.append(values.rows(layout.range(sequence))) }
    }
    return results
  }

  private func forEachShare(
    of inputs: Tensor<Float>, frames: [Range<Int>],
    body: (Variable<Float>, RaggedBatch, ForwardPass<Float>) -> Void
  ) {
    let tape = Tape<Float>(compute: compute, isRecording: false)
    var start = 0
    while start < frames.count {
      var end = start
      var count = 0
      repeat {
        count += frames[end].count
        end += 1
      } while end < frames.count && count + frames[end].count <= Self.frameLimit
      let share = Array(frames[start..<end])
      start = end
      tape.reset()
      let layout = RaggedBatch(lengths: share.map(\.count))
      let pass = ForwardPass(tape)
      body(path.encoder(tape.constant(rows: share, of: inputs), layout, pass), layout, pass)
    }
  }
}

extension Tensor {
  /// The rows `range` of a matrix.
  func rows(_ range: Range<Int>) -> Tensor {
    let width = shape[1]
    return Tensor(
      shape: [range.count, width],
      elements: Array(elements[(range.lowerBound * width)..<(range.upperBound * width)]))
  }
}
