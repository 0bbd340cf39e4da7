private import CKernels

extension Tape {
  /// Multi-head softmax attention within each sequence of a batch.
  ///
  ///     y_i = Σ_j softmax_j(q_i · k_j / √d) v_j      over the frames |i − j| ≤ span, d = H / heads
  ///
  /// Source: Vaswani et al. 2017, arXiv 1706.03762, computed block by block after Dao et al. 2022,
  /// arXiv 2205.14135: the backward computes the weights anew.
  ///
  /// - `x`: `[ΣT, 3H]`, laid out by `batch`: queries, keys and values side by side, each with the
  ///   heads side by side.
  /// - `span`: how far a frame sees; nil: all of its sequence.
  /// - Returns: `[ΣT, H]`, the heads side by side.
  /// - Precondition: `heads` divides H.
  /// - Complexity: O(ΣT² H) time, or O(ΣT · span · H); O(ΣT · H) memory.
  package func attention(
    _ x: Variable<Scalar>, _ batch: RaggedBatch, heads: Int, span: Int? = nil
  ) -> Variable<Scalar> {
    precondition(x.rows == batch.frameCount, "\(x.rows) rows for \(batch.frameCount) frames")
    precondition(x.columns % (3 * heads) == 0, "\(heads) heads do not divide \(x.columns) / 3")
    precondition(span.map { $0 >= 0 } ?? true, "a span that is negative")
    let result = output(rows: x.rows, columns: x.columns / 3, of: [x])
    let pass = AttentionPass(
      tape: self, batch: batch, heads: heads, span: span, x: x, result: result)
    pass.forward()
    if !result.needsGradient { pass.release() }
    record(.attention, result) { [self] in
      if let dx = gradientTarget(x) {
        pass.backward(dy: upstream(result), dx: dx.storage, accumulates: dx.accumulates)
      }
      pass.release()
    }
    return result
  }
}
