package import CMKTFormat

/// A dense layer: `y = activation(x Wᵀ + b)`.
package struct DenseNode: Sendable, Equatable {
  package var name: String
  /// Columns and rows of `W`.
  package var inputSize: Int
  package var outputSize: Int
  /// `[outputSize, inputSize]` row-major.
  package var weight: [Float]
  /// `[outputSize]`.
  package var bias: [Float]
  package var activation: NodeActivation
}

/// The element functions of the weak path; softmax is over the last axis.
package enum NodeActivation: Sendable, Equatable {
  case identity, tanh, relu, sigmoid, softmax
}

/// One direction of a GRU layer in PyTorch's conventions.
///
///     r = σ(W_r x + b_r + U_r h + c_r)      z = σ(W_z x + b_z + U_z h + c_z)
///     n = tanh(W_n x + b_n + r ⊙ (U_n h + c_n))      h' = (1 − z) ⊙ n + z ⊙ h
package struct GRUDirection: Sendable, Equatable {
  /// `[3H, D]` row-major, gates r, z, n.
  package var inputWeight: [Float]
  /// `[3H, H]` row-major.
  package var recurrentWeight: [Float]
  /// `[3H]` each.
  package var inputBias: [Float]
  package var recurrentBias: [Float]
}

/// A GRU layer over time; the outputs of its directions stand side by side.
package struct GRUNode: Sendable, Equatable {
  package var name: String
  package var inputSize: Int
  package var hiddenSize: Int
  /// Forward, or forward and backward; the latter starts at each sequence's own last frame.
  package var directions: [GRUDirection]

  package var outputSize: Int { directions.count * hiddenSize }
}

/// One step of the weak path.
package enum WeakPathNode: Sendable, Equatable {
  /// `(x − mean) / scale`; 0 where a value is missing.
  case normalise(Normalisation)
  case gru(GRUNode)
  case dense(DenseNode)
  /// The mean over the frames of each sequence; 0 for a sequence without frames.
  case meanOverTime
  /// Row t becomes row t − frames; the first row fills the start.
  case delay(frames: Int)
}

/// What the weak path says of one target.
package struct WeakPathHead: Sendable, Equatable {
  package var configuration: HeadConfiguration
  /// From the latent to the prediction.
  package var nodes: [WeakPathNode]

  package var target: String { configuration.target }
  /// Whether there is one prediction for a whole sequence.
  package var isPooled: Bool { configuration.pooling == .mean }
}

/// The deployed part of a model as a small graph: what every exporter writes.
///
/// Features `[B, T, D]` pass through `trunk` to the latent `[B, T, K]`, and from there through
/// each head to `[B, T, C]`, or `[B, C]` where it pools.
package struct WeakPath: Sendable, Equatable {
  package var modality: ModalityContract
  package var encoder: EncoderConfiguration
  package var trunk: [WeakPathNode]
  package var heads: [WeakPathHead]

  /// `D`.
  package var featureCount: Int { modality.featureNames.count }
}
