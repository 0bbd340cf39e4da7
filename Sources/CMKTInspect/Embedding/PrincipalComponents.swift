import CMKTFormat
package import Tensors

/// Principal components of rows (Pearson 1901; Hotelling 1933), by the covariance's eigenvectors.
///
/// Each direction points where its largest element, by magnitude, is positive, so that signs do
/// not depend on rounding. O(n K² + K³).
package struct PrincipalComponents: Sendable, Equatable {
  /// `[K]`.
  package let mean: [Double]
  /// `[K, count]`: columns are directions of length 1, strongest first.
  package let directions: Matrix
  /// The variance along each, with the divisor n − 1; and its share of all.
  package let variances: [Double]
  package let varianceShares: [Double]

  /// The `count` strongest of `rows` `[n, K]`; nil where values are not finite or too large.
  package init?(of rows: Matrix, count: Int, threads: Int) {
    let means = rows.columnMeans(threads: threads)
    let blocks = RowBlocks.map(rows.rows, threads: threads) { range -> Matrix in
      let block = rows.block(range, less: means)
      return block.transposed.times(block, level: .best)
    }
    var products = Matrix(rows: rows.columns, columns: rows.columns)
    for block in blocks { products = products.adding(block) }
    guard products.isFinite, means.allSatisfy(\.isFinite) else { return nil }
    let covariance = products.scaled(by: 1 / Double(max(1, rows.rows - 1)))
    let eigen = SymmetricEigen(of: covariance)
    // Squares of very large values overflow.
    guard eigen.vectors.isFinite, eigen.values.allSatisfy(\.isFinite) else { return nil }
    let kept = max(0, min(count, rows.columns))
    let total = covariance.trace
    var columns = Matrix(rows: rows.columns, columns: kept)
    for place in 0..<kept {
      let index = rows.columns - 1 - place
      let vector = Array(
        eigen.vectors.elements[(index * rows.columns)..<((index + 1) * rows.columns)])
      let largest = vector.max { abs($0) < abs($1) } ?? 0
      for row in vector.indices {
        columns.elements[row * kept + place] = largest < 0 ? -vector[row] : vector[row]
      }
    }
    mean = means
    directions = columns
    variances = eigen.values.suffix(kept).reversed().map { max(0, $0) }
    varianceShares = variances.map { total > 0 ? $0 / total : 0 }
  }

  /// Coordinates of `rows` along the components, `[n, count]`.
  package func scores(of rows: Matrix, threads: Int) -> Matrix {
    rows.projected(on: directions, less: mean, threads: threads)
  }
}
