/// `1 − a·b / (|a| |b|)`, a weighted mean over rows, with its gradients; a squared norm below
/// 1e-16 counts as 1e-16.
struct CosineLoss {
  private(set) var value = 0.0
  private(set) var gradientA: [Double]
  private(set) var gradientB: [Double]

  /// - `a`: `[R, columns]`, as `b`.
  /// - `weights`: `[R]`.
  init(a: [Double], b: [Double], columns: Int, weights: [Double]) {
    gradientA = Array(repeating: 0, count: a.count)
    gradientB = Array(repeating: 0, count: b.count)
    let total = weights.reduce(0, +)
    guard total > 0 else { return }
    for (row, weight) in weights.enumerated() where weight > 0 {
      let range = row * columns..<(row + 1) * columns
      var (aa, bb, ab) = (0.0, 0.0, 0.0)
      for i in range {
        aa += a[i] * a[i]
        bb += b[i] * b[i]
        ab += a[i] * b[i]
      }
      (aa, bb) = (max(aa, 1e-16), max(bb, 1e-16))
      let scale = 1 / (aa * bb).squareRoot()
      let share = weight / total
      value += share * (1 - ab * scale)
      for i in range {
        gradientA[i] = -share * scale * (b[i] - ab / aa * a[i])
        gradientB[i] = -share * scale * (a[i] - ab / bb * b[i])
      }
    }
  }
}
