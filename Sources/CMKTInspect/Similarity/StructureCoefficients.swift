package import Tensors

/// Which input features carry each canonical direction: correlations of features with variates.
///
/// Structure coefficients, not weights: weights of correlated features cancel and change sign from
/// sample to sample (Meredith 1964; Thompson 1984). Each is Pearson's over the rows where the
/// feature is finite. O(n D R).
package struct StructureCoefficients: Sendable, Equatable {
  /// `[D, R]`; not a number where a feature or a variate does not vary.
  package let coefficients: Matrix
  /// `[D]`.
  package let names: [String]

  /// One feature of one component.
  package struct Entry: Sendable, Equatable {
    package let name: String
    package let column: Int
    package let coefficient: Double
  }

  /// - Parameters:
  ///   - features: `[n, D]`, of the same rows as `variates` `[n, R]`.
  ///   - names: `[D]`.
  package init(features: Matrix, names: [String], variates: Matrix, threads: Int) {
    precondition(features.rows == variates.rows, "features and variates of the same rows")
    precondition(features.columns == names.count, "a name for each feature")
    self.names = names
    let means = variates.columnMeans(threads: threads)
    let centres = features.finiteMeans(threads: threads)
    let blocks = RowBlocks.map(features.rows, threads: threads) { range in
      FeatureSums(features.block(range, less: centres), variates.block(range, less: means))
    }
    guard var sums = blocks.first else {
      coefficients = Matrix(
        rows: features.columns, columns: variates.columns,
        elements: Array(repeating: .nan, count: features.columns * variates.columns))
      return
    }
    for block in blocks.dropFirst() { sums.add(block) }
    coefficients = sums.correlations
  }

  /// The `count` features of the largest |coefficient| of `component`, largest first.
  package func top(_ count: Int, component: Int) -> [Entry] {
    let column = coefficients.column(component)
    let order = column.indices.filter { column[$0].isFinite }
      .sorted { (-abs(column[$0]), $0) < (-abs(column[$1]), $1) }
    return order.prefix(count).map {
      Entry(name: names[$0], column: $0, coefficient: column[$0])
    }
  }
}

/// Sums of one block of rows, over the rows where each feature is finite.
private struct FeatureSums: Sendable {
  /// All `[D, R]`: Σ f u, Σ u and Σ u² where f is finite.
  var products: Matrix
  var variates: Matrix
  var squares: Matrix
  /// `[D]`: Σ f, Σ f² and how many.
  var features: [Double]
  var featureSquares: [Double]
  var counts: [Double]

  init(_ block: Matrix, _ variateBlock: Matrix) {
    var (values, mask) = (block.elements, Array(repeating: 1.0, count: block.elements.count))
    features = Array(repeating: 0, count: block.columns)
    featureSquares = features
    counts = features
    var hasGaps = false
    for row in 0..<block.rows {
      for column in features.indices {
        let index = row * block.columns + column
        if values[index].isFinite {
          features[column] += values[index]
          featureSquares[column] += values[index] * values[index]
          counts[column] += 1
        } else {
          (values[index], mask[index], hasGaps) = (0, 0, true)
        }
      }
    }
    let transposed = Matrix(rows: block.rows, columns: block.columns, elements: values).transposed
    products = transposed.times(variateBlock, level: .best)
    var squared = variateBlock
    for index in squared.elements.indices { squared.elements[index] *= squared.elements[index] }
    if hasGaps {
      let flags = Matrix(rows: block.rows, columns: block.columns, elements: mask).transposed
      variates = flags.times(variateBlock, level: .best)
      squares = flags.times(squared, level: .best)
    } else {
      variates = Self.repeated(variateBlock, block.columns)
      squares = Self.repeated(squared, block.columns)
    }
  }

  /// The sum of all rows, once for each feature.
  private static func repeated(_ block: Matrix, _ count: Int) -> Matrix {
    var sums = Array(repeating: 0.0, count: block.columns)
    for row in 0..<block.rows {
      for column in sums.indices { sums[column] += block.elements[row * block.columns + column] }
    }
    return Matrix(
      rows: count, columns: block.columns,
      elements: Array(repeatElement(sums, count: count).joined()))
  }

  mutating func add(_ other: FeatureSums) {
    products = products.adding(other.products)
    variates = variates.adding(other.variates)
    squares = squares.adding(other.squares)
    for column in features.indices {
      features[column] += other.features[column]
      featureSquares[column] += other.featureSquares[column]
      counts[column] += other.counts[column]
    }
  }

  var correlations: Matrix {
    var result = products
    for feature in features.indices {
      let count = counts[feature]
      let variance = featureSquares[feature] - features[feature] * features[feature] / count
      // Features are centred: what a constant one leaves is rounding, equal in all rows.
      let varies = count > 2 && variance > 1e-6 * featureSquares[feature]
      for component in 0..<products.columns {
        let index = feature * products.columns + component
        let sum = variates.elements[index]
        let square = squares.elements[index]
        let own = square - sum * sum / count
        let both = products.elements[index] - features[feature] * sum / count
        result.elements[index] =
          varies && own > 1e-9 * square
          ? min(1, max(-1, both / (variance * own).squareRoot())) : .nan
      }
    }
    return result
  }
}

extension Matrix {
  /// The mean of each column's finite values; 0 where there is none.
  fileprivate func finiteMeans(threads: Int) -> [Double] {
    let parts = RowBlocks.map(rows, threads: threads) { block -> [[Double]] in
      var (sums, counts) = (
        Array(repeating: 0.0, count: columns), Array(repeating: 0.0, count: columns)
      )
      for row in block {
        for column in sums.indices {
          let value = elements[row * columns + column]
          guard value.isFinite else { continue }
          sums[column] += value
          counts[column] += 1
        }
      }
      return [sums, counts]
    }
    return (0..<columns).map { column in
      let sum = parts.reduce(0) { $0 + $1[0][column] }
      let count = parts.reduce(0) { $0 + $1[1][column] }
      return count > 0 ? sum / count : 0
    }
  }
}
