package import Tensors

/// Canonical correlation analysis with a ridge.
///
/// Source: Hotelling 1936; the ridge after Vinod 1976, here relative to each column's variance.
///
///     M = W₁ C W₂ᵀ = U diag(ρ) Vᵀ,   W (S + r diag S) Wᵀ = I,   A = W₁ᵀ U,   B = W₂ᵀ V
///
/// S and C are the scatter matrices of the sides and across them. With r = 0 the values are the
/// canonical correlations; a ridge shrinks them. It never fails: where columns depend on each
/// other, the ridge grows until it suffices, and is told of.
package struct CanonicalAnalysis: Sendable {
  /// Columns are directions, `[K1, R]` and `[K2, R]`, R the smaller extent.
  package let firstDirections: Matrix
  package let secondDirections: Matrix
  /// `[R]`, never rising.
  package let correlations: [Double]
  /// The ridges that were used.
  package let ridges: (first: Double, second: Double)

  /// Fits on rows as they are; means are taken off here.
  package init(first: Matrix, second: Matrix, ridge: Double) {
    let rows = 0..<first.rows
    var cross = Matrix(rows: first.columns, columns: second.columns)
    first.addCrossProduct(of: rows, with: second, rows, to: &cross)
    let sides = (SideMoments(of: rows, in: first), SideMoments(of: rows, in: second))
    cross.addOuter(sides.0.sum, sides.1.mean, times: -1)
    self.init(
      Whitening(scatter: sides.0.scatter, ridge: ridge),
      Whitening(scatter: sides.1.scatter, ridge: ridge), cross: cross)
  }

  /// - Parameter cross: the scatter matrix across the sides, `[K1, K2]`.
  init(_ first: Whitening, _ second: Whitening, cross: Matrix) {
    let parts = SingularValues(of: first.matrix.times(cross).timesTransposed(second.matrix))
    correlations = parts.values
    firstDirections = first.matrix.transposed.times(parts.left)
    secondDirections = second.matrix.transposed.times(parts.right)
    ridges = (first.ridge, second.ridge)
  }
}

extension Matrix {
  /// The product with the transpose of `other`.
  func timesTransposed(_ other: Matrix) -> Matrix { times(other.transposed) }

  /// The Gram matrix of the shorter side: `M Mᵀ` or `Mᵀ M`.
  private var smallGram: Matrix {
    rows <= columns ? timesTransposed(self) : transposed.times(self)
  }

  /// All singular values, falling, to about 1e-8 of the largest: enough to count by.
  var roughSingularValues: [Double] {
    SymmetricEigen.values(of: smallGram).reversed().map { max(0, $0).squareRoot() }
  }

  /// Singular vectors by columns, `[m, R]` and `[n, R]`, for directions that need no more than
  /// half the digits; vectors of negligible values are zeros.
  var roughSingularVectors: (left: Matrix, right: Matrix) {
    guard rows >= columns else {
      let (left, right) = transposed.roughSingularVectors
      return (right, left)
    }
    let eigen = SymmetricEigen(of: transposed.times(self))
    let count = columns
    var right = Matrix(rows: count, columns: count)
    for place in 0..<count {
      for row in 0..<count { right[row, place] = eigen.vectors[count - 1 - place, row] }
    }
    var left = times(right)
    let largest = max(0, eigen.values.last ?? 0).squareRoot()
    for place in 0..<count {
      let value = max(0, eigen.values[count - 1 - place]).squareRoot()
      // Squared values carry rounding: what comes of smaller ones has no direction.
      let scale = value > 1e-6 * largest ? 1 / value : 0
      for row in 0..<rows { left[row, place] *= scale }
    }
    return (left, right)
  }
}
