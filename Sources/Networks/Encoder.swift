package import Tensors

/// A recurrent encoder: `[ΣT, D]` to latents `[ΣT, K]`, `z = activation(W h + b)` of each frame.
package final class Encoder<Scalar: TensorScalar>: Network {
  package let recurrent: GRU<Scalar>
  package let latent: Linear<Scalar>
  private let activation: ElementFunction
  private let dropout: Double

  /// Parameters: those of `GRU` below `name`, then `<name>/latent/{weight, bias}`.
  ///
  /// - `name`: `encoder` or `strong_encoder/<modality>`.
  /// - `dropout`: probability when training, before the layers after the first and before the
  ///   latent projection.
  package init(
    name: String, inputSize: Int, hiddenSize: Int, layerCount: Int, isBidirectional: Bool,
    latentSize: Int, activation: ElementFunction, dropout: Double, seed: UInt64
  ) {
    recurrent = GRU(
      name: name, inputSize: inputSize, hiddenSize: hiddenSize, layerCount: layerCount,
      isBidirectional: isBidirectional, dropout: dropout, seed: seed)
    latent = Linear(
      name: name + "/latent", inputSize: recurrent.outputSize, outputSize: latentSize, seed: seed)
    self.activation = activation
    self.dropout = dropout
  }

  package var parameters: [Parameter<Scalar>] { recurrent.parameters + latent.parameters }

  /// `[ΣT, D]` to `[ΣT, K]`.
  package func callAsFunction(
    _ x: Variable<Scalar>, _ batch: RaggedBatch, _ pass: ForwardPass<Scalar>
  ) -> Variable<Scalar> {
    let hidden = pass.dropout(recurrent(x, batch, pass), dropout)
    return pass.tape.activation(latent(hidden, pass), activation)
  }
}
