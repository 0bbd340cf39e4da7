extension Tape {
  /// Mean squared error: `Σ_r w_r Σ_j (p − t)² / (D Σ_r w_r)`.
  ///
  /// - `prediction`: `[R, D]`, `target` likewise; the gradient flows to both.
  /// - `weights`: `[R]`; rows of weight 0 do not count. Without any weight the loss is 0.
  package func meanSquaredError(
    _ prediction: Variable<Scalar>, _ target: Variable<Scalar>, weights: [Double]? = nil
  ) -> Variable<Scalar> {
    difference(prediction, target, weights, isAbsolute: false)
  }

  /// Mean absolute error, `Σ_r w_r Σ_j |p − t| / (D Σ_r w_r)`, with gradient 0 where p = t.
  package func meanAbsoluteError(
    _ prediction: Variable<Scalar>, _ target: Variable<Scalar>, weights: [Double]? = nil
  ) -> Variable<Scalar> {
    difference(prediction, target, weights, isAbsolute: true)
  }

  private func difference(
    _ prediction: Variable<Scalar>, _ target: Variable<Scalar>, _ weights: [Double]?,
    isAbsolute: Bool
  ) -> Variable<Scalar> {
    let (rows, columns) = (prediction.rows, prediction.columns)
    precondition(target.rows == rows && target.columns == columns, "one target for each value")
    precondition(weights.map { $0.count == rows } ?? true, "one weight for each row")
    let total = (weights.map { $0.reduce(0, +) } ?? Double(rows)) * Double(columns)
    let result = output(rows: 1, columns: 1, of: [prediction, target])
    result.storage.assign([0])
    guard total > 0 else { return result }
    let scale = weights.map { weights in
      let storage = borrow(rows)
      storage.assign(weights.map { Scalar($0) })
      return storage
    }
    let mode: Int32 = isAbsolute ? 1 : 0
    let sums = differenceSums(prediction, target, scale, mode)
    result.storage.assign([Scalar(sums.reduce(0, +) / total)])
    record(isAbsolute ? .absoluteError : .squaredError, result) { [self] in
      let factor = Scalar(Double(upstream(result).elements(1)[0]) / total)
      for (input, other) in [(prediction, target), (target, prediction)] {
        guard let gradient = gradientSum(input) else { continue }
        compute.split(rows, cost: rows * columns * 2) { range, _ in
          let start = range.lowerBound * columns
          unsafe kernels.differenceLossBackward(
            level, mode, range.count, columns, input.storage.pointer + start,
            other.storage.pointer + start, scale.map { unsafe $0.pointer + range.lowerBound },
            factor, gradient.pointer + start)
        }
      }
    }
    return result
  }

  /// The sums of differences over blocks of rows: of a fixed size, so that the bytes of their sum
  /// do not depend on the number of threads.
  private func differenceSums(
    _ prediction: Variable<Scalar>, _ target: Variable<Scalar>, _ scale: Storage<Scalar>?,
    _ mode: Int32
  ) -> [Double] {
    let (rows, columns) = (prediction.rows, prediction.columns)
    let block = max(256, (rows + 4095) / 4096)
    let count = (rows + block - 1) / block
    let sums = doubleBuffers.borrow(count)
    compute.forEach(count) { task, _ in
      let first = task * block
      unsafe kernels.differenceLoss(
        level, mode, min(block, rows - first), columns,
        prediction.storage.pointer + first * columns, target.storage.pointer + first * columns,
        scale.map { unsafe $0.pointer + first }, sums.pointer + task)
    }
    return sums.elements(count)
  }

  /// `1 − CCC`, averaged over the columns; see `ConcordanceLoss`.
  ///
  /// - `prediction`: `[R, C]`: all rows of the batch together.
  /// - `target`: `[R, C]`, a constant.
  /// - `weights`: `[R]`; rows of weight 0 do not count.
  package func concordanceLoss(
    _ prediction: Variable<Scalar>, _ target: Variable<Scalar>, weights: [Double]? = nil
  ) -> Variable<Scalar> {
    precondition(!target.needsGradient, "targets are constants")
    return rowLoss(.concordance, [prediction], target.rows, weights) { values, weights in
      let loss = ConcordanceLoss(
        prediction: values[0], target: target.doubles, columns: prediction.columns,
        weights: weights)
      return (loss.value, [loss.gradient])
    }
  }

  /// Softmax cross-entropy; see `CrossEntropyLoss`.
  ///
  /// - `logits`: `[R, C]`.
  /// - `classes`: `[R]`; rows of a negative class do not count.
  /// - `classWeights`: `[C]`.
  /// - `weights`: `[R]`; rows of weight 0 do not count.
  package func crossEntropy(
    _ logits: Variable<Scalar>, classes: [Int], classWeights: [Double]? = nil,
    weights: [Double]? = nil
  ) -> Variable<Scalar> {
    precondition(classes.allSatisfy { $0 < logits.columns }, "no such class")
    precondition(classWeights.map { $0.count == logits.columns } ?? true, "a weight a class")
    return rowLoss(.crossEntropy, [logits], classes.count, weights) { values, weights in
      let loss = CrossEntropyLoss(
        logits: values[0], classes: classes, columns: logits.columns, classWeights: classWeights,
        weights: weights)
      return (loss.value, [loss.gradient])
    }
  }

  /// Binary cross-entropy of logits; see `BinaryCrossEntropyLoss`.
  ///
  /// - `logits`: `[R, C]`.
  /// - `target`: `[R, C]` in [0, 1], a constant.
  /// - `positiveWeights`: `[C]`, the weight of the positive class of each column.
  /// - `weights`: `[R]`; rows of weight 0 do not count.
  package func binaryCrossEntropy(
    _ logits: Variable<Scalar>, _ target: Variable<Scalar>, positiveWeights: [Double]? = nil,
    weights: [Double]? = nil
  ) -> Variable<Scalar> {
    precondition(!target.needsGradient, "targets are constants")
    precondition(target.columns == logits.columns, "one target for each logit")
    return rowLoss(.binaryCrossEntropy, [logits], target.rows, weights) { values, weights in
      let loss = BinaryCrossEntropyLoss(
        logits: values[0], target: target.doubles, columns: logits.columns,
        positiveWeights: positiveWeights, weights: weights)
      return (loss.value, [loss.gradient])
    }
  }

  /// `1 − cos(a_r, b_r)`, averaged over the rows; see `CosineLoss`.
  package func cosineLoss(
    _ a: Variable<Scalar>, _ b: Variable<Scalar>, weights: [Double]? = nil
  ) -> Variable<Scalar> {
    precondition(a.columns == b.columns, "vectors of equal length")
    return rowLoss(.cosine, [a, b], b.rows, weights) { values, weights in
      let loss = CosineLoss(a: values[0], b: values[1], columns: a.columns, weights: weights)
      return (loss.value, [loss.gradientA, loss.gradientB])
    }
  }

  /// A loss that is computed in double precision, with its gradients, at once.
  private func rowLoss(
    _ primitive: Primitive, _ inputs: [Variable<Scalar>], _ rows: Int, _ weights: [Double]?,
    _ evaluate: ([[Double]], [Double]) -> (Double, [[Double]])
  ) -> Variable<Scalar> {
    precondition(inputs.allSatisfy { $0.rows == rows }, "one target for each row")
    precondition(weights.map { $0.count == rows } ?? true, "one weight for each row")
    let counted = weights ?? Array(repeating: 1, count: rows)
    let (value, gradients) = evaluate(inputs.map(\.doubles), counted)
    let result = output(rows: 1, columns: 1, of: inputs)
    result.storage.assign([Scalar(value)])
    record(primitive, result) { [self] in
      let factor = Double(upstream(result).elements(1)[0])
      for (input, gradient) in zip(inputs, gradients) {
        guard let target = gradientTarget(input) else { continue }
        unsafe kernels.fromDouble(
          level, input.count, gradient.map { $0 * factor }, target.accumulates ? 1 : 0,
          target.storage.pointer)
      }
    }
    return result
  }
}

extension Variable {
  /// The values in double precision.
  var doubles: [Double] {
    var result = Array(repeating: 0.0, count: count)
    unsafe Scalar.kernels.toDouble(
      KernelLevel.portable.code, count, storage.pointer, &result)
    return result
  }
}
