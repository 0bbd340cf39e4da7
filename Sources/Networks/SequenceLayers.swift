package import Tensors

/// Layers over time: what encoders and decoders are made of, before their linear output.
package protocol SequenceLayers<Scalar>: Network {
  /// The width of what comes out.
  var outputSize: Int { get }

  /// `[ΣT, D]`, laid out by `batch`, to `[ΣT, outputSize]`.
  func callAsFunction(
    _ x: Variable<Scalar>, _ batch: RaggedBatch, _ pass: ForwardPass<Scalar>
  ) -> Variable<Scalar>
}

/// The kinds of layers over time.
package enum SequenceKind: Sendable, Equatable {
  case gru(isBidirectional: Bool)
  /// `span`: how many frames away a frame sees; nil: all of its sequence.
  case transformer(heads: Int, feedForwardSize: Int, span: Int?)
}

extension SequenceKind {
  /// Layers of this kind with random weights, named below `name`.
  ///
  /// - `hiddenSize`: of a GRU per direction; the width of a transformer.
  func layers<Scalar: TensorScalar>(
    name: String, inputSize: Int, hiddenSize: Int, layerCount: Int, dropout: Double, seed: UInt64
  ) -> any SequenceLayers<Scalar> {
    switch self {
    case .gru(let isBidirectional):
      GRU(
        name: name, inputSize: inputSize, hiddenSize: hiddenSize, layerCount: layerCount,
        isBidirectional: isBidirectional, dropout: dropout, seed: seed)
    case .transformer(let heads, let feedForwardSize, let span):
      Transformer(
        name: name, inputSize: inputSize, width: hiddenSize, layerCount: layerCount, heads: heads,
        feedForwardSize: feedForwardSize, span: span, dropout: dropout, seed: seed)
    }
  }
}
