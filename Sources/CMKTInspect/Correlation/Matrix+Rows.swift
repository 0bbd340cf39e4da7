import Tensors

extension Matrix {
  /// The rows at `indices`, in that order.
  func rows(at indices: [Int]) -> Matrix {
    var result: [Double] = []
    result.reserveCapacity(indices.count * columns)
    for index in indices { result += elements[(index * columns)..<((index + 1) * columns)] }
    return Matrix(rows: indices.count, columns: columns, elements: result)
  }

  /// The rows in each of `ranges` less their mean.
  func centred(in ranges: [Range<Int>]) -> Matrix {
    var result = self
    for range in ranges {
      let mean = mean(of: range)
      for row in range {
        for column in 0..<columns { result[row, column] -= mean[column] }
      }
    }
    return result
  }

  /// The mean of each column over the rows in `range`; zeros where there is none.
  private func mean(of range: Range<Int>) -> [Double] {
    var mean = Array(repeating: 0.0, count: columns)
    for row in range {
      for column in 0..<columns { mean[column] += self[row, column] }
    }
    return mean.map { $0 / Double(max(1, range.count)) }
  }

  /// Columns of centred rows with length 1; columns without variation become zeros.
  var standardised: Matrix {
    var squares = Array(repeating: 0.0, count: columns)
    for row in 0..<rows {
      for column in 0..<columns { squares[column] += self[row, column] * self[row, column] }
    }
    // What is left of a constant column after centring is rounding.
    let limit = 1e-20 * Double(rows)
    let factors = squares.map { $0 > limit ? 1 / $0.squareRoot() : 0 }
    var result = self
    for row in 0..<rows {
      for column in 0..<columns { result[row, column] *= factors[column] }
    }
    return result
  }

  /// The product of each column with the same column of `other`, whose rows stand in `order`.
  func columnProducts(_ other: Matrix, order: [Int]? = nil) -> [Double] {
    var sums = Array(repeating: 0.0, count: columns)
    for row in 0..<rows {
      let otherRow = order?[row] ?? row
      for column in 0..<columns { sums[column] += self[row, column] * other[otherRow, column] }
    }
    return sums
  }

  /// The matrix product: with the fastest kernels there are, where that pays for setting them up.
  func times(_ other: Matrix) -> Matrix {
    guard rows * columns * other.columns < 1 << 18 else { return times(other, level: .best) }
    var result = Matrix(rows: rows, columns: other.columns)
    for row in 0..<rows {
      for inner in 0..<columns {
        let factor = self[row, inner]
        for column in 0..<other.columns { result[row, column] += factor * other[inner, column] }
      }
    }
    return result
  }
}
