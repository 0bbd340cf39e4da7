import CMKTFormat
import Networks
import Tensors

extension Encoder {
  /// The encoder that `configuration` describes, with random weights.
  convenience init(name: String, configuration: EncoderConfiguration, seed: UInt64) {
    self.init(
      name: name, kind: configuration.sequenceKind, inputSize: configuration.inputSize,
      hiddenSize: configuration.hiddenSize, layerCount: configuration.layerCount,
      latentSize: configuration.latentSize, activation: configuration.latentActivation.function,
      dropout: configuration.dropout, seed: seed)
  }
}

extension Decoder {
  /// The decoder that `configuration` describes, with random weights.
  convenience init(name: String, configuration: TranslatorConfiguration, seed: UInt64) {
    self.init(
      name: name, kind: configuration.sequenceKind, inputSize: configuration.inputSize,
      hiddenSize: configuration.hiddenSize, layerCount: configuration.layerCount,
      outputSize: configuration.outputSize, seed: seed)
  }
}

extension SequenceConfiguration {
  /// The kind of layers, with what only a transformer has.
  fileprivate var sequenceKind: SequenceKind {
    switch kind {
    case .bigru: .gru(isBidirectional: true)
    case .gru: .gru(isBidirectional: false)
    case .transformer:
      .transformer(
        heads: attentionHeads ?? 1, feedForwardSize: feedForwardSize ?? 4 * hiddenSize,
        span: attentionSpanFrames.flatMap { $0 == 0 ? nil : $0 })
    }
  }
}

extension Activation {
  /// The element function of this activation.
  fileprivate var function: ElementFunction {
    switch self {
    case .identity: .identity
    case .tanh: .tanh
    case .relu: .relu
    }
  }
}
