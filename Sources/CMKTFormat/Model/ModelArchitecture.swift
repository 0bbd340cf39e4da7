/// What a model expects of one modality: the contract between features files and models.
package struct ModalityContract: Codable, Sendable, Equatable {
  package var name: String
  /// `Level` in its file spelling.
  package var level: String
  /// `[D]`, in column order.
  package var featureNames: [String]
  package var hopSeconds: Double?
  package var extractor: String
  package var units: String
  /// `recording`: each recording is scaled by its own statistics; nil: all by the model's.
  package var normalisation: String?

  package init(
    name: String, level: String, featureNames: [String], hopSeconds: Double?, extractor: String,
    units: String, normalisation: String? = nil
  ) {
    self.name = name
    self.level = level
    self.featureNames = featureNames
    self.hopSeconds = hopSeconds
    self.extractor = extractor
    self.units = units
    self.normalisation = normalisation
  }
}

/// The kinds of sequence encoder.
package enum EncoderKind: String, Codable, CaseIterable, Sendable {
  /// Stacked bidirectional GRU.
  case bigru
  /// Stacked causal GRU.
  case gru
  /// Stacked self-attention and dense layers, normalised before each part.
  case transformer
}

/// A non-linearity that is applied to each element.
package enum Activation: String, Codable, CaseIterable, Sendable {
  case identity, tanh, relu
}

/// What a transformer has beside its width and depth.
package struct AttentionConfiguration: Sendable, Equatable {
  /// Heads; they divide `H`.
  package var heads: Int
  /// Width `F` of the ReLU layer within each layer.
  package var feedForwardSize: Int
  /// How many frames away a frame sees; 0 for all.
  package var spanFrames: Int

  package init(heads: Int, feedForwardSize: Int, spanFrames: Int) {
    self.heads = heads
    self.feedForwardSize = feedForwardSize
    self.spanFrames = spanFrames
  }
}

/// The layers over time of an encoder or a translator, which state them alike.
package protocol SequenceConfiguration {
  var kind: EncoderKind { get }
  var inputSize: Int { get }
  var hiddenSize: Int { get }
  var layerCount: Int { get }
  var attentionHeads: Int? { get }
  var feedForwardSize: Int? { get }
  var attentionSpanFrames: Int? { get }
}

extension SequenceConfiguration {
  /// The three sizes of a transformer; nil where one is absent.
  package var attention: AttentionConfiguration? {
    guard let attentionHeads, let feedForwardSize, let attentionSpanFrames else { return nil }
    return AttentionConfiguration(
      heads: attentionHeads, feedForwardSize: feedForwardSize, spanFrames: attentionSpanFrames)
  }

  /// The width of the layers' output.
  package var outputWidth: Int { kind == .bigru ? 2 * hiddenSize : hiddenSize }

  /// What contradicts the kind, in words; nil where nothing does.
  package var attentionInconsistency: String? {
    guard kind == .transformer else {
      let isAbsent = attentionHeads == nil && feedForwardSize == nil && attentionSpanFrames == nil
      return isAbsent ? nil : "expected no attention with kind \(kind.rawValue), found some"
    }
    guard let attention else {
      return "expected attentionHeads, feedForwardSize and attentionSpanFrames, found not all"
    }
    let sizes = 1...65536
    guard sizes.contains(attention.heads), sizes.contains(attention.feedForwardSize),
      attention.spanFrames >= 0
    else { return "expected heads and feedForwardSize from 1 to 65536 and a span of 0 or more" }
    guard hiddenSize % attention.heads == 0 else {
      return "expected heads that divide hiddenSize \(hiddenSize), found \(attention.heads)"
    }
    return nil
  }
}

/// An encoder: `[T, D]` to latent `[T, K]`.
package struct EncoderConfiguration: SequenceConfiguration, Codable, Sendable, Equatable {
  package var kind: EncoderKind
  /// `D`.
  package var inputSize: Int
  /// `H`: of a GRU per direction, of a transformer the width of its layers.
  package var hiddenSize: Int
  package var layerCount: Int
  /// Of a transformer, nil for others: heads of the attention; they divide `H`.
  package var attentionHeads: Int?
  /// Of a transformer, nil for others: width `F` of the ReLU layer within each layer.
  package var feedForwardSize: Int?
  /// Of a transformer, nil for others: how many frames away a frame sees; 0 for all.
  package var attentionSpanFrames: Int?
  /// `K`; the latent is `activation(W h + b)`.
  package var latentSize: Int
  package var latentActivation: Activation
  /// Probability of dropping, during training, before the layers after the first and before the
  /// latent projection.
  package var dropout: Double

  package init(
    kind: EncoderKind, inputSize: Int, hiddenSize: Int, layerCount: Int,
    attention: AttentionConfiguration? = nil, latentSize: Int, latentActivation: Activation,
    dropout: Double
  ) {
    self.kind = kind
    self.inputSize = inputSize
    self.hiddenSize = hiddenSize
    self.layerCount = layerCount
    attentionHeads = attention?.heads
    feedForwardSize = attention?.feedForwardSize
    attentionSpanFrames = attention?.spanFrames
    self.latentSize = latentSize
    self.latentActivation = latentActivation
    self.dropout = dropout
  }
}

/// How the rows of an encoder's level become the rows of a target's.
package enum Pooling: String, Codable, CaseIterable, Sendable {
  /// The target lives on the rows themselves.
  case none
  /// The mean over the rows that are not padding.
  case mean
  /// The target is finer: each of its rows takes the row that holds it.
  case hold
}

/// A head: latent `[T, K]` to the values of one target.
package struct HeadConfiguration: Codable, Sendable, Equatable {
  /// The target's name, kind and level (file spelling).
  package var target: String
  package var kind: TargetKind
  package var level: String
  package var pooling: Pooling
  /// `K`.
  package var inputSize: Int
  /// Width of a ReLU layer before the output; 0 for none.
  package var hiddenSize: Int
  /// Regression and multi-label: `C`; binary: 1 (a logit); classes: the number of classes.
  package var outputSize: Int
  /// y(t) describes x(t − delay).
  package var delaySeconds: Double
  package var classNames: [String]

  package init(
    target: String, kind: TargetKind, level: String, pooling: Pooling, inputSize: Int,
    hiddenSize: Int, outputSize: Int, delaySeconds: Double, classNames: [String]
  ) {
    self.target = target
    self.kind = kind
    self.level = level
    self.pooling = pooling
    self.inputSize = inputSize
    self.hiddenSize = hiddenSize
    self.outputSize = outputSize
    self.delaySeconds = delaySeconds
    self.classNames = classNames
  }
}

/// A decoder: a translator from the weak latent `[T, K]` to the strong features (or latent)
/// `[T, D]`, or an auto-encoder's from the strong latent back to the strong features.
package struct TranslatorConfiguration: SequenceConfiguration, Codable, Sendable, Equatable {
  package var kind: EncoderKind
  package var inputSize: Int
  package var hiddenSize: Int
  package var layerCount: Int
  /// As of an encoder.
  package var attentionHeads: Int?
  package var feedForwardSize: Int?
  package var attentionSpanFrames: Int?
  package var outputSize: Int

  package init(
    kind: EncoderKind, inputSize: Int, hiddenSize: Int, layerCount: Int,
    attention: AttentionConfiguration? = nil, outputSize: Int
  ) {
    self.kind = kind
    self.inputSize = inputSize
    self.hiddenSize = hiddenSize
    self.layerCount = layerCount
    attentionHeads = attention?.heads
    feedForwardSize = attention?.feedForwardSize
    attentionSpanFrames = attention?.spanFrames
    self.outputSize = outputSize
  }
}

/// One strong modality's part of a model; all of it serves training only.
package struct StrongBranch: Codable, Sendable, Equatable {
  package var modality: ModalityContract
  package var encoder: EncoderConfiguration
  /// The heads that trained the strong encoder (CM-StEW, step 1); empty otherwise.
  package var heads: [HeadConfiguration]
  package var translator: TranslatorConfiguration?
  /// The decoder that made the strong encoder an auto-encoder (SEW).
  package var autoencoder: TranslatorConfiguration?

  package init(
    modality: ModalityContract, encoder: EncoderConfiguration, heads: [HeadConfiguration],
    translator: TranslatorConfiguration?, autoencoder: TranslatorConfiguration? = nil
  ) {
    self.modality = modality
    self.encoder = encoder
    self.heads = heads
    self.translator = translator
    self.autoencoder = autoencoder
  }
}

/// The typed configuration of a model: with the weights, all that is needed to rebuild it.
///
/// Stored as JSON in `/architecture`. Weight names follow from it; see `WeightName`.
package struct ModelArchitecture: Codable, Sendable, Equatable {
  /// Raised when the meaning of a weight changes.
  package var version = 1
  /// The name of the method, such as `unimodal` or `cm-stew`.
  package var method: String
  package var weak: ModalityContract
  package var encoder: EncoderConfiguration
  package var heads: [HeadConfiguration]
  package var strong: [StrongBranch]

  package init(
    method: String, weak: ModalityContract, encoder: EncoderConfiguration,
    heads: [HeadConfiguration], strong: [StrongBranch]
  ) {
    self.method = method
    self.weak = weak
    self.encoder = encoder
    self.heads = heads
    self.strong = strong
  }
}
