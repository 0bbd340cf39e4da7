package import Tensors

/// A decoder, such as the translator: latents `[ΣT, K]` to features `[ΣT, D]`.
package final class Decoder<Scalar: TensorScalar>: Network {
  package let layers: any SequenceLayers<Scalar>
  package let output: Linear<Scalar>

  /// Parameters: those of `GRU` or `Transformer` below `name`, then `<name>/output/{weight, bias}`.
  ///
  /// - `name`: `translator/<modality>`.
  /// - `dropout`: probability when training, in the layers.
  package init(
    name: String, kind: SequenceKind, inputSize: Int, hiddenSize: Int, layerCount: Int,
    outputSize: Int, dropout: Double = 0, seed: UInt64
  ) {
    layers = kind.layers(
      name: name, inputSize: inputSize, hiddenSize: hiddenSize, layerCount: layerCount,
      dropout: dropout, seed: seed)
    output = Linear(
      name: name + "/output", inputSize: layers.outputSize, outputSize: outputSize, seed: seed)
  }

  package var parameters: [Parameter<Scalar>] { layers.parameters + output.parameters }

  /// `[ΣT, K]` to `[ΣT, D]`.
  package func callAsFunction(
    _ z: Variable<Scalar>, _ batch: RaggedBatch, _ pass: ForwardPass<Scalar>
  ) -> Variable<Scalar> {
    output(layers(z, batch, pass), pass)
  }
}
