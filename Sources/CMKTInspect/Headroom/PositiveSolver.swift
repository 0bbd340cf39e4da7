import Tensors

/// Solves A X = B for a symmetric positive definite A by a Cholesky factor made block by block, so
/// that nearly all work is matrix products.
///
/// Source: Golub & Van Loan, *Matrix Computations*, 4.2.9. For each block of rows
///
///     L₁₁ L₁₁ᵀ = A₁₁,   L₂₁ = A₂₁ L₁₁⁻ᵀ,   A₂₂ ← A₂₂ − L₂₁ L₂₁ᵀ
struct PositiveSolver: Sendable {
  /// One block of columns of the factor.
  private struct Step: Sendable {
    let rows: Range<Int>
    /// L₁₁⁻¹.
    let inverse: Matrix
    /// L₂₁; nil in the last block.
    let below: Matrix?
  }

  private static let blockSize = 64
  private let order: Int
  private var steps: [Step] = []

  /// - Throws: `notPositiveDefinite` where `matrix` is not, as far as rounding lets tell.
  /// - Complexity: O(n³ / 3) for the factor, O(n²) for each column of B.
  init(_ matrix: Matrix) throws(TensorsFailure) {
    order = matrix.rows
    var rest = matrix
    var start = 0
    while start < order {
      let size = min(Self.blockSize, order - start)
      let corner = rest.part(rows: 0..<size, columns: 0..<size)
      let inverse = try Cholesky(of: corner, what: "covariance").inverseLower
      guard size < rest.rows else {
        steps.append(Step(rows: start..<order, inverse: inverse, below: nil))
        break
      }
      let below = rest.part(rows: size..<rest.rows, columns: 0..<size)
        .times(inverse.transposed, level: .best)
      let taken = below.times(below.transposed, level: .best)
      var next = rest.part(rows: size..<rest.rows, columns: size..<rest.rows)
      for index in next.elements.indices { next.elements[index] -= taken.elements[index] }
      steps.append(Step(rows: start..<(start + size), inverse: inverse, below: below))
      rest = next
      start += size
    }
  }

  /// X, of the shape of `right`.
  func solve(_ right: Matrix) -> Matrix {
    precondition(right.rows == order, "a row for each unknown")
    var x = right
    for step in steps {
      let own = step.inverse.times(x.part(rows: step.rows), level: .best)
      x.replace(step.rows, by: own)
      if let below = step.below {
        x.subtract(below.times(own, level: .best), from: step.rows.upperBound..<order)
      }
    }
    for step in steps.reversed() {
      var own = x.part(rows: step.rows)
      if let below = step.below {
        let later = x.part(rows: step.rows.upperBound..<order)
        own.subtract(below.transposed.times(later, level: .best), from: 0..<own.rows)
      }
      x.replace(step.rows, by: step.inverse.transposed.times(own, level: .best))
    }
    return x
  }
}

extension Matrix {
  /// The rows `rows`.
  func part(rows: Range<Int>) -> Matrix {
    Matrix(
      rows: rows.count, columns: columns,
      elements: Array(elements[(rows.lowerBound * columns)..<(rows.upperBound * columns)]))
  }

  /// The columns `columns` of the rows `rows`.
  func part(rows: Range<Int>, columns part: Range<Int>) -> Matrix {
    var elements: [Double] = []
    elements.reserveCapacity(rows.count * part.count)
    for row in rows {
      let base = row * columns
      elements += self.elements[(base + part.lowerBound)..<(base + part.upperBound)]
    }
    return Matrix(rows: rows.count, columns: part.count, elements: elements)
  }

  /// Puts `other` in the place of the rows `rows`.
  fileprivate mutating func replace(_ rows: Range<Int>, by other: Matrix) {
    elements.replaceSubrange(
      (rows.lowerBound * columns)..<(rows.upperBound * columns), with: other.elements)
  }

  /// Takes `other` from the rows `rows`.
  fileprivate mutating func subtract(_ other: Matrix, from rows: Range<Int>) {
    let start = rows.lowerBound * columns
    for index in other.elements.indices { elements[start + index] -= other.elements[index] }
  }
}
