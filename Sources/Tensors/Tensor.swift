/// The two element types of the engine: `Float` trains, `Double` checks gradients through
/// identical code.
package protocol TensorScalar: BinaryFloatingPoint, Sendable, SIMDScalar, Codable {
  /// The C kernels for this element type.
  static var kernels: Kernels<Self> { get }
}

/// A dense array of numbers with a shape, stored row-major.
///
/// A value: copies are independent (copy-on-write). A scalar has shape `[1]`.
package struct Tensor<Scalar: TensorScalar>: Sendable, Equatable {
  /// The extents, outermost first.
  package let shape: [Int]
  /// The elements, row-major; as many as the product of `shape`.
  package var elements: [Scalar]

  /// A tensor of `shape` that holds `elements`.
  ///
  /// - Precondition: `elements.count` is the product of `shape`.
  package init(shape: [Int], elements: [Scalar]) {
    precondition(shape.reduce(1, *) == elements.count, "shape \(shape) needs another count")
    self.shape = shape
    self.elements = elements
  }

  /// The elements of the rows `range` of a matrix.
  ///
  /// - Precondition: there are such rows.
  package func rows(_ range: Range<Int>) -> ArraySlice<Scalar> {
    precondition(shape.count == 2, "rows of a matrix")
    return elements[range.lowerBound * shape[1]..<range.upperBound * shape[1]]
  }

  /// A tensor of `shape` in which every element is `value`.
  package init(repeating value: Scalar, shape: [Int]) {
    self.init(shape: shape, elements: Array(repeating: value, count: shape.reduce(1, *)))
  }
}
