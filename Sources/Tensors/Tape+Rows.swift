extension Tape {
  /// Each row normalised: `gain · (x − mean) / √(variance + ε) + bias`, population variance.
  ///
  /// - `x`: `[R, D]`.
  /// - `gain`: `[D]`, as `bias`.
  package func layerNorm(
    _ x: Variable<Scalar>, gain: Variable<Scalar>, bias: Variable<Scalar>, epsilon: Double = 1e-5
  ) -> Variable<Scalar> {
    precondition(gain.count == x.columns && bias.count == x.columns, "one gain for each column")
    let result = output(rows: x.rows, columns: x.columns, of: [x, gain, bias])
    let normalised = borrow(x.count)
    let inverse = borrow(x.rows)
    compute.split(x.rows, cost: x.count * 4) { rows, _ in
      let start = rows.lowerBound * x.columns
      unsafe kernels.layerNorm(
        level, rows.count, x.columns, Scalar(epsilon), x.storage.pointer + start,
        gain.storage.pointer, bias.storage.pointer, normalised.pointer + start,
        inverse.pointer + rows.lowerBound, result.storage.pointer + start)
    }
    record(.layerNorm, result) { [self] in
      let dy = upstream(result)
      if let dgain = gradientSum(gain) {
        compute.split(x.columns, multiple: 64, cost: x.count) { columns, _ in
          let start = columns.lowerBound
          unsafe kernels.columnProductSum(
            level, x.rows, columns.count, dy.pointer + start, normalised.pointer + start,
            x.columns, dgain.pointer + start)
        }
      }
      if let dbias = gradientSum(bias) {
        unsafe addColumnSums(dy.pointer, x.rows, x.columns, dbias)
      }
      if let dx = gradientTarget(x) {
        compute.split(x.rows, cost: x.count * 4) { rows, _ in
          let start = rows.lowerBound * x.columns
          unsafe kernels.layerNormBackward(
            level, rows.count, x.columns, normalised.pointer + start,
            inverse.pointer + rows.lowerBound, gain.storage.pointer, dy.pointer + start,
            dx.accumulates ? 1 : 0, dx.storage.pointer + start)
        }
      }
      giveBack(normalised)
      giveBack(inverse)
    }
    if !result.needsGradient {
      giveBack(normalised)
      giveBack(inverse)
    }
    return result
  }

  /// Adds the sums of the columns of x, `[rows, columns]`, on all threads.
  func addColumnSums(
    _ x: UnsafePointer<Scalar>, _ rows: Int, _ columns: Int, _ sums: Storage<Scalar>
  ) {
    compute.split(columns, multiple: 64, cost: rows * columns) { range, _ in
      unsafe kernels.columnSum(
        level, rows, range.count, x + range.lowerBound, columns, sums.pointer + range.lowerBound)
    }
  }

  /// The rows `indices` of x, in that order; rows may repeat.
  package func gatherRows(_ x: Variable<Scalar>, _ indices: [Int]) -> Variable<Scalar> {
    precondition(indices.allSatisfy { (0..<x.rows).contains($0) }, "no such row")
    let rows = indices.map { Int32($0) }
    let result = output(rows: rows.count, columns: x.columns, of: [x])
    unsafe kernels.gatherRows(
      level, rows.count, x.columns, rows, x.storage.pointer, result.storage.pointer)
    record(.gatherRows, result) { [self] in
      guard let dx = gradientSum(x) else { return }
      unsafe kernels.scatterRows(
        level, rows.count, x.columns, rows, upstream(result).pointer, dx.pointer)
    }
    return result
  }

  /// The weighted mean of the rows of each range: `[R, D]` to `[ranges, D]`.
  ///
  /// - `ranges`: rows of x, such as `RaggedBatch.ranges` for one mean a sequence.
  /// - `weights`: `[R]`; 0 masks a row, nil counts all. A range without weight gives zeros.
  package func meanPool(
    _ x: Variable<Scalar>, ranges: [Range<Int>], weights: [Double]? = nil
  ) -> Variable<Scalar> {
    precondition(weights.map { $0.count == x.rows } ?? true, "one weight for each row")
    // Each range has weights of its own, so that ranges may overlap.
    var rows: [Int32] = []
    var shares: [Scalar] = []
    var begin: [Int32] = []
    var end: [Int32] = []
    for range in ranges {
      precondition(range.lowerBound >= 0 && range.upperBound <= x.rows, "no such row")
      let total = range.reduce(0.0) { $0 + (weights?[$1] ?? 1) }
      begin.append(Int32(rows.count))
      for row in range {
        rows.append(Int32(row))
        shares.append(total > 0 ? Scalar((weights?[row] ?? 1) / total) : 0)
      }
      end.append(Int32(rows.count))
    }
    let isWhole = rows.count == x.rows && rows.indices.allSatisfy { rows[$0] == Int32($0) }
    let source = isWhole ? x : gatherRows(x, rows.map { Int($0) })
    return poolRows(source, begin: begin, end: end, shares: shares)
  }

  private func poolRows(
    _ x: Variable<Scalar>, begin: [Int32], end: [Int32], shares: [Scalar]
  ) -> Variable<Scalar> {
    let result = output(rows: begin.count, columns: x.columns, of: [x])
    unsafe kernels.poolRows(
      level, begin.count, x.columns, begin, end, shares, x.storage.pointer, result.storage.pointer)
    record(.poolRows, result) { [self] in
      guard let dx = gradientSum(x) else { return }
      unsafe kernels.poolRowsBackward(
        level, begin.count, x.columns, begin, end, shares, upstream(result).pointer, dx.pointer)
    }
    return result
  }
}
