import Tensors

/// Which part of the variation is correlated.
package enum Part: String, CaseIterable, Sendable {
  /// All of it, differences between recordings included.
  case total
  /// Around each recording's own mean.
  case within
  /// Of the recordings' means, each counted once.
  case between
}

/// Sums over the rows of one recording on one side; they add up.
struct SideMoments: Sendable {
  private(set) var count: Double
  /// `[K]`.
  private(set) var sum: [Double]
  /// `Σ x xᵀ`, `[K, K]`.
  private(set) var gram: Matrix

  /// Zeros.
  init(width: Int) {
    count = 0
    sum = Array(repeating: 0, count: width)
    gram = Matrix(rows: width, columns: width)
  }

  init(of rows: Range<Int>, in view: Matrix) {
    self.init(width: view.columns)
    count = Double(rows.count)
    for row in rows {
      for column in 0..<view.columns { sum[column] += view[row, column] }
    }
    view.addCrossProduct(of: rows, with: view, rows, to: &gram)
  }

  var mean: [Double] { count > 0 ? sum.map { $0 / count } : sum }

  /// What is left of them in `part` of the variation.
  func part(_ part: Part) -> SideMoments {
    var result = self
    switch part {
    case .total: break
    case .within:
      result.gram.addOuter(sum, mean, times: -1)
      result.sum = Array(repeating: 0, count: sum.count)
    case .between:
      result = SideMoments(width: sum.count)
      result.count = 1
      result.sum = mean
      result.gram.addOuter(mean, mean, times: 1)
    }
    return result
  }

  /// The same sums of rows less `origin`.
  func around(_ origin: [Double]) -> SideMoments {
    var result = self
    for index in sum.indices { result.sum[index] -= count * origin[index] }
    result.gram.addOuter(sum, origin, times: -1)
    result.gram.addOuter(origin, result.sum, times: -1)
    return result
  }

  /// Adds `weight` times `other`.
  mutating func add(_ other: SideMoments, times weight: Double = 1) {
    count += weight * other.count
    for index in sum.indices { sum[index] += weight * other.sum[index] }
    gram.add(other.gram, times: weight)
  }

  /// `Σ (x − mean)(x − mean)ᵀ`.
  var scatter: Matrix {
    var result = gram
    if count > 0 { result.addOuter(sum, mean, times: -1) }
    return result
  }
}

extension Matrix {
  /// Adds `factor · a bᵀ`.
  mutating func addOuter(_ a: [Double], _ b: [Double], times factor: Double) {
    for row in 0..<rows {
      let scaled = factor * a[row]
      guard scaled != 0 else { continue }
      let start = row * columns
      for column in 0..<columns { elements[start + column] += scaled * b[column] }
    }
  }

  /// Adds `factor · other`.
  mutating func add(_ other: Matrix, times factor: Double = 1) {
    for index in elements.indices { elements[index] += factor * other.elements[index] }
  }

  /// The rows and columns from `start` on.
  func trailing(_ start: Int) -> Matrix {
    var result: [Double] = []
    result.reserveCapacity((rows - start) * (columns - start))
    for row in start..<rows {
      result += elements[(row * columns + start)..<((row + 1) * columns)]
    }
    return Matrix(rows: rows - start, columns: columns - start, elements: result)
  }
}
