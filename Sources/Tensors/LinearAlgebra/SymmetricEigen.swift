private import Foundation

/// Eigenvalues and eigenvectors of a symmetric matrix: `A = Vᵀ diag(values) V` with V by rows.
///
/// Householder tridiagonalisation, then implicit QL with Wilkinson's shift (Golub & Van Loan,
/// *Matrix Computations*, 8.3).
package struct SymmetricEigen: Sendable {
  /// Ascending.
  package private(set) var values: [Double]
  /// Row i is the eigenvector of `values[i]`, of unit length.
  package private(set) var vectors: Matrix

  /// - Precondition: the matrix is square and finite; only its lower triangle is read.
  /// - Complexity: O(n³).
  package init(of matrix: Matrix) {
    self.init(of: matrix, includingVectors: true)
    let n = matrix.rows
    let order = (0..<n).sorted { (values[$0], $0) < (values[$1], $1) }
    let (oldValues, oldVectors) = (values, vectors)
    for (place, index) in order.enumerated() {
      values[place] = oldValues[index]
      for j in 0..<n { vectors[place, j] = oldVectors[index, j] }
    }
  }

  /// The eigenvalues alone, ascending: some four times as fast.
  package static func values(of matrix: Matrix) -> [Double] {
    SymmetricEigen(of: matrix, includingVectors: false).values.sorted()
  }

  /// Not in order yet; without vectors, their matrix is empty.
  private init(of matrix: Matrix, includingVectors: Bool) {
    precondition(matrix.rows == matrix.columns, "a square matrix")
    let n = matrix.rows
    values = Array(repeating: 0, count: n)
    vectors = includingVectors ? .identity(n) : Matrix(rows: 0, columns: 0)
    guard n > 0 else { return }
    var offDiagonal = tridiagonalise(matrix)
    iterate(&offDiagonal)
  }

  /// Reflections from both sides until only the diagonal (`values`) and the returned
  /// sub-diagonal are left; `vectors` becomes the transformation, by rows.
  private mutating func tridiagonalise(_ matrix: Matrix) -> [Double] {
    let n = matrix.rows
    var a = matrix
    for i in 0..<n { for j in 0..<i { a[j, i] = a[i, j] } }
    var off = Array(repeating: 0.0, count: n)
    var v = Array(repeating: 0.0, count: n)
    var p = Array(repeating: 0.0, count: n)
    for k in 0..<max(0, n - 2) {
      var norm = 0.0
      for i in k + 1..<n { norm += a[i, k] * a[i, k] }
      norm = norm.squareRoot()
      off[k] = a[k + 1, k]
      guard norm > 0 else { continue }
      let alpha = a[k + 1, k] > 0 ? -norm : norm
      off[k] = alpha
      for i in k + 1..<n { v[i] = a[i, k] }
      v[k + 1] -= alpha
      var length = 0.0
      for i in k + 1..<n { length += v[i] * v[i] }
      guard length > 0 else { continue }
      let beta = 2 / length
      // A ← H A H with H = I − β v vᵀ, on the trailing block.
      var dot = 0.0
      for i in k + 1..<n {
        var sum = 0.0
        let row = i * n
        for j in k + 1..<n { sum += a.elements[row + j] * v[j] }
        p[i] = beta * sum
        dot += p[i] * v[i]
      }
      let half = beta * dot / 2
      for i in k + 1..<n { p[i] -= half * v[i] }
      for i in k + 1..<n {
        let (vi, pi, row) = (v[i], p[i], i * n)
        for j in k + 1..<n { a.elements[row + j] -= vi * p[j] + pi * v[j] }
      }
      guard vectors.rows > 0 else { continue }
      // V ← H V, by rows of V.
      for j in 0..<n { p[j] = 0 }
      for i in k + 1..<n {
        let factor = beta * v[i]
        for j in 0..<n { p[j] += factor * vectors[i, j] }
      }
      for i in k + 1..<n {
        let factor = v[i]
        for j in 0..<n { vectors[i, j] -= factor * p[j] }
      }
    }
    if n > 1 { off[n - 2] = a[n - 1, n - 2] }
    for i in 0..<n { values[i] = a[i, i] }
    return off
  }

  /// Implicit QL sweeps until every sub-diagonal element is negligible.
  private mutating func iterate(_ off: inout [Double]) {
    let n = values.count
    for low in 0..<n {
      // Convergence is cubic; the bound only stops a matrix that is not finite.
      for _ in 0..<60 {
        var high = low
        while high < n - 1 {
          let scale = abs(values[high]) + abs(values[high + 1])
          if abs(off[high]) <= scale * .ulpOfOne { break }
          high += 1
        }
        if high == low { break }
        sweep(low, high, &off)
      }
    }
  }

  /// One sweep of rotations over the unreduced block `low ... high`.
  private mutating func sweep(_ low: Int, _ high: Int, _ off: inout [Double]) {
    let slope = (values[low + 1] - values[low]) / (2 * off[low])
    let root = (slope * slope + 1).squareRoot()
    var g = values[high] - values[low] + off[low] / (slope + (slope < 0 ? -root : root))
    var (sine, cosine, shift) = (1.0, 1.0, 0.0)
    for i in stride(from: high - 1, through: low, by: -1) {
      let f = sine * off[i]
      let b = cosine * off[i]
      let length = (f * f + g * g).squareRoot()
      off[i + 1] = length
      if length == 0 {
        values[i + 1] -= shift
        off[high] = 0
        return
      }
      sine = f / length
      cosine = g / length
      g = values[i + 1] - shift
      let r = (values[i] - g) * sine + 2 * cosine * b
      shift = sine * r
      values[i + 1] = g + shift
      g = cosine * r - b
      rotate(i, cosine, sine)
    }
    values[low] -= shift
    off[low] = g
    off[high] = 0
  }

  /// Rows i and i + 1 of the vectors ← rotated.
  private mutating func rotate(_ i: Int, _ cosine: Double, _ sine: Double) {
    let n = vectors.columns
    let (first, second) = (i * n, (i + 1) * n)
    for j in 0..<n {
      let upper = vectors.elements[second + j]
      let lower = vectors.elements[first + j]
      vectors.elements[second + j] = sine * lower + cosine * upper
      vectors.elements[first + j] = cosine * lower - sine * upper
    }
  }
}
