package import Tensors

/// A recurrent decoder, such as the translator: latents `[ΣT, K]` to features `[ΣT, D]`.
package final class Decoder<Scalar: TensorScalar>: Network {
  package let recurrent: GRU<Scalar>
  package let output: Linear<Scalar>

  /// Parameters: those of `GRU` below `name`, then `<name>/output/{weight, bias}`.
  ///
  /// - `name`: `translator/<modality>`.
  /// - `dropout`: probability when training, before the layers after the first.
  package init(
    name: String, inputSize: Int, hiddenSize: Int, layerCount: Int, isBidirectional: Bool,
    outputSize: Int, dropout: Double = 0, seed: UInt64
  ) {
    recurrent = GRU(
      name: name, inputSize: inputSize, hiddenSize: hiddenSize, layerCount: layerCount,
      isBidirectional: isBidirectional, dropout: dropout, seed: seed)
    output = Linear(
      name: name + "/output", inputSize: recurrent.outputSize, outputSize: outputSize, seed: seed)
  }

  package var parameters: [Parameter<Scalar>] { recurrent.parameters + output.parameters }

  /// `[ΣT, K]` to `[ΣT, D]`.
  package func callAsFunction(
    _ z: Variable<Scalar>, _ batch: RaggedBatch, _ pass: ForwardPass<Scalar>
  ) -> Variable<Scalar> {
    output(recurrent(z, batch, pass), pass)
  }
}
