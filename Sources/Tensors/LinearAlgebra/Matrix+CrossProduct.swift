extension Matrix {
  /// Adds `self[rows]ᵀ · other[otherRows]` to `sum`, without copying rows.
  ///
  /// - Parameters:
  ///   - rows: as many as `otherRows`.
  ///   - sum: `[columns, other.columns]`.
  ///   - level: of the kernels; fixes the bytes.
  /// - Complexity: O(rows · columns · other.columns), by the fastest kernels there are.
  package func addCrossProduct(
    of rows: Range<Int>, with other: Matrix, _ otherRows: Range<Int>, to sum: inout Matrix,
    level: KernelLevel = .best
  ) {
    precondition(rows.count == otherRows.count, "as many rows on both sides")
    precondition(
      rows.lowerBound >= 0 && rows.upperBound <= self.rows && otherRows.lowerBound >= 0
        && otherRows.upperBound <= other.rows, "rows of the matrices")
    precondition(sum.rows == columns && sum.columns == other.columns, "a sum of that shape")
    guard !rows.isEmpty, columns > 0, other.columns > 0 else { return }
    let scratch = UnsafeMutablePointer<Double>.allocate(capacity: Compute.scratchCount)
    defer { unsafe scratch.deallocate() }
    let (offset, otherOffset) = (rows.lowerBound * columns, otherRows.lowerBound * other.columns)
    unsafe elements.withUnsafeBufferPointer { left in
      unsafe other.elements.withUnsafeBufferPointer { right in
        guard let a = left.baseAddress, let b = right.baseAddress else { return }
        unsafe Double.kernels.gemm(
          level.code, 1, 0, columns, other.columns, rows.count, a + offset, columns,
          b + otherOffset, other.columns, nil, 1, &sum.elements, other.columns, scratch)
      }
    }
  }
}
