/// A trained matrix or vector with its gradient.
///
/// Its name is its path in the file format.
@safe package final class Parameter<Scalar: TensorScalar> {
  package let name: String
  /// `[rows, columns]` or `[columns]`.
  package let shape: [Int]
  let storage: Storage<Scalar>
  let gradientStorage: Storage<Scalar>
  /// A frozen parameter receives no gradient and no update.
  package var isFrozen = false

  package init(name: String, value: Tensor<Scalar>) {
    precondition(value.shape.count <= 2, "parameters are vectors or matrices")
    self.name = name
    shape = value.shape
    storage = Storage(count: value.elements.count)
    gradientStorage = Storage(count: value.elements.count)
    storage.assign(value.elements)
  }

  package var count: Int { storage.count }

  /// The present value; assigning needs the same shape.
  package var value: Tensor<Scalar> {
    get { Tensor(shape: shape, elements: storage.elements(count)) }
    set {
      precondition(newValue.shape == shape, "\(name) has shape \(shape), not \(newValue.shape)")
      storage.assign(newValue.elements)
    }
  }

  /// The gradient, summed over the calls of `Tape.backward` since `clearGradient`.
  package var gradient: Tensor<Scalar> {
    Tensor(shape: shape, elements: gradientStorage.elements(count))
  }

  package func clearGradient() { gradientStorage.clear(count) }

  /// ‖gradient‖², in Double.
  package func gradientSquares(level: KernelLevel) -> Double {
    var sum = 0.0
    unsafe Scalar.kernels.sumSquares(level.code, count, gradientStorage.pointer, &sum)
    return sum
  }
}
