package import Tensors

/// How a gradient changes a parameter.
package enum UpdateRule: Sendable, Equatable {
  /// Kingma & Ba 2015.
  case adam(beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8)
  /// Adam with decoupled weight decay, Loshchilov & Hutter 2019.
  case adamW(beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8)
  /// Gradient descent with heavy-ball momentum, Polyak 1964; 0 for none.
  case descent(momentum: Double = 0)

  /// The names of the running means that it keeps for each parameter.
  var momentNames: [String] {
    switch self {
    case .adam, .adamW: ["first_moment", "second_moment"]
    case .descent: ["momentum"]
    }
  }
}

/// Changes parameters against their gradients, clipped to a global norm.
package final class Optimiser<Scalar: TensorScalar> {
  package let parameters: [Parameter<Scalar>]
  package let rule: UpdateRule
  package var learningRate: Double
  /// Of matrices, never of biases and gains.
  ///
  /// Decoupled by `adamW`, which subtracts
  /// `learningRate · weightDecay · w`; the others add `weightDecay · w` to the gradient.
  package let weightDecay: Double
  /// Updates made so far.
  package private(set) var stepCount = 0
  private let states: [UpdateState<Scalar>]

  package init(
    _ parameters: [Parameter<Scalar>], rule: UpdateRule = .adamW(), learningRate: Double,
    weightDecay: Double = 0
  ) {
    self.parameters = parameters
    self.rule = rule
    self.learningRate = learningRate
    self.weightDecay = weightDecay
    states = parameters.map { UpdateState($0, hasSecondMoment: rule.momentNames.count == 2) }
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
      for (parameter, state) in active {
        let decay = parameter.shape.count == 2 ? weightDecay : 0
        update(state, decay: decay, gradientFactor: factor, level: level)
      }
    }
    for parameter in parameters { parameter.clearGradient() }
    return norm
  }

  private func update(
    _ state: UpdateState<Scalar>, decay: Double, gradientFactor: Double, level: KernelLevel
  ) {
    switch rule {
    case .adam(let beta1, let beta2, let epsilon):
      state.adam(
        step: stepCount, rate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon,
        decay: 0, penalty: decay, gradientFactor: gradientFactor, level: level)
    case .adamW(let beta1, let beta2, let epsilon):
      state.adam(
        step: stepCount, rate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon,
        decay: decay, penalty: 0, gradientFactor: gradientFactor, level: level)
    case .descent(let momentum):
      state.descend(
        rate: learningRate, momentum: momentum, penalty: decay, gradientFactor: gradientFactor,
        level: level)
    }
  }

  /// The running means, which a checkpoint keeps beside the weights and `stepCount`:
  /// `<parameter>/<moment>` in the parameter's shape.
  package var moments: [(name: String, tensor: Tensor<Scalar>)] {
    zip(parameters, states).flatMap { parameter, state in
      zip(rule.momentNames, state.moments).map { (parameter.name + "/" + $0, $1) }
    }
  }

  /// Takes up where `stepCount` updates had led.
  ///
  /// - Throws: `NetworksFailure` where a tensor is missing or has another shape; nothing changes
  ///   then.
  package func restore(
    moments: [(name: String, tensor: Tensor<Scalar>)], stepCount: Int
  ) throws(NetworksFailure) {
    let byName = Dictionary(moments.map { ($0.name, $0.tensor) }) { first, _ in first }
    var restored: [[Tensor<Scalar>]] = []
    for parameter in parameters {
      var tensors: [Tensor<Scalar>] = []
      for moment in rule.momentNames {
        let name = parameter.name + "/" + moment
        guard let tensor = byName[name] else { throw .missingWeight(name) }
        guard tensor.shape == parameter.shape else {
          throw .wrongShape(name, expected: parameter.shape, found: tensor.shape)
        }
        tensors.append(tensor)
      }
      restored.append(tensors)
    }
    for (state, tensors) in zip(states, restored) { state.moments = tensors }
    self.stepCount = stepCount
  }
}
