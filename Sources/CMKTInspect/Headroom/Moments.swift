import Tensors

/// Sums of products of columns over rows, the first column being 1: all that least squares needs.
struct Moments: Sendable {
  /// `[P + 1, P + 1]`, symmetric: in the corner the count, beside it the sums of the P columns.
  private(set) var products: Matrix

  /// - Parameter products: of rows that begin with 1.
  init(products: Matrix) {
    precondition(products.rows == products.columns && products.rows > 0, "square, with a count")
    self.products = products
  }

  /// The moments of the rows of `block`, `[m, P + 1]`, whose first column is 1.
  init(of block: Matrix) {
    self.init(products: block.transposed.times(block, level: .best))
  }

  /// How many rows there are.
  var count: Double { products[0, 0] }

  /// The sum of column `column`, counted from 1.
  func sum(_ column: Int) -> Double { products[0, column] }

  static func + (first: Moments, second: Moments) -> Moments {
    var result = first
    for index in result.products.elements.indices {
      result.products.elements[index] += second.products.elements[index]
    }
    return result
  }

  /// The sum of `parts`, in their order; nil where there is none.
  static func sum(_ parts: [Moments]) -> Moments? {
    guard let first = parts.first else { return nil }
    return parts.dropFirst().reduce(first, +)
  }

  /// The moments of other columns, each an affine function of those here: `Tᵀ G T`.
  ///
  /// - Parameter map: T, `[P + 1, Q + 1]`; its first column makes the 1.
  func projected(by map: Matrix) -> Moments {
    Moments(
      products: map.transposed.times(
        products.times(map, level: .best), level: .best))
  }

  /// The products of the columns `rows` with the columns `columns`; 0 is the column of ones.
  func block(_ rows: [Int], _ columns: [Int]) -> Matrix {
    var elements: [Double] = []
    elements.reserveCapacity(rows.count * columns.count)
    for row in rows {
      let base = row * products.columns
      for column in columns { elements.append(products.elements[base + column]) }
    }
    return Matrix(rows: rows.count, columns: columns.count, elements: elements)
  }

  /// The moments of the columns `columns` alone, counted from 1.
  func selecting(_ columns: [Int]) -> Moments {
    let all = [0] + columns
    return Moments(products: block(all, all))
  }

  /// The sum of squared errors of each output for predictions by `map`.
  ///
  ///     Σ (y − Wᵀx)² = yᵀy − 2 Σ W∘(Xᵀy) + Σ W∘(XᵀX W)
  ///
  /// - Parameters:
  ///   - map: W, `[inputs + 1, outputs]`; its first row is the intercept.
  func squaredErrors(of map: Matrix, inputs: [Int], outputs: [Int]) -> [Double] {
    let all = [0] + inputs
    let image = block(all, all).times(map, level: .best)
    let cross = block(all, outputs)
    var errors = outputs.map { products[$0, $0] }
    for row in 0..<map.rows {
      for column in 0..<map.columns {
        let weight = map[row, column]
        errors[column] += weight * (image[row, column] - 2 * cross[row, column])
      }
    }
    return errors.map { max(0, $0) }
  }

  /// The sum of squared distances of column `column` from `centre`.
  func squaredDistance(_ column: Int, from centre: Double) -> Double {
    max(0, products[column, column] + centre * (count * centre - 2 * sum(column)))
  }
}
