/// A function that is applied to each element.
package enum ElementFunction: String, Codable, CaseIterable, Sendable {
  case identity, tanh, relu, sigmoid
}

/// Which elements dropout keeps, and what it multiplies them by.
struct DropoutMask<Scalar: TensorScalar> {
  /// Elements whose hash is below are dropped.
  let threshold: UInt32
  let factor: Scalar

  /// - Precondition: `probability` is below 1.
  init(probability: Double) {
    precondition((0..<1).contains(probability), "a probability below 1")
    threshold = UInt32(min(probability * 0x1p32, 0x1p32 - 1))
    factor = Scalar(1 / (1 - probability))
  }
}

extension Tape {
  /// `a + b`, of equal shapes.
  package func add(_ a: Variable<Scalar>, _ b: Variable<Scalar>) -> Variable<Scalar> {
    precondition(a.rows == b.rows && a.columns == b.columns, "terms of different shapes")
    let result = output(rows: a.rows, columns: a.columns, of: [a, b])
    let (x, y, z) = (a.storage, b.storage, result.storage)
    compute.split(a.count, multiple: 64, cost: a.count) { range, _ in
      let start = range.lowerBound
      unsafe kernels.add(
        level, range.count, x.pointer + start, y.pointer + start, z.pointer + start)
    }
    record(.add, result) { [self] in
      addGradient(a, factor: 1, of: upstream(result))
      passGradient(of: result, to: b)
    }
    return result
  }

  /// `x + dropout(f)`, as `dropout` and `add` after each other.
  ///
  /// - `probability`: of dropping an element of f; 0 for none.
  package func addDropped(
    _ x: Variable<Scalar>, _ f: Variable<Scalar>, probability: Double, key: UInt64
  ) -> Variable<Scalar> {
    precondition(x.rows == f.rows && x.columns == f.columns, "terms of different shapes")
    let mask = DropoutMask<Scalar>(probability: probability)
    let result = output(rows: x.rows, columns: x.columns, of: [x, f])
    compute.split(x.count, multiple: 64, cost: x.count * 8) { range, _ in
      let start = range.lowerBound
      unsafe kernels.addDropout(
        level, range.count, key, UInt32(truncatingIfNeeded: start), mask.threshold, mask.factor,
        x.storage.pointer + start, f.storage.pointer + start, result.storage.pointer + start)
    }
    record(.addDropped, result) { [self] in
      if let df = gradientTarget(f) {
        let dy = upstream(result)
        compute.split(x.count, multiple: 64, cost: x.count * 8) { range, _ in
          let start = range.lowerBound
          unsafe kernels.dropout(
            level, range.count, key, UInt32(truncatingIfNeeded: start), mask.threshold,
            mask.factor, dy.pointer + start, df.accumulates ? 1 : 0, df.storage.pointer + start)
        }
      }
      passGradient(of: result, to: x)
    }
    return result
  }

  /// `factor · x`.
  package func scale(_ x: Variable<Scalar>, by factor: Double) -> Variable<Scalar> {
    let result = output(rows: x.rows, columns: x.columns, of: [x])
    unsafe kernels.scale(
      level, x.count, Scalar(factor), x.storage.pointer, 0, result.storage.pointer)
    record(.scale, result) { [self] in addGradient(x, factor: factor, of: upstream(result)) }
    return result
  }

  /// `Σ weightᵢ termᵢ`, such as the weighted sum of losses.
  ///
  /// - Precondition: at least one term.
  package func sum(_ terms: [(weight: Double, term: Variable<Scalar>)]) -> Variable<Scalar> {
    let scaled = terms.map { $0.weight == 1 ? $0.term : scale($0.term, by: $0.weight) }
    precondition(!scaled.isEmpty, "a sum of nothing")
    return scaled.dropFirst().reduce(scaled[0]) { add($0, $1) }
  }

  /// The columns of all inputs side by side: `[R, ΣD]`.
  package func concatenate(_ inputs: [Variable<Scalar>]) -> Variable<Scalar> {
    let rows = inputs.first?.rows ?? 0
    precondition(inputs.allSatisfy { $0.rows == rows }, "inputs of different numbers of rows")
    let columns = inputs.reduce(0) { $0 + $1.columns }
    let result = output(rows: rows, columns: columns, of: inputs)
    var first = 0
    for input in inputs {
      unsafe kernels.copyColumns(
        level, rows, input.columns, input.storage.pointer, input.columns, 0,
        result.storage.pointer + first, columns)
      first += input.columns
    }
    record(.concatenate, result) { [self] in
      let dy = upstream(result)
      var first = 0
      for input in inputs {
        if let dx = gradientTarget(input) {
          unsafe kernels.copyColumns(
            level, rows, input.columns, dy.pointer + first, columns, dx.accumulates ? 1 : 0,
            dx.storage.pointer, input.columns)
        }
        first += input.columns
      }
    }
    return result
  }

  /// `function(x)`, element by element.
  package func activation(
    _ x: Variable<Scalar>, _ function: ElementFunction
  ) -> Variable<Scalar> {
    let kernel: @Sendable (Int32, Int, UnsafePointer<Scalar>, UnsafeMutablePointer<Scalar>) -> Void
    let slope:
      @Sendable (
        Int32, Int, UnsafePointer<Scalar>, UnsafePointer<Scalar>, Int32,
        UnsafeMutablePointer<Scalar>
      ) -> Void
    switch function {
    case .identity: return x
    case .tanh: unsafe (kernel, slope) = (kernels.tanh, kernels.tanhBackward)
    case .relu: unsafe (kernel, slope) = (kernels.relu, kernels.reluBackward)
    case .sigmoid: unsafe (kernel, slope) = (kernels.sigmoid, kernels.sigmoidBackward)
    }
    let result = output(rows: x.rows, columns: x.columns, of: [x])
    compute.split(x.count, multiple: 64, cost: x.count * 8) { range, _ in
      unsafe kernel(
        level, range.count, x.storage.pointer + range.lowerBound,
        result.storage.pointer + range.lowerBound)
    }
    record(.activation, result) { [self] in
      guard let dx = gradientTarget(x) else { return }
      let dy = upstream(result)
      compute.split(x.count, multiple: 64, cost: x.count * 2) { range, _ in
        let start = range.lowerBound
        unsafe slope(
          level, range.count, result.storage.pointer + start, dy.pointer + start,
          dx.accumulates ? 1 : 0, dx.storage.pointer + start)
      }
    }
    return result
  }

  /// Each element dropped with `probability`, else divided by 1 − probability.
  ///
  /// The mask is a pure function of the key (see `RandomStream.key`) and the element's index.
  package func dropout(
    _ x: Variable<Scalar>, probability: Double, key: UInt64
  ) -> Variable<Scalar> {
    if probability == 0 { return x }
    let result = output(rows: x.rows, columns: x.columns, of: [x])
    let mask = DropoutMask<Scalar>(probability: probability)
    let apply: (Storage<Scalar>, Bool, Storage<Scalar>) -> Void = { [self] from, adds, to in
      compute.split(x.count, multiple: 64, cost: x.count * 8) { range, _ in
        unsafe kernels.dropout(
          level, range.count, key, UInt32(truncatingIfNeeded: range.lowerBound), mask.threshold,
          mask.factor,
          from.pointer + range.lowerBound, adds ? 1 : 0, to.pointer + range.lowerBound)
      }
    }
    apply(x.storage, false, result.storage)
    record(.dropout, result) { [self] in
      guard let dx = gradientTarget(x) else { return }
      apply(upstream(result), dx.accumulates, dx.storage)
    }
    return result
  }

  /// Adds `factor · gradient` to the gradient of `input`, if it wants one.
  func addGradient(_ input: Variable<Scalar>, factor: Double, of gradient: Storage<Scalar>) {
    guard let target = gradientTarget(input) else { return }
    compute.split(input.count, multiple: 64, cost: input.count) { range, _ in
      let start = range.lowerBound
      unsafe kernels.scale(
        level, range.count, Scalar(factor), gradient.pointer + start, target.accumulates ? 1 : 0,
        target.storage.pointer + start)
    }
  }

  /// Adds the gradient of `output` to that of `input`, of the same shape; it may hand over the
  /// buffer, so that `output` has no gradient any more.
  private func passGradient(of output: Variable<Scalar>, to input: Variable<Scalar>) {
    if input.needsGradient, input.gradientStorage == nil {
      input.gradientStorage = output.gradientStorage
      output.gradientStorage = nil
    } else {
      addGradient(input, factor: 1, of: upstream(output))
    }
  }
}
