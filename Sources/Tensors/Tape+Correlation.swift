extension Tape {
  /// Correlation loss between two latents of the same rows.
  ///
  /// Source: deep CCA (Andrew et al. 2013). Differs: adds the ridge ε I to each covariance,
  /// divides by K, smooths at singular values of 0 (see `TraceNorm`). In double precision.
  ///
  ///     L = −‖Σ_ww^(−½) Σ_ws Σ_ss^(−½)‖_* / K,   K = min(K_w, K_s)
  ///
  /// - `weak`: `[R, K_w]`, centred inside.
  /// - `strong`: `[R, K_s]`; pass it through `detached` to stop the gradient there.
  /// - `weights`: `[R]`; rows of weight 0 do not count.
  /// - Returns: a scalar in [−1, 0]; lower is better.
  /// - Throws: `TensorsFailure.tooFewRows` unless more rows count than either width;
  ///   `.notPositiveDefinite` where a covariance is singular despite the ridge, or not finite.
  /// - Complexity: O(R·K² + K³).
  package func correlationLoss(
    _ weak: Variable<Scalar>, _ strong: Variable<Scalar>, ridge: Double = 1e-3,
    weights: [Double]? = nil
  ) throws(TensorsFailure) -> Variable<Scalar> {
    precondition(weak.rows == strong.rows, "latents of the same rows")
    precondition(weights.map { $0.count == weak.rows } ?? true, "one weight for each row")
    let pair = try CovariancePair(
      weak: doubles(weak), weakSize: weak.columns, strong: doubles(strong),
      strongSize: strong.columns, rows: weak.rows, weights: weights, ridge: ridge,
      compute: compute)
    let norm = try TraceNorm(of: pair, level: compute.level)
    let size = Double(min(weak.columns, strong.columns))
    let result = output(rows: 1, columns: 1, of: [weak, strong])
    result.storage.assign([Scalar(-norm.value / size)])
    record(.correlation, result) { [self] in
      let factor = -Double(upstream(result).elements(1)[0]) / (size * pair.degrees)
      if weak.needsGradient {
        addCorrelationGradient(
          weak, own: norm.weakGradient, pair.weak, cross: norm.crossGradient.transposed,
          pair.strong, factor, weights)
      }
      if strong.needsGradient {
        addCorrelationGradient(
          strong, own: norm.strongGradient, pair.strong, cross: norm.crossGradient, pair.weak,
          factor, weights)
      }
    }
    return result
  }

  /// gradient += factor · √weights · (X · 2 own + Y · cross), X and Y centred.
  private func addCorrelationGradient(
    _ input: Variable<Scalar>, own: Matrix, _ x: Storage<Double>, cross: Matrix,
    _ y: Storage<Double>, _ factor: Double, _ weights: [Double]?
  ) {
    guard let target = gradientTarget(input) else { return }
    let (rows, columns) = (input.rows, input.columns)
    let sum = doubleBuffers.borrow(rows * columns)
    let terms = [
      (x, columns, own.scaled(by: 2 * factor), false),
      (y, cross.rows, cross.scaled(by: factor), true),
    ]
    for (left, depth, right, accumulates) in terms {
      unsafe right.elements.withUnsafeBufferPointer { matrix in
        guard let base = matrix.baseAddress else { return }
        unsafe compute.run(
          Product(
            rows: rows, columns: columns, depth: depth, a: left.pointer, strideA: depth, b: base,
            strideB: columns, accumulates: accumulates, c: sum.pointer, strideC: columns))
      }
    }
    if let weights {
      let zeros = Array(repeating: 0.0, count: columns)
      unsafe Double.kernels.centreRows(level, rows, columns, zeros, weights, sum.pointer)
    }
    compute.split(input.count, multiple: 64, cost: input.count) { range, _ in
      let start = range.lowerBound
      unsafe kernels.fromDouble(
        level, range.count, sum.pointer + start, target.accumulates ? 1 : 0,
        target.storage.pointer + start)
    }
  }

  /// The values in double precision.
  private func doubles(_ variable: Variable<Scalar>) -> Storage<Double> {
    let result = doubleBuffers.borrow(variable.count)
    compute.split(variable.count, multiple: 64, cost: variable.count) { range, _ in
      let start = range.lowerBound
      unsafe kernels.toDouble(
        level, range.count, variable.storage.pointer + start, result.pointer + start)
    }
    return result
  }
}
