import CMKTFormat
import Foundation
import Tensors

/// The probabilities by which each row picks each other as its neighbour.
///
/// Source: van der Maaten & Hinton 2008, section 2.
///
///     p(j|i) ∝ exp(−|x_i − x_j|² β_i),   p_ij = (p(j|i) + p(i|j)) / 2n
///
/// with β_i by bisection such that the entropy of p(·|i) is the logarithm of the perplexity.
/// O(n² (D + 50)).
struct NeighbourAffinities: Sendable {
  let count: Int
  /// `[n, n]`, symmetric, summing to 1; 0 on the diagonal.
  let probabilities: [Double]

  /// Of `rows` `[n, D]`.
  ///
  /// - Precondition: `perplexity` is above 1 and below n − 1.
  init(of rows: Matrix, perplexity: Double, threads: Int) {
    let count = rows.rows
    let points = rows.block(0..<count, less: rows.columnMeans(threads: threads))
    let products = points.times(points.transposed, level: .best).elements
    let lengths = points.squaredRowLengths
    let conditional = parallelMap(count, threads: threads) { i in
      let squares = (0..<count).map { j in
        max(0, lengths[i] + lengths[j] - 2 * products[i * count + j])
      }
      return Self.conditional(squares, except: i, entropy: log(perplexity))
    }
    var probabilities = Array(repeating: 0.0, count: count * count)
    for i in 0..<count {
      for j in 0..<count where j != i {
        probabilities[i * count + j] =
          (conditional[i][j] + conditional[j][i]) / Double(2 * count)
      }
    }
    self.count = count
    self.probabilities = probabilities
  }

  /// p(·|own) with the given entropy in nats.
  private static func conditional(
    _ squares: [Double], except own: Int, entropy target: Double
  ) -> [Double] {
    let nearest = squares.indices.reduce(Double.infinity) {
      $1 == own ? $0 : min($0, squares[$1])
    }
    let typical = squares.reduce(0, +) / Double(max(1, squares.count - 1)) - nearest
    guard typical > 0, typical.isFinite else {
      // All others are equally far.
      let share = 1 / Double(max(1, squares.count - 1))
      return squares.indices.map { $0 == own ? 0 : share }
    }
    var (low, high) = (0.0, Double.infinity)
    var precision = 1 / typical
    var result = squares
    for _ in 0..<100 {
      var (sum, weighted) = (0.0, 0.0)
      for index in squares.indices {
        let excess = squares[index] - nearest
        let value = index == own ? 0 : exp(-excess * precision)
        result[index] = value
        sum += value
        weighted += value * excess
      }
      let entropy = log(sum) + precision * weighted / sum
      for index in result.indices { result[index] /= sum }
      if abs(entropy - target) < 1e-6 { break }
      if entropy > target { low = precision } else { high = precision }
      precision = high.isFinite ? (low + high) / 2 : precision * 2
    }
    return result
  }
}
