/// `1 − CCC` over all counted rows, averaged over the columns, with its gradient.
///
/// Lin 1989, with population moments:
///
///     CCC = 2 cov(p, y) / (var p + var y + (mean p − mean y)²)
///
/// 1e-12 is added to the denominator, so that a constant prediction of constant targets is 1.
struct ConcordanceLoss {
  private(set) var value = 0.0
  private(set) var gradient: [Double]

  /// - `prediction`: `[R, columns]`, as `target`.
  /// - `weights`: `[R]`.
  init(prediction: [Double], target: [Double], columns: Int, weights: [Double]) {
    gradient = Array(repeating: 0, count: prediction.count)
    let total = weights.reduce(0, +)
    guard total > 0, columns > 0 else { return }
    for column in 0..<columns {
      add(column, columns, prediction, target, weights, total)
    }
  }

  private mutating func add(
    _ column: Int, _ columns: Int, _ prediction: [Double], _ target: [Double],
    _ weights: [Double], _ total: Double
  ) {
    var (meanP, meanY) = (0.0, 0.0)
    for (row, weight) in weights.enumerated() where weight > 0 {
      meanP += weight * prediction[row * columns + column]
      meanY += weight * target[row * columns + column]
    }
    meanP /= total
    meanY /= total
    var (varianceP, varianceY, covariance) = (0.0, 0.0, 0.0)
    for (row, weight) in weights.enumerated() where weight > 0 {
      let p = prediction[row * columns + column] - meanP
      let y = target[row * columns + column] - meanY
      varianceP += weight * p * p / total
      varianceY += weight * y * y / total
      covariance += weight * p * y / total
    }
    let shift = meanP - meanY
    let denominator = varianceP + varianceY + shift * shift + 1e-12
    let concordance = 2 * covariance / denominator
    let share = 1 / Double(columns)
    value += share * (1 - concordance)
    for (row, weight) in weights.enumerated() where weight > 0 {
      let p = prediction[row * columns + column] - meanP
      let y = target[row * columns + column] - meanY
      let slope = 2 * (y - concordance * (p + shift)) / denominator
      gradient[row * columns + column] = -share * weight / total * slope
    }
  }
}
