import CMKTFormat

extension RecipeTable {
  private static let ofTransformers = [
    SettingCondition(.encoderKind, "transformer"), SettingCondition(.translatorKind, "transformer"),
  ]

  /// What the networks are.
  static let model: [Setting] = [
    Setting(
      .encoderKind, .choice(EncoderKind.allCases.map(\.rawValue)), .choice("bigru"),
      "sequence encoder of both modalities: bidirectional or causal GRU, or transformer",
      source: "Rajan et al. 2021, arXiv 2108.00809: Bi-GRU, transformer encoder"),
    Setting(
      .encoderHidden, .integer(1...4096), .integer(32),
      "width of the encoder; of a GRU per direction"),
    Setting(.encoderLayers, .integer(1...8), .integer(1), "stacked layers of the encoder"),
    Setting(
      .encoderHeads, .integer(1...64), .integer(4),
      "attention heads of a transformer; they divide its width",
      when: ofTransformers),
    Setting(
      .encoderFeedForward, .integer(0...16384), .integer(0),
      "width of the ReLU layer in each layer of a transformer; 0: four times its width",
      when: ofTransformers),
    Setting(
      .encoderSpan, .integer(0...1_000_000), .integer(0),
      "how many frames away a frame of a transformer sees; 0: all of its sequence",
      when: ofTransformers),
    Setting(
      .encoderLatent, .integer(1...1024), .integer(16),
      "width K of the latent, shared by the weak and the strong encoder"),
    Setting(
      .encoderActivation, .choice(["identity", "tanh", "relu"]), .choice("tanh"),
      "non-linearity of the latent"),
    Setting(
      .encoderDropout, .number(0...0.95), .number(0.3),
      "dropout between the layers and before the latent"),
    Setting(
      .headHidden, .integer(0...4096), .integer(0), "width of a ReLU layer in the head, 0 for none"
    ),
    Setting(
      .headStart, .choice(["scratch", "strong"]), .choice("scratch"),
      "whether the weak head starts at random or as the strong head of step 1",
      methods: Method.teaching),
    Setting(
      .strongHidden, .integer(0...4096), .integer(0),
      "width of the strong encoder, per direction; 0: as encoder.hidden",
      methods: Method.withStrongEncoder),
    Setting(
      .strongLayers, .integer(0...8), .integer(0),
      "layers of the strong encoder; 0: as encoder.layers", methods: Method.withStrongEncoder),
    Setting(
      .strongDropout, .number(-1...0.95), .number(-1),
      "dropout of the strong encoder; -1: as encoder.dropout", methods: Method.withStrongEncoder),
    Setting(
      .translatorKind, .choice(["as-encoder"] + EncoderKind.allCases.map(\.rawValue)),
      .choice("as-encoder"), "layers of the translator's and the auto-encoder's decoder",
      methods: Method.decoding),
    Setting(
      .translatorHidden, .integer(0...4096), .integer(0),
      "width of the translator's and the auto-encoder's decoder, per direction; 0: as encoder.hidden",
      methods: Method.decoding),
    Setting(
      .translatorLayers, .integer(1...8), .integer(1), "layers of those decoders",
      methods: Method.decoding),
  ]
}
