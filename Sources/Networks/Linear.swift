package import Tensors

/// `y = x Wᵀ + b`, W `[O, I]`; starts uniform in ±1/√I, as PyTorch's.
package final class Linear<Scalar: TensorScalar>: Network {
  package let weight: Parameter<Scalar>
  package let bias: Parameter<Scalar>

  /// Parameters: `<name>/weight [O, I]`, `<name>/bias [O]`.
  package init(name: String, inputSize: Int, outputSize: Int, seed: UInt64) {
    precondition(inputSize > 0 && outputSize > 0, "sizes are positive")
    let bound = 1 / Double(inputSize).squareRoot()
    weight = Parameter(
      name: name + "/weight", shape: [outputSize, inputSize], uniformWithin: bound, seed: seed)
    bias = Parameter(name: name + "/bias", shape: [outputSize], uniformWithin: bound, seed: seed)
  }

  package var parameters: [Parameter<Scalar>] { [weight, bias] }

  /// `[R, I]` to `[R, O]`.
  package func callAsFunction(
    _ x: Variable<Scalar>, _ pass: ForwardPass<Scalar>
  ) -> Variable<Scalar> {
    pass.tape.linear(x, pass.tape.parameter(weight), pass.tape.parameter(bias))
  }
}
