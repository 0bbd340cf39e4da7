import CMKTFormat
import Networks
import Tensors

/// Passes sequences through an encoder and its heads, without gradients, a share at a time.
struct PathPass {
  let path: NetworkPath
  let compute: Compute

  /// Rows that pass together, unless one sequence alone has more.
  private static let rowLimit = 16384

  /// The outputs of each head, before any sigmoid or softmax, for each of `windows`: `[n, C]`, a
  /// row for each row of the head's level.
  ///
  /// - `inputs`: the rows of a modality, on the level that every one of `links` starts from.
  /// - `links`: from there to the level of each head; nil for heads that are not wanted, which
  ///   give nothing.
  /// - `windows`: whole sequences.
  /// - Throws: `unreadable` and `scratch`, where inputs are not in memory.
  func outputs(
    of inputs: InputRows, links: [RowLink?], windows: [Window]
  ) throws(EngineFailure) -> [[Tensor<Float>]] {
    precondition(links.count == path.heads.count, "a link for each head")
    var results = path.heads.map { _ in [Tensor<Float>]() }
    guard let axis = links.lazy.compactMap({ $0 }).first?.source else { return results }
    let rows = windows.map { axis.rows(of: $0.sequence) }
    try forEachShare(of: inputs, rows: rows) { share, latent, _, pass in
      let batch = Batch(Array(windows[share]))
      for (index, link) in links.enumerated() {
        guard let link else { continue }
        let groups = batch.groups(of: link)
        let output = path.output(of: index, latent: latent, groups: groups, pass: pass).tensor
        for range in groups.layout.ranges { results[index].append(output.rows(range)) }
      }
    }
    return results
  }

  /// The latents for each range of rows of `inputs`: `[T, K]`.
  ///
  /// - Throws: as `outputs`.
  func latents(
    of inputs: InputRows, frames: [Range<Int>]
  ) throws(EngineFailure) -> [Tensor<Float>] {
    var results: [Tensor<Float>] = []
    try forEachShare(of: inputs, rows: frames) { _, latent, layout, _ in
      let values = latent.tensor
      for range in layout.ranges { results.append(values.rows(range)) }
    }
    return results
  }

  private func forEachShare(
    of inputs: InputRows, rows: [Range<Int>],
    body: (Range<Int>, Variable<Float>, RaggedBatch, ForwardPass<Float>) -> Void
  ) throws(EngineFailure) {
    let tape = Tape<Float>(compute: compute, isRecording: false)
    let shares = Self.shares(of: rows)
    inputs.plan(shares.map { Array(rows[$0]) })
    for (index, share) in shares.enumerated() {
      inputs.advance(to: index)
      let ranges = Array(rows[share])
      tape.reset()
      let layout = RaggedBatch(lengths: ranges.map(\.count))
      let pass = ForwardPass(tape)
      let latent = path.encoder(try inputs.constant(rows: ranges, on: tape), layout, pass)
      body(share, latent, layout, pass)
    }
  }

  /// `rows` in as few shares as the limit allows, in order.
  static func shares(of rows: [Range<Int>]) -> [Range<Int>] {
    var shares: [Range<Int>] = []
    var start = 0
    while start < rows.count {
      var end = start
      var count = 0
      repeat {
        count += rows[end].count
        end += 1
      } while end < rows.count && count + rows[end].count <= rowLimit
      shares.append(start..<end)
      start = end
    }
    return shares
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
