extension Tape {
  /// `x Wᵀ + b`: `[R, I]` to `[R, O]`, with W `[O, I]` and b `[O]`, as in PyTorch.
  ///
  /// - Complexity: O(R·I·O).
  package func linear(
    _ x: Variable<Scalar>, _ weight: Variable<Scalar>, _ bias: Variable<Scalar>?
  ) -> Variable<Scalar> {
    precondition(x.columns == weight.columns, "x has \(x.columns) columns, W \(weight.columns)")
    precondition(bias.map { $0.count == weight.rows } ?? true, "one bias for each output")
    let result = output(
      rows: x.rows, columns: weight.rows, of: [x, weight] + (bias.map { [$0] } ?? []))
    multiply(x, weight, bias, into: result)
    record(.linear, result) { [self] in addGradients(upstream(result), x, weight, bias) }
    return result
  }

  /// `dropout(max(x Wᵀ + b, 0))` with one buffer for all three: `[R, I]` to `[R, O]`.
  ///
  /// The same as `linear`, `activation` and `dropout` after each other.
  ///
  /// - `probability`: of dropping an element; 0 for none.
  /// - `key`: names the mask; see `dropout`.
  package func denseReLU(
    _ x: Variable<Scalar>, _ weight: Variable<Scalar>, _ bias: Variable<Scalar>,
    dropping probability: Double, key: UInt64
  ) -> Variable<Scalar> {
    precondition(x.columns == weight.columns, "x has \(x.columns) columns, W \(weight.columns)")
    precondition(bias.count == weight.rows, "one bias for each output")
    let mask = DropoutMask<Scalar>(probability: probability)
    let result = output(rows: x.rows, columns: weight.rows, of: [x, weight, bias])
    multiply(x, weight, bias, into: result)
    compute.split(result.count, multiple: 64, cost: result.count * 8) { range, _ in
      unsafe kernels.reluDropout(
        level, range.count, key, UInt32(truncatingIfNeeded: range.lowerBound), mask.threshold,
        mask.factor, result.storage.pointer + range.lowerBound)
    }
    record(.denseReLU, result) { [self] in
      // Nobody reads the gradient of the result after this.
      let dy = upstream(result)
      compute.split(result.count, multiple: 64, cost: result.count * 2) { range, _ in
        unsafe kernels.reluDropoutBackward(
          level, range.count, mask.factor, result.storage.pointer + range.lowerBound,
          dy.pointer + range.lowerBound)
      }
      addGradients(dy, x, weight, bias)
    }
    return result
  }

  private func multiply(
    _ x: Variable<Scalar>, _ weight: Variable<Scalar>, _ bias: Variable<Scalar>?,
    into result: Variable<Scalar>
  ) {
    unsafe compute.run(
      Product(
        transposesB: true, rows: x.rows, columns: weight.rows, depth: x.columns,
        a: x.storage.pointer, strideA: x.columns, b: weight.storage.pointer,
        strideB: weight.columns, bias: bias.map { unsafe UnsafePointer($0.storage.pointer) },
        c: result.storage.pointer, strideC: weight.rows))
  }

  /// The gradients of `x Wᵀ + b` from that of its value.
  private func addGradients(
    _ dy: Storage<Scalar>, _ x: Variable<Scalar>, _ weight: Variable<Scalar>,
    _ bias: Variable<Scalar>?
  ) {
    if let dx = gradientTarget(x) {
      unsafe compute.run(
        Product(
          rows: x.rows, columns: x.columns, depth: weight.rows, a: dy.pointer,
          strideA: weight.rows, b: weight.storage.pointer, strideB: weight.columns,
          accumulates: dx.accumulates, c: dx.storage.pointer, strideC: x.columns))
    }
    if let dw = gradientTarget(weight) {
      unsafe compute.run(
        Product(
          transposesA: true, rows: weight.rows, columns: weight.columns, depth: x.rows,
          a: dy.pointer, strideA: weight.rows, b: x.storage.pointer, strideB: x.columns,
          accumulates: dw.accumulates, c: dw.storage.pointer, strideC: weight.columns))
    }
    if let bias, let db = gradientSum(bias) {
      unsafe addColumnSums(dy.pointer, x.rows, weight.rows, db)
    }
  }

  /// `a b`: `[M, K]` by `[K, N]`.
  package func product(_ a: Variable<Scalar>, _ b: Variable<Scalar>) -> Variable<Scalar> {
    precondition(a.columns == b.rows, "the inner extents \(a.columns) and \(b.rows) differ")
    let result = output(rows: a.rows, columns: b.columns, of: [a, b])
    unsafe compute.run(
      Product(
        rows: a.rows, columns: b.columns, depth: a.columns, a: a.storage.pointer,
        strideA: a.columns, b: b.storage.pointer, strideB: b.columns,
        c: result.storage.pointer, strideC: b.columns))
    record(.product, result) { [self] in
      let dy = upstream(result)
      if let da = gradientTarget(a) {
        unsafe compute.run(
          Product(
            transposesB: true, rows: a.rows, columns: a.columns, depth: b.columns,
            a: dy.pointer, strideA: b.columns, b: b.storage.pointer, strideB: b.columns,
            accumulates: da.accumulates, c: da.storage.pointer, strideC: a.columns))
      }
      if let db = gradientTarget(b) {
        unsafe compute.run(
          Product(
            transposesA: true, rows: b.rows, columns: b.columns, depth: a.rows,
            a: a.storage.pointer, strideA: a.columns, b: dy.pointer, strideB: b.columns,
            accumulates: db.accumulates, c: db.storage.pointer, strideC: b.columns))
      }
    }
    return result
  }
}
