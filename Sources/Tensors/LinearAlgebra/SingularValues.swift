/// The thin singular value decomposition `A = U diag(values) Vᵀ`, by one-sided Jacobi rotations:
/// accurate for tiny singular values too.
package struct SingularValues: Sendable {
  /// `[min(m, n)]`, descending.
  package let values: [Double]
  /// `[m, min(m, n)]`; columns of singular value 0 are 0.
  package let left: Matrix
  /// `[n, min(m, n)]`.
  package let right: Matrix

  /// - Complexity: O(m n²) a sweep, some ten sweeps.
  package init(of matrix: Matrix) {
    if matrix.rows < matrix.columns {
      let other = SingularValues(of: matrix.transposed)
      (values, left, right) = (other.values, other.right, other.left)
      return
    }
    let (m, n) = (matrix.rows, matrix.columns)
    // Rows of `columns` are the columns of A, made orthogonal to each other.
    var columns = matrix.transposed
    var rotation = Matrix.identity(n)
    for _ in 0..<60 {
      var isDone = true
      for p in 0..<n {
        for q in p + 1..<max(n, p + 1) where Self.orthogonalise(p, q, &columns, &rotation) {
          isDone = false
        }
      }
      if isDone { break }
    }
    let lengths = (0..<n).map { i in
      (0..<m).reduce(0.0) { $0 + columns[i, $1] * columns[i, $1] }.squareRoot()
    }
    let order = (0..<n).sorted { (-lengths[$0], $0) < (-lengths[$1], $1) }
    var left = Matrix(rows: m, columns: n)
    var right = Matrix(rows: n, columns: n)
    for (place, index) in order.enumerated() {
      for i in 0..<m where lengths[index] > 0 {
        left[i, place] = columns[index, i] / lengths[index]
      }
      for i in 0..<n { right[i, place] = rotation[index, i] }
    }
    values = order.map { lengths[$0] }
    self.left = left
    self.right = right
  }

  /// Rotates rows p and q so that they are orthogonal; false if they were.
  private static func orthogonalise(
    _ p: Int, _ q: Int, _ a: inout Matrix, _ v: inout Matrix
  ) -> Bool {
    let m = a.columns
    var (pp, qq, pq) = (0.0, 0.0, 0.0)
    for i in 0..<m {
      let (x, y) = (a.elements[p * m + i], a.elements[q * m + i])
      pp += x * x
      qq += y * y
      pq += x * y
    }
    guard abs(pq) > 1e-15 * (pp * qq).squareRoot(), pq.isFinite else { return false }
    let slope = (qq - pp) / (2 * pq)
    let tangent = (slope < 0 ? -1 : 1) / (abs(slope) + (1 + slope * slope).squareRoot())
    let cosine = 1 / (1 + tangent * tangent).squareRoot()
    let sine = tangent * cosine
    rotate(p, q, cosine, sine, &a)
    rotate(p, q, cosine, sine, &v)
    return true
  }

  private static func rotate(
    _ p: Int, _ q: Int, _ cosine: Double, _ sine: Double, _ a: inout Matrix
  ) {
    let m = a.columns
    for i in 0..<m {
      let (x, y) = (a.elements[p * m + i], a.elements[q * m + i])
      a.elements[p * m + i] = cosine * x - sine * y
      a.elements[q * m + i] = sine * x + cosine * y
    }
  }
}
