/// The lower triangular L with `L Lᵀ = A`, for symmetric positive definite A.
package struct Cholesky: Sendable {
  package let lower: Matrix

  /// - Throws: `TensorsFailure.notPositiveDefinite` with `what` as the matrix's name.
  /// - Complexity: O(n³ / 3).
  package init(of matrix: Matrix, what: String) throws(TensorsFailure) {
    precondition(matrix.rows == matrix.columns, "a square matrix")
    let n = matrix.rows
    var l = Matrix(rows: n, columns: n)
    for i in 0..<n {
      for j in 0...i {
        var sum = matrix[i, j]
        for k in 0..<j { sum -= l[i, k] * l[j, k] }
        if i == j {
          guard sum > 0, sum.isFinite else { throw .notPositiveDefinite(what: what) }
          l[i, i] = sum.squareRoot()
        } else {
          l[i, j] = sum / l[j, j]
        }
      }
    }
    lower = l
  }

  /// L⁻¹, lower triangular.
  package var inverseLower: Matrix {
    let n = lower.rows
    var inverse = Matrix(rows: n, columns: n)
    for i in 0..<n {
      let pivot = 1 / lower[i, i]
      inverse[i, i] = pivot
      for k in 0..<i {
        let factor = lower[i, k] * pivot
        for j in 0...k { inverse[i, j] -= factor * inverse[k, j] }
      }
    }
    return inverse
  }
}
