private import Foundation

/// One parameter's moments for Adam.
@safe package final class AdamState<Scalar: TensorScalar> {
  private let parameter: Parameter<Scalar>
  private let first: Storage<Scalar>
  private let second: Storage<Scalar>

  package init(_ parameter: Parameter<Scalar>) {
    self.parameter = parameter
    first = Storage(count: parameter.count)
    second = Storage(count: parameter.count)
  }

  /// The running mean of the gradient and of its square; assigning needs the same shape.
  package var moments: (first: Tensor<Scalar>, second: Tensor<Scalar>) {
    get {
      (
        Tensor(shape: parameter.shape, elements: first.elements(parameter.count)),
        Tensor(shape: parameter.shape, elements: second.elements(parameter.count))
      )
    }
    set {
      precondition(newValue.first.shape == parameter.shape, "moments of another shape")
      precondition(newValue.second.shape == parameter.shape, "moments of another shape")
      first.assign(newValue.first.elements)
      second.assign(newValue.second.elements)
    }
  }

  /// Updates the parameter from its gradient; see the kernel `adam` for the equations.
  ///
  /// - `step`: 1 for the first update.
  /// - `gradientFactor`: scales the gradient, as clipping asks.
  package func update(
    step: Int, rate: Double, beta1: Double, beta2: Double, epsilon: Double, decay: Double,
    gradientFactor: Double, level: KernelLevel
  ) {
    unsafe Scalar.kernels.adam(
      level.code, parameter.count, parameter.gradientStorage.pointer, Scalar(gradientFactor),
      Scalar(rate), Scalar(decay), Scalar(beta1), Scalar(beta2),
      Scalar(1 - pow(beta1, Double(step))), Scalar(1 - pow(beta2, Double(step))),
      Scalar(epsilon), parameter.storage.pointer, first.pointer, second.pointer)
  }
}
