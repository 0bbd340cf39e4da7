package import Tensors

/// Each row normalised, with a gain (1 at first) and a bias (0 at first) a column.
package final class LayerNorm<Scalar: TensorScalar>: Network {
  package let gain: Parameter<Scalar>
  package let bias: Parameter<Scalar>
  private let epsilon: Double

  /// Parameters: `<name>/weight [D]`, `<name>/bias [D]`.
  package init(name: String, size: Int, epsilon: Double = 1e-5) {
    gain = Parameter(name: name + "/weight", value: Tensor(repeating: 1, shape: [size]))
    bias = Parameter(name: name + "/bias", value: Tensor(repeating: 0, shape: [size]))
    self.epsilon = epsilon
  }

  package var parameters: [Parameter<Scalar>] { [gain, bias] }

  /// `[R, D]` to the same shape.
  package func callAsFunction(
    _ x: Variable<Scalar>, _ pass: ForwardPass<Scalar>
  ) -> Variable<Scalar> {
    let tape = pass.tape
    return tape.layerNorm(
      x, gain: tape.parameter(gain), bias: tape.parameter(bias), epsilon: epsilon)
  }
}
