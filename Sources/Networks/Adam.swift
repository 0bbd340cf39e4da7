package import Tensors

/// Adam (Kingma & Ba 2015) with decoupled weight decay (Loshchilov & Hutter 2019) and clipping
/// of the gradient's global norm.
package final class Adam<Scalar: TensorScalar> {
  package let parameters: [Parameter<Scalar>]
  package var learningRate: Double
  package let beta1: Double
  package let beta2: Double
  package let epsilon: Double
  /// Each step subtracts `learningRate · weightDecay · w`.
  package let weightDecay: Double
  /// Updates made so far.
  package private(set) var stepCount = 0
  private let states: [AdamState<Scalar>]

  package init(
    _ parameters: [Parameter<Scalar>], learningRate: Double, beta1: Double = 0.9,
    beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0
  ) {
    self.parameters = parameters
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    states = parameters.map { AdamState($0) }
  }

  /// Updates every parameter that is not frozen, then clears all gradients.
  ///
  /// - `maximumNorm`: gradients are scaled down to this global norm; nil: not at all.
  /// - `level`: of the kernels.
  /// - Returns: the norm of the gradient before clipping. Where it is not finite, training has
  ///   diverged: nothing is updated.
  @discardableResult
  package func step(clippingTo maximumNorm: Double? = nil, level: KernelLevel) -> Double {
    let active = zip(parameters, states).filter { !$0.0.isFrozen }
    let norm = active.reduce(0.0) { $0 + $1.0.gradientSquares(level: level) }.squareRoot()
    if norm.isFinite {
      stepCount += 1
      let factor = maximumNorm.map { norm > $0 ? $0 / norm : 1 } ?? 1
      for (_, state) in active {
        state.update(
          step: stepCount, rate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon,
          decay: weightDecay, gradientFactor: factor, level: level)
      }
    }
    for parameter in parameters { parameter.clearGradient() }
    return norm
  }

  /// What a checkpoint keeps beside the weights: `<parameter>/first_moment`, `…/second_moment`
  /// and `step_count [1]`.
  package var state: [(name: String, tensor: Tensor<Scalar>)] {
    let count = Tensor<Scalar>(shape: [1], elements: [Scalar(stepCount)])
    return zip(parameters, states).flatMap { parameter, state in
      let moments = state.moments
      return [
        (parameter.name + "/first_moment", moments.first),
        (parameter.name + "/second_moment", moments.second),
      ]
    } + [("step_count", count)]
  }

  /// Takes up the state of a checkpoint.
  ///
  /// - Throws: `NetworksFailure` where a tensor is missing or has another shape.
  package func restore(
    _ state: [(name: String, tensor: Tensor<Scalar>)]
  ) throws(NetworksFailure) {
    let byName = Dictionary(state.map { ($0.name, $0.tensor) }) { first, _ in first }
    func tensor(_ name: String, _ shape: [Int]) throws(NetworksFailure) -> Tensor<Scalar> {
      guard let tensor = byName[name] else { throw .missingWeight(name) }
      guard tensor.shape == shape else {
        throw .wrongShape(name, expected: shape, found: tensor.shape)
      }
      return tensor
    }
    let count = try tensor("step_count", [1])
    var moments: [(first: Tensor<Scalar>, second: Tensor<Scalar>)] = []
    for parameter in parameters {
      moments.append(
        (
          try tensor(parameter.name + "/first_moment", parameter.shape),
          try tensor(parameter.name + "/second_moment", parameter.shape)
        ))
    }
    for (state, values) in zip(states, moments) { state.moments = values }
    stepCount = Int(exactly: count.elements[0].rounded()) ?? 0
  }
}
