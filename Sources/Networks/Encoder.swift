package import Tensors

/// An encoder: `[ΣT, D]` to latents `[ΣT, K]`, `z = activation(W h + b)` of each frame.
package final class Encoder<Scalar: TensorScalar>: Network {
  package let layers: any SequenceLayers<Scalar>
  package let latent: Linear<Scalar>
  private let activation: ElementFunction
  private let dropout: Double

  /// Parameters: those of `GRU` or `Transformer` below `name`, then `<name>/latent/{weight, bias}`.
  ///
  /// - `name`: `encoder` or `strong_encoder/<modality>`.
  /// - `dropout`: probability when training, in the layers (see there) and before the latent
  ///   projection.
  package init(
    name: String, kind: SequenceKind, inputSize: Int, hiddenSize: Int, layerCount: Int,
    latentSize: Int, activation: ElementFunction, dropout: Double, seed: UInt64
  ) {
    layers = kind.layers(
      name: name, inputSize: inputSize, hiddenSize: hiddenSize, layerCount: layerCount,
      dropout: dropout, seed: seed)
    latent = Linear(
      name: name + "/latent", inputSize: layers.outputSize, outputSize: latentSize, seed: seed)
    self.activation = activation
    self.dropout = dropout
  }

  package var parameters: [Parameter<Scalar>] { layers.parameters + latent.parameters }

  /// `[ΣT, D]` to `[ΣT, K]`.
  package func callAsFunction(
    _ x: Variable<Scalar>, _ batch: RaggedBatch, _ pass: ForwardPass<Scalar>
  ) -> Variable<Scalar> {
    let hidden = pass.dropout(layers(x, batch, pass), dropout)
    return pass.tape.activation(latent(hidden, pass), activation)
  }
}
