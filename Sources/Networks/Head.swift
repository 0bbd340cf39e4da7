package import Tensors

/// From latents to the raw outputs of one target: logits, or values for regression.
///
/// Rows are frames, or sequences after `Tape.meanPool`.
package final class Head<Scalar: TensorScalar>: Network {
  package let hidden: Linear<Scalar>?
  package let output: Linear<Scalar>
  private let dropout: Double

  /// Parameters: `<name>/hidden/{weight, bias}` if `hiddenSize` is positive (a ReLU layer), then
  /// `<name>/output/{weight, bias}`.
  ///
  /// - `name`: `head/<target>` or `strong_head/<modality>/<target>`.
  /// - `dropout`: probability when training, after the hidden layer.
  package init(
    name: String, inputSize: Int, hiddenSize: Int, outputSize: Int, dropout: Double = 0,
    seed: UInt64
  ) {
    hidden =
      hiddenSize > 0
      ? Linear(name: name + "/hidden", inputSize: inputSize, outputSize: hiddenSize, seed: seed)
      : nil
    output = Linear(
      name: name + "/output", inputSize: hiddenSize > 0 ? hiddenSize : inputSize,
      outputSize: outputSize, seed: seed)
    self.dropout = dropout
  }

  package var parameters: [Parameter<Scalar>] { (hidden?.parameters ?? []) + output.parameters }

  /// `[R, K]` to `[R, C]`.
  package func callAsFunction(
    _ z: Variable<Scalar>, _ pass: ForwardPass<Scalar>
  ) -> Variable<Scalar> {
    guard let hidden else { return output(z, pass) }
    return output(
      pass.denseReLU(z, hidden.weight, hidden.bias, dropping: dropout), pass)
  }
}
