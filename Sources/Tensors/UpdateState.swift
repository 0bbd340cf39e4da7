private import Foundation

/// One parameter with the running means that its optimiser keeps.
@safe package final class UpdateState<Scalar: TensorScalar> {
  private let parameter: Parameter<Scalar>
  private let first: Storage<Scalar>
  /// Nil where the optimiser keeps one mean only.
  private let second: Storage<Scalar>?

  package init(_ parameter: Parameter<Scalar>, hasSecondMoment: Bool) {
    self.parameter = parameter
    first = Storage(count: parameter.count)
    second = hasSecondMoment ? Storage(count: parameter.count) : nil
  }

  /// The running means of the gradient and, where kept, of its square, in the parameter's shape.
  ///
  /// - Precondition: what is assigned has as many tensors, of that shape.
  package var moments: [Tensor<Scalar>] {
    get {
      storages.map { Tensor(shape: parameter.shape, elements: $0.elements(parameter.count)) }
    }
    set {
      precondition(newValue.count == storages.count, "another number of moments")
      for (storage, moment) in zip(storages, newValue) {
        precondition(moment.shape == parameter.shape, "moments of another shape")
        storage.assign(moment.elements)
      }
    }
  }

  private var storages: [Storage<Scalar>] { [first] + (second.map { [$0] } ?? []) }

  /// Adds `penalty · w / gradientFactor` to the gradient, which is scaled afterwards.
  private func penalise(_ penalty: Double, gradientFactor: Double, level: KernelLevel) {
    guard penalty > 0 else { return }
    unsafe Scalar.kernels.scale(
      level.code, parameter.count, Scalar(penalty / gradientFactor), parameter.storage.pointer, 1,
      parameter.gradientStorage.pointer)
  }

  /// One step of Adam; see the kernel `adam` for the equations.
  ///
  /// - `step`: 1 for the first update.
  /// - `decay`: decoupled; `penalty`: added to the gradient as `penalty · w`.
  /// - `gradientFactor`: scales the gradient, as clipping asks; above 0.
  package func adam(
    step: Int, rate: Double, beta1: Double, beta2: Double, epsilon: Double, decay: Double,
    penalty: Double, gradientFactor: Double, level: KernelLevel
  ) {
    guard let second else { preconditionFailure("Adam keeps two moments") }
    penalise(penalty, gradientFactor: gradientFactor, level: level)
    unsafe Scalar.kernels.adam(
      level.code, parameter.count, parameter.gradientStorage.pointer, Scalar(gradientFactor),
      Scalar(rate), Scalar(decay), Scalar(beta1), Scalar(beta2),
      Scalar(1 - pow(beta1, Double(step))), Scalar(1 - pow(beta2, Double(step))),
      Scalar(epsilon), parameter.storage.pointer, first.pointer, second.pointer)
  }

  /// One step of gradient descent with heavy-ball momentum.
  ///
  ///     m ← μ m + g + penalty · w     w ← w − rate · m     g = gradientFactor · gradient
  package func descend(
    rate: Double, momentum: Double, penalty: Double, gradientFactor: Double, level: KernelLevel
  ) {
    penalise(penalty, gradientFactor: gradientFactor, level: level)
    let scale = unsafe Scalar.kernels.scale
    let count = parameter.count
    unsafe scale(level.code, count, Scalar(momentum), first.pointer, 0, first.pointer)
    unsafe scale(
      level.code, count, Scalar(gradientFactor), parameter.gradientStorage.pointer, 1,
      first.pointer)
    unsafe scale(level.code, count, Scalar(-rate), first.pointer, 1, parameter.storage.pointer)
  }
}
