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
}

/// A non-linearity that is applied to each element.
package enum Activation: String, Codable, CaseIterable, Sendable {
  case identity, tanh, relu
}

/// An encoder: `[T, D]` to latent `[T, K]`.
package struct EncoderConfiguration: Codable, Sendable, Equatable {
  package var kind: EncoderKind
  /// `D`.
  package var inputSize: Int
  /// `H` per direction.
  package var hiddenSize: Int
  package var layerCount: Int
  /// `K`; the latent is `activation(W h + b)`.
  package var latentSize: Int
  package var latentActivation: Activation
  /// Probability of dropping, during training, before the layers after the first and before the
  /// latent projection.
  package var dropout: Double

  package init(
    kind: EncoderKind, inputSize: Int, hiddenSize: Int, layerCount: Int, latentSize: Int,
    latentActivation: Activation, dropout: Double
  ) {
    self.kind = kind
    self.inputSize = inputSize
    self.hiddenSize = hiddenSize
    self.layerCount = layerCount
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

/// A translator's decoder: weak latent `[T, K]` to the strong features (or latent) `[T, D]`.
package struct TranslatorConfiguration: Codable, Sendable, Equatable {
  package var kind: EncoderKind
  package var inputSize: Int
  package var hiddenSize: Int
  package var layerCount: Int
  package var outputSize: Int

  package init(
    kind: EncoderKind, inputSize: Int, hiddenSize: Int, layerCount: Int, outputSize: Int
  ) {
    self.kind = kind
    self.inputSize = inputSize
    self.hiddenSize = hiddenSize
    self.layerCount = layerCount
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

  package init(
    modality: ModalityContract, encoder: EncoderConfiguration, heads: [HeadConfiguration],
    translator: TranslatorConfiguration?
  ) {
    self.modality = modality
    self.encoder = encoder
    self.heads = heads
    self.translator = translator
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
