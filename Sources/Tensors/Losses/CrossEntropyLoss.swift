private import Foundation

/// Softmax cross-entropy with its gradient.
///
/// A weighted mean, as in PyTorch:
///
///     L = −Σ_r v_r log softmax(x_r)[c_r] / Σ_r v_r,   v_r = weights[r] · classWeights[c_r]
struct CrossEntropyLoss {
  private(set) var value = 0.0
  private(set) var gradient: [Double]

  /// - `logits`: `[R, columns]`.
  /// - `classes`: `[R]`; a negative class counts nothing.
  init(
    logits: [Double], classes: [Int], columns: Int, classWeights: [Double]?, weights: [Double]
  ) {
    gradient = Array(repeating: 0, count: logits.count)
    let shares = classes.indices.map { row in
      classes[row] < 0 ? 0 : weights[row] * (classWeights?[classes[row]] ?? 1)
    }
    let total = shares.reduce(0, +)
    guard total > 0 else { return }
    for (row, share) in shares.enumerated() where share > 0 {
      let first = row * columns
      let x = logits[first..<first + columns]
      let largest = x.max() ?? 0
      let sum = x.reduce(0) { $0 + exp($1 - largest) }
      let weight = share / total
      value += weight * (log(sum) + largest - logits[first + classes[row]])
      for j in 0..<columns {
        let isClass = j == classes[row] ? 1.0 : 0
        gradient[first + j] = weight * (exp(logits[first + j] - largest) / sum - isClass)
      }
    }
  }
}
