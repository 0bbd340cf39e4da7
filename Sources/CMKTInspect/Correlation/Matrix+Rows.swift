import Tensors

extension Matrix {
  /// The rows at `indices`, in that order.
  func rows(at indices: [Int]) -> Matrix {
    var result: [Double] = []
    result.reserveCapacity(indices.count * columns)
    for index in indices { result += elements[(index * columns)..<((index + 1) * columns)] }
    return Matrix(rows: indices.count, columns: columns, elements: result)
  }

  /// All rows less the mean of those in `ranges`.
  func centred(around ranges: [Range<Int>]) -> Matrix {
    var mean = Array(repeating: 0.0, count: columns)
    var count = 0.0
    for row in ranges.joined() {
      count += 1
      for column in 0..<columns { mean[column] += self[row, column] }
    }
    for column in 0..<columns { mean[column] /= max(1, count) }
    var result = self
    for row in 0..<rows {
      for column in 0..<columns { result.elements[row * columns + column] -= mean[column] }
    }
    return result
  }

  /// The product of each column with the same column of `other`.
  func columnProducts(_ other: Matrix) -> [Double] {
    var sums = Array(repeating: 0.0, count: columns)
    for row in 0..<rows {
      for column in 0..<columns { sums[column] += self[row, column] * other[row, column] }
    }
    return sums
  }

  /// The matrix product: with the fastest kernels there are, where that pays for setting them up.
  func times(_ other: Matrix) -> Matrix {
    guard rows * columns * other.columns < 1 << 12 else { return times(other, level: .best) }
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
