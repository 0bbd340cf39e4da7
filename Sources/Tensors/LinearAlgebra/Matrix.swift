/// A small dense matrix in double precision, row-major, for factorisations.
package struct Matrix: Sendable, Equatable {
  package let rows: Int
  package let columns: Int
  package var elements: [Double]

  package init(rows: Int, columns: Int, elements: [Double]) {
    precondition(elements.count == rows * columns, "\(rows) × \(columns) elements")
    self.rows = rows
    self.columns = columns
    self.elements = elements
  }

  /// Zeros.
  package init(rows: Int, columns: Int) {
    self.init(rows: rows, columns: columns, elements: Array(repeating: 0, count: rows * columns))
  }

  /// The identity of order `order`.
  package static func identity(_ order: Int) -> Matrix {
    var result = Matrix(rows: order, columns: order)
    for i in 0..<order { result[i, i] = 1 }
    return result
  }

  package subscript(row: Int, column: Int) -> Double {
    get { elements[row * columns + column] }
    set { elements[row * columns + column] = newValue }
  }

  package var transposed: Matrix {
    var result = Matrix(rows: columns, columns: rows)
    for i in 0..<rows { for j in 0..<columns { result[j, i] = self[i, j] } }
    return result
  }

  /// The matrix product.
  ///
  /// - `level`: of the kernels; fixes the bytes.
  package func times(_ other: Matrix, level: KernelLevel) -> Matrix {
    precondition(columns == other.rows, "the inner extents \(columns) and \(other.rows) differ")
    var result = Matrix(rows: rows, columns: other.columns)
    let scratch = UnsafeMutablePointer<Double>.allocate(capacity: Compute.scratchCount)
    defer { unsafe scratch.deallocate() }
    unsafe Double.kernels.gemm(
      level.code, 0, 0, rows, other.columns, columns, elements, max(columns, 1), other.elements,
      max(other.columns, 1), nil, 0, &result.elements, max(other.columns, 1), scratch)
    return result
  }

  /// `factor · self`.
  package func scaled(by factor: Double) -> Matrix {
    Matrix(rows: rows, columns: columns, elements: elements.map { $0 * factor })
  }
}
