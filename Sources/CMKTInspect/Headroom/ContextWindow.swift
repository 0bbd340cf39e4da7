import Tensors

/// Features with what is around them: each row beside the mean and the standard deviation of the
/// rows of its sequence that lie within some seconds of it.
///
/// A linear probe sees one row where a recurrent encoder sees many; so it is no straw man.
struct ContextWindow: Sendable {
  /// To either side, above 0.
  let radiusSeconds: Double

  /// Columns that a row of `width` becomes.
  static func names(_ names: [String]) -> [String] {
    names + names.map { "mean of \($0)" } + names.map { "sd of \($0)" }
  }

  /// `[n, D]` to `[n, 3 D]`.
  ///
  /// - Parameters:
  ///   - seconds: when each row is; rising within a sequence.
  ///   - sequences: the sequence of each row; its rows stand together.
  /// - Complexity: O(n D).
  func expanded(_ values: Matrix, seconds: [Double], sequences: [Int]) -> Matrix {
    let width = values.columns
    var result = Matrix(rows: values.rows, columns: 3 * width)
    var start = 0
    while start < values.rows {
      var end = start + 1
      while end < values.rows, sequences[end] == sequences[start] { end += 1 }
      fill(&result, from: values, rows: start..<end, seconds: seconds)
      start = end
    }
    return result
  }

  private func fill(
    _ result: inout Matrix, from values: Matrix, rows: Range<Int>, seconds: [Double]
  ) {
    let width = values.columns
    var sums = Array(repeating: 0.0, count: width)
    var squares = sums
    var low = rows.lowerBound
    var high = rows.lowerBound
    // Times are multiples of a step with rounding; a hair decides on no row.
    let radius = radiusSeconds * (1 + 1e-9) + 1e-9
    for row in rows {
      while high < rows.upperBound, seconds[high] <= seconds[row] + radius {
        accumulate(values, high, 1, &sums, &squares)
        high += 1
      }
      while seconds[low] < seconds[row] - radius {
        accumulate(values, low, -1, &sums, &squares)
        low += 1
      }
      let count = Double(high - low)
      for column in 0..<width {
        let mean = sums[column] / count
        result[row, column] = values[row, column]
        result[row, width + column] = mean
        result[row, 2 * width + column] = max(0, squares[column] / count - mean * mean).squareRoot()
      }
    }
  }

  private func accumulate(
    _ values: Matrix, _ row: Int, _ sign: Double, _ sums: inout [Double], _ squares: inout [Double]
  ) {
    let base = row * values.columns
    for column in 0..<values.columns {
      let value = values.elements[base + column]
      sums[column] += sign * value
      squares[column] += sign * value * value
    }
  }
}
