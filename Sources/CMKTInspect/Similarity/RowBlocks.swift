import CMKTFormat
import Tensors

/// Work over many rows in blocks of fixed size: sums have one order for any number of threads.
enum RowBlocks {
  /// Rows of one block: some 64 columns of them stay in the second cache.
  private static let size = 1000

  /// `body` of each block of `rowCount` rows, in order.
  static func map<Element: Sendable>(
    _ rowCount: Int, threads: Int, _ body: @Sendable (Range<Int>) -> Element
  ) -> [Element] {
    let count = (rowCount + size - 1) / size
    return parallelMap(count, threads: threads) { block in
      body((block * size)..<min(rowCount, (block + 1) * size))
    }
  }
}

extension Matrix {
  /// The mean of each column; zeros where there are no rows.
  func columnMeans(threads: Int) -> [Double] {
    let sums = RowBlocks.map(rows, threads: threads) { block in
      var sums = Array(repeating: 0.0, count: columns)
      for row in block {
        let start = row * columns
        for column in sums.indices { sums[column] += elements[start + column] }
      }
      return sums
    }
    var total = Array(repeating: 0.0, count: columns)
    for sum in sums { for column in total.indices { total[column] += sum[column] } }
    return total.map { $0 / Double(max(1, rows)) }
  }

  /// The rows in `range` less `mean`.
  func block(_ range: Range<Int>, less mean: [Double]) -> Matrix {
    var values = Array(elements[(range.lowerBound * columns)..<(range.upperBound * columns)])
    var start = 0
    for _ in range {
      for column in mean.indices { values[start + column] -= mean[column] }
      start += columns
    }
    return Matrix(rows: range.count, columns: columns, elements: values)
  }

  /// `(self − mean) · directions`, `[n, R]`.
  func projected(on directions: Matrix, less mean: [Double], threads: Int) -> Matrix {
    let blocks = RowBlocks.map(rows, threads: threads) { range in
      block(range, less: mean).times(directions, level: .best).elements
    }
    return Matrix(rows: rows, columns: directions.columns, elements: Array(blocks.joined()))
  }

  /// The squared length of each row.
  var squaredRowLengths: [Double] {
    (0..<rows).map { row in
      elements[(row * columns)..<((row + 1) * columns)].reduce(0) { $0 + $1 * $1 }
    }
  }

  /// Elements of column `column`.
  func column(_ column: Int) -> [Double] { (0..<rows).map { elements[$0 * columns + column] } }

  /// The sum of both, element by element.
  func adding(_ other: Matrix) -> Matrix {
    var sum = elements
    for index in sum.indices { sum[index] += other.elements[index] }
    return Matrix(rows: rows, columns: columns, elements: sum)
  }

  /// Whether no element is infinite or not a number.
  var isFinite: Bool { elements.allSatisfy(\.isFinite) }

  /// The sum of squares of all elements.
  var squaredNorm: Double { elements.reduce(0) { $0 + $1 * $1 } }

  /// The mean of the rows in each of `ranges`; empty ranges are left out.
  func means(of ranges: [Range<Int>]) -> Matrix {
    let filled = ranges.filter { !$0.isEmpty }
    var values: [Double] = []
    values.reserveCapacity(filled.count * columns)
    for range in filled {
      var sums = Array(repeating: 0.0, count: columns)
      for row in range {
        for column in sums.indices { sums[column] += elements[row * columns + column] }
      }
      values += sums.map { $0 / Double(range.count) }
    }
    return Matrix(rows: filled.count, columns: columns, elements: values)
  }
}
