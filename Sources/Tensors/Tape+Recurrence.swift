private import CKernels

/// The weights of one direction of a GRU layer, PyTorch's layout: gates in the order r, z, n.
package struct RecurrentWeights<Scalar: TensorScalar> {
  /// `[3H, D]`.
  package let inputWeight: Variable<Scalar>
  /// `[3H, H]`.
  package let recurrentWeight: Variable<Scalar>
  /// `[3H]`.
  package let inputBias: Variable<Scalar>
  /// `[3H]`.
  package let recurrentBias: Variable<Scalar>

  package init(
    inputWeight: Variable<Scalar>, recurrentWeight: Variable<Scalar>,
    inputBias: Variable<Scalar>, recurrentBias: Variable<Scalar>
  ) {
    self.inputWeight = inputWeight
    self.recurrentWeight = recurrentWeight
    self.inputBias = inputBias
    self.recurrentBias = recurrentBias
  }

  var all: [Variable<Scalar>] { [inputWeight, recurrentWeight, inputBias, recurrentBias] }
}

extension Tape {
  /// A GRU layer over all sequences of a batch, in one or both directions.
  ///
  ///     r = σ(W_r x + b_r + U_r h + c_r)      z = σ(W_z x + b_z + U_z h + c_z)
  ///     n = tanh(W_n x + b_n + r (U_n h + c_n))      h' = (1 − z) n + z h
  ///
  /// - `x`: `[ΣT, D]`, laid out by `batch`.
  /// - `directions`: forward, and backward if there are two: that one starts at each sequence's
  ///   own last frame.
  /// - Returns: `[ΣT, H · directions]`.
  /// - Complexity: O(ΣT · H (D + H)); no work for padding.
  package func gru(
    _ x: Variable<Scalar>, _ batch: RaggedBatch, _ directions: [RecurrentWeights<Scalar>]
  ) -> Variable<Scalar> {
    precondition((1...2).contains(directions.count), "one direction or two")
    precondition(x.rows == batch.frameCount, "\(x.rows) rows for \(batch.frameCount) frames")
    let hidden = directions[0].recurrentWeight.columns
    for weights in directions {
      precondition(weights.inputWeight.rows == 3 * hidden, "input weights are [3H, D]")
      precondition(weights.inputWeight.columns == x.columns, "input weights are [3H, D]")
      precondition(weights.recurrentWeight.rows == 3 * hidden, "recurrent weights are [3H, H]")
    }
    let result = output(
      rows: x.rows, columns: hidden * directions.count, of: [x] + directions.flatMap(\.all))
    let steps = RecurrentSteps(batch)
    let passes = directions.indices.map { index in
      RecurrentPass(
        tape: self, steps: steps, weights: directions[index], hidden: hidden,
        isReversed: index == 1, x: x, result: result, firstColumn: index * hidden)
    }
    unsafe compute.run(passes.map { unsafe $0.inputProduct })
    runGroups(passes, of: batch.count) { $0.forward($1) }
    for pass in passes where !result.needsGradient { pass.release() }
    record(.gru, result) { [self] in
      for pass in passes { pass.prepareBackward() }
      let dy = upstream(result)
      runGroups(passes, of: batch.count) { $0.backward($1, dy) }
      finishBackward(passes, x)
      for pass in passes { pass.release() }
    }
    return result
  }

  /// Runs each direction of groups of sequences as tasks; sequences are independent of each
  /// other, so the grouping changes no bytes.
  private func runGroups(
    _ passes: [RecurrentPass<Scalar>], of count: Int,
    _ body: (RecurrentPass<Scalar>, Range<Int>) -> Void
  ) {
    let groups = max(1, min(count / 8, (compute.threadCount + passes.count - 1) / passes.count))
    let length = max(1, (count + groups - 1) / groups)
    let pieces = (count + length - 1) / length
    compute.forEach(passes.count * pieces) { task, _ in
      let piece = task % pieces
      body(passes[task / pieces], piece * length..<min(count, (piece + 1) * length))
    }
  }

  /// From the gradients at the gates to those of the input, the weights and the biases.
  private func finishBackward(_ passes: [RecurrentPass<Scalar>], _ x: Variable<Scalar>) {
    if let dx = gradientTarget(x) {
      for (index, pass) in passes.enumerated() {
        unsafe compute.run(
          pass.inputGradient(dx.storage, accumulates: dx.accumulates || index > 0))
      }
    }
    var products: [Product<Scalar>] = unsafe []
    for pass in passes { unsafe products += pass.weightGradients() }
    unsafe compute.run(products)
    for pass in passes { pass.addBiasGradients() }
  }
}
