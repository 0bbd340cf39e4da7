package import Tensors

/// Sums over the rows of two views: all that measures of whole views need.
///
/// O(n K²) once; every measure after it costs O(K³) whatever n is. Sums run over blocks of fixed
/// size in one order, so they are the same for any number of threads.
package struct ViewMoments: Sendable {
  /// n.
  package let rowCount: Int
  /// `[K1]` and `[K2]`.
  package let firstMean: [Double]
  package let secondMean: [Double]
  /// Of centred columns: `XᵀX` `[K1, K1]`, `YᵀY` `[K2, K2]` and `XᵀY` `[K1, K2]`, not divided.
  package let firstProducts: Matrix
  package let secondProducts: Matrix
  package let crossProducts: Matrix
  /// Σ|x|⁴, Σ|y|⁴ and Σ|x|²|y|² over centred rows.
  let firstLengths: Double
  let secondLengths: Double
  let crossLengths: Double

  /// - Parameters:
  ///   - first: `[n, K1]`; `second` `[n, K2]`.
  /// - Precondition: as many rows on both sides.
  package init(first: Matrix, second: Matrix, threads: Int) {
    precondition(first.rows == second.rows, "as many rows on both sides")
    let firstMean = first.columnMeans(threads: threads)
    let secondMean = second.columnMeans(threads: threads)
    let blocks = RowBlocks.map(first.rows, threads: threads) { range in
      BlockSums(first.block(range, less: firstMean), second.block(range, less: secondMean))
    }
    var sums = BlockSums(
      Matrix(rows: 0, columns: first.columns), Matrix(rows: 0, columns: second.columns))
    for block in blocks { sums.add(block) }
    rowCount = first.rows
    self.firstMean = firstMean
    self.secondMean = secondMean
    firstProducts = sums.products[0]
    secondProducts = sums.products[1]
    crossProducts = sums.products[2]
    (firstLengths, secondLengths, crossLengths) = (
      sums.lengths[0], sums.lengths[1], sums.lengths[2]
    )
  }

  /// Whether no value of either view was infinite or not a number.
  package var isFinite: Bool {
    firstProducts.isFinite && secondProducts.isFinite && crossProducts.isFinite
      && crossLengths.isFinite
  }

  /// Pearson correlation of every column of the first view with every one of the second,
  /// `[K1, K2]`; 0 for columns without variation.
  package var columnCorrelations: Matrix {
    let first = firstProducts.inverseRootDiagonal
    let second = secondProducts.inverseRootDiagonal
    var result = crossProducts
    for row in first.indices {
      for column in second.indices {
        let index = row * second.count + column
        result.elements[index] =
          min(1, max(-1, result.elements[index] * first[row] * second[column]))
      }
    }
    return result
  }
}

extension Matrix {
  /// One over the root of each diagonal element; 0 where the element is rounding of the largest.
  var inverseRootDiagonal: [Double] {
    let diagonal = (0..<rows).map { elements[$0 * columns + $0] }
    let limit = 1e-24 * (diagonal.max() ?? 0)
    return diagonal.map { $0 > limit ? 1 / $0.squareRoot() : 0 }
  }
}

/// The sums of one block of rows.
private struct BlockSums: Sendable {
  var products: [Matrix]
  var lengths: [Double]

  init(_ first: Matrix, _ second: Matrix) {
    let (firstTransposed, secondTransposed) = (first.transposed, second.transposed)
    products = [
      firstTransposed.times(first, level: .best), secondTransposed.times(second, level: .best),
      firstTransposed.times(second, level: .best),
    ]
    lengths = [0, 0, 0]
    for (x, y) in zip(first.squaredRowLengths, second.squaredRowLengths) {
      lengths[0] += x * x
      lengths[1] += y * y
      lengths[2] += x * y
    }
  }

  mutating func add(_ other: BlockSums) {
    for index in products.indices {
      products[index] = products[index].adding(other.products[index])
      lengths[index] += other.lengths[index]
    }
  }
}
