/// Means and covariances of two views of the same rows, taken up a part at a time in double
/// precision.
///
/// Rows are taken less the means of the first part, s, so that sums of squares stay small (Chan, Golub
/// & LeVeque 1983): with d = x − s over n rows, the mean is s + Σd/n and the covariance
/// `(Σ d dᵀ − Σd Σdᵀ / n) / (n − 1)`. The bytes depend on the parts and on their order.
package struct CovarianceSums: Sendable {
  /// The rows so far, `n`.
  package private(set) var count = 0
  private var weak: View
  private var strong: View
  private var cross: Matrix

  /// One view: its shift, and sums less the shift.
  private struct View: Sendable {
    var shift: [Double]
    var sum: [Double]
    var squares: Matrix

    init(size: Int) {
      shift = Array(repeating: 0, count: size)
      sum = shift
      squares = Matrix(rows: size, columns: size)
    }

    /// Takes the shift from `tensor`, and returns its rows less the shift.
    mutating func shifted(_ tensor: Tensor<Float>, isFirst: Bool) -> Matrix {
      let width = shift.count
      var rows = Matrix(
        rows: tensor.shape[0], columns: width, elements: tensor.elements.map { Double($0) })
      if isFirst {
        for (index, value) in rows.elements.enumerated() { shift[index % width] += value }
        for column in 0..<width { shift[column] /= Double(rows.rows) }
      }
      for row in 0..<rows.rows {
        for column in 0..<width {
          rows.elements[row * width + column] -= shift[column]
          sum[column] += rows.elements[row * width + column]
        }
      }
      return rows
    }

    func mean(of count: Int) -> [Double] {
      zip(shift, sum).map { $0 + $1 / Double(max(1, count)) }
    }
  }

  /// No rows yet, of views of these widths.
  package init(weakSize: Int, strongSize: Int) {
    weak = View(size: weakSize)
    strong = View(size: strongSize)
    cross = Matrix(rows: weakSize, columns: strongSize)
  }

  /// Takes up rows of both views: `[k, K_w]` and `[k, K_s]`.
  package mutating func add(weak: Tensor<Float>, strong: Tensor<Float>, level: KernelLevel) {
    precondition(weak.shape[0] == strong.shape[0], "views of the same rows")
    guard weak.shape[0] > 0 else { return }
    let left = self.weak.shifted(weak, isFirst: count == 0)
    let right = self.strong.shifted(strong, isFirst: count == 0)
    count += left.rows
    let rows = 0..<left.rows
    left.addCrossProduct(of: rows, with: left, rows, to: &self.weak.squares, level: level)
    left.addCrossProduct(of: rows, with: right, rows, to: &cross, level: level)
    right.addCrossProduct(of: rows, with: right, rows, to: &self.strong.squares, level: level)
  }

  package var weakMean: [Double] { weak.mean(of: count) }
  package var strongMean: [Double] { strong.mean(of: count) }

  /// `Σ_ws`, `[K_w, K_s]`.
  package var covariance: Matrix { covariance(cross, weak.sum, strong.sum, ridge: 0) }

  /// `Σ_ww + ε I`.
  package func weakCovariance(ridge: Double) -> Matrix {
    covariance(weak.squares, weak.sum, weak.sum, ridge: ridge)
  }

  /// `Σ_ss + ε I`.
  package func strongCovariance(ridge: Double) -> Matrix {
    covariance(strong.squares, strong.sum, strong.sum, ridge: ridge)
  }

  private func covariance(
    _ products: Matrix, _ left: [Double], _ right: [Double], ridge: Double
  ) -> Matrix {
    var result = products
    for i in 0..<result.rows {
      for j in 0..<result.columns {
        result[i, j] = (products[i, j] - left[i] * right[j] / Double(count)) / Double(count - 1)
      }
    }
    if ridge > 0 { for i in 0..<result.rows { result[i, i] += ridge } }
    return result
  }
}
