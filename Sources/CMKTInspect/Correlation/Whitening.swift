import Tensors

/// The map that makes a side's columns uncorrelated and of length 1: `W (S + r diag S) Wᵀ = I`.
///
/// The ridge r is relative to each column's own variance, so units do not matter.
struct Whitening: Sendable {
  /// W, `[K, K]`; zeros for columns without variation.
  let matrix: Matrix
  /// The ridge that was used: the given one, or more where the columns depend on each other.
  let ridge: Double

  /// - Parameter scatter: `S`, `[K, K]`, symmetric.
  init(scatter: Matrix, ridge: Double) {
    let order = scatter.rows
    let largest = (0..<order).map { scatter[$0, $0] }.max() ?? 0
    // What is left of a constant column after centring is rounding.
    let scales = (0..<order).map { index in
      scatter[index, index] > 1e-24 * largest ? 1 / scatter[index, index].squareRoot() : 0
    }
    var correlation = Matrix.identity(order)
    for row in 0..<order {
      for column in 0..<row where scales[row] > 0 && scales[column] > 0 {
        correlation[row, column] = scatter[row, column] * scales[row] * scales[column]
        correlation[column, row] = correlation[row, column]
      }
    }
    let (inverse, used) = correlation.inverseFactor(ridge: ridge)
    var result = inverse
    for row in 0..<order {
      for column in 0..<order { result[row, column] *= scales[column] }
    }
    matrix = result
    self.ridge = used
  }
}

extension Matrix {
  /// The inverse Cholesky factor with `ridge` on the diagonal, or with the least power of ten
  /// that makes a correlation matrix positive definite beyond rounding.
  fileprivate func inverseFactor(ridge: Double) -> (inverse: Matrix, ridge: Double) {
    var added = ridge
    var least = 1e-12
    while true {
      var regularised = self
      for index in 0..<rows { regularised[index, index] += added }
      if let factor = try? Cholesky(of: regularised, what: "correlation matrix"),
        factor.lower.hasSoundPivots
      {
        return (factor.inverseLower, added)
      }
      // Only values that are not finite get here.
      guard least < 10 else { return (Matrix(rows: rows, columns: columns), added) }
      added = max(added, least)
      least *= 10
    }
  }

  /// Whether the pivots of a factor stand clear of rounding.
  private var hasSoundPivots: Bool {
    let pivots = (0..<rows).map { self[$0, $0] }
    guard let largest = pivots.max(), let smallest = pivots.min() else { return true }
    return smallest > 1e-7 * largest
  }
}
