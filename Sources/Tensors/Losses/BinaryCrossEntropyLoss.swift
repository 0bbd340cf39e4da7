private import Foundation

/// Binary cross-entropy of logits with its gradient.
///
/// Averaged over the columns and, weighted, over the rows:
///
///     l = q y softplus(−x) + (1 − y) softplus(x),   q: the positive class's weight
struct BinaryCrossEntropyLoss {
  private(set) var value = 0.0
  private(set) var gradient: [Double]

  /// - `logits`: `[R, columns]`, as `target`, which lies in [0, 1].
  /// - `positiveWeights`: `[columns]`.
  /// - `weights`: `[R]`.
  init(
    logits: [Double], target: [Double], columns: Int, positiveWeights: [Double]?,
    weights: [Double]
  ) {
    gradient = Array(repeating: 0, count: logits.count)
    let total = weights.reduce(0, +) * Double(columns)
    guard total > 0 else { return }
    for (row, weight) in weights.enumerated() where weight > 0 {
      for j in 0..<columns {
        let (x, y) = (logits[row * columns + j], target[row * columns + j])
        let positive = (positiveWeights?[j] ?? 1) * y
        // softplus(−|x|), from which both softplus terms follow without overflow.
        let rest = log1p(exp(-abs(x)))
        value += weight / total * (positive * (max(-x, 0) + rest) + (1 - y) * (max(x, 0) + rest))
        let sigmoid = x >= 0 ? 1 / (1 + exp(-x)) : exp(x) / (1 + exp(x))
        gradient[row * columns + j] =
          weight / total * ((1 - y) * sigmoid - positive * (1 - sigmoid))
      }
    }
  }
}
