/// The one table that drives `recipe`, the parsing of recipes, and the record in the model file.
package enum RecipeTable {
  private static let transfer: [Method] = [.cmStew]

  /// All settings, in the order in which people read them.
  package static let settings: [Setting] = model + losses + schedule

  private static let model: [Setting] = [
    Setting(
      .encoderKind, .choice(["bigru", "gru"]), .choice("bigru"),
      "sequence encoder of both modalities: bidirectional or causal GRU",
      source: "Rajan et al. 2021, arXiv 2108.00809: Bi-GRU"),
    Setting(
      .encoderHidden, .integer(1...4096), .integer(32), "width of the encoder, per direction"),
    Setting(.encoderLayers, .integer(1...8), .integer(1), "stacked layers of the encoder"),
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
      "whether the weak head starts at random or as the strong head of step 1", methods: transfer),
    Setting(
      .strongHidden, .integer(0...4096), .integer(0),
      "width of the strong encoder, per direction; 0: as encoder.hidden", methods: transfer),
    Setting(
      .strongLayers, .integer(0...8), .integer(0),
      "layers of the strong encoder; 0: as encoder.layers", methods: transfer),
    Setting(
      .strongDropout, .number(-1...0.95), .number(-1),
      "dropout of the strong encoder; -1: as encoder.dropout", methods: transfer),
    Setting(
      .strongMode, .choice(["frozen", "tuned"]), .choice("frozen"),
      "whether step 2 leaves the strong encoder alone or lets the alignment tune it",
      methods: transfer),
  ]

  private static let losses: [Setting] = [
    Setting(
      .lossRegression, .choice(["ccc", "mse", "l1"]), .choice("ccc"),
      "task loss of continuous targets: 1 - CCC over the batch, squared or absolute error"),
    Setting(
      .lossAlpha, .number(0...1000), .number(1), "weight of the correlation loss",
      methods: transfer),
    Setting(
      .lossBeta, .number(0...1000), .number(0.1), "weight of the translation loss",
      methods: transfer, source: "MCTN, Pham et al. 2019: translation weights 0.1"),
    Setting(
      .alignmentRidge, .number(0...1000), .number(0.001),
      "added to the diagonal of both covariances of the correlation loss", methods: transfer,
      source: "DCCA, Andrew et al. 2013"),
    Setting(
      .alignmentLevel, .choice(["frame", "pooled"]), .choice("frame"),
      "correlate the latents frame by frame, or their means over the sequence", methods: transfer),
    Setting(
      .translationTarget, .choice(["features", "latent"]), .choice("features"),
      "what the translator predicts: strong features (normalised) or the strong latent",
      methods: transfer, source: "Rajan et al. 2021, arXiv 2011.01631: strong features"),
    Setting(
      .translationLoss, .choice(["mse", "l1"]), .choice("mse"),
      "squared or absolute error of the translation", methods: transfer),
    Setting(
      .translatorHidden, .integer(0...4096), .integer(0),
      "width of the translator's decoder, per direction; 0: as encoder.hidden", methods: transfer),
    Setting(
      .translatorLayers, .integer(1...8), .integer(1), "layers of the translator's decoder",
      methods: transfer),
  ]

  private static let schedule: [Setting] = [
    Setting(
      .batchSize, .integer(1...65536), .integer(16), "sequences (or windows) in a batch"),
    Setting(
      .batchOrder, .choice(["shuffled", "bucketed"]), .choice("shuffled"),
      "batches of random windows, or of windows of like length, in random order"),
    Setting(
      .windowFrames, .integer(0...1_000_000), .integer(300),
      "longer sequences train in windows of so many frames, 0 for never; evaluated whole"),
    Setting(
      .windowHop, .integer(0...1_000_000), .integer(0),
      "frames from one window to the next, 0: as window.frames"),
    Setting(
      .learningRate, .number(1e-9...10), .number(0.001), "step size of Adam",
      source: "Rajan et al., published code of a neighbouring paper"),
    Setting(
      .weightDecay, .number(0...10), .number(0.01),
      "decoupled decay of the weight matrices, per unit of learning rate (AdamW)",
      source: "Loshchilov & Hutter 2019"),
    Setting(
      .clipNorm, .number(0...1e9), .number(1), "largest norm of the gradient, 0 for no clipping"),
    Setting(
      .scheduleFactor, .number(0.001...1), .number(0.1),
      "factor of the learning rate after schedule.patience epochs without a better validation loss",
      source: "Rajan et al., published code of a neighbouring paper"),
    Setting(
      .schedulePatience, .integer(0...10000), .integer(10),
      "epochs without a better validation loss before the rate falls, 0 for never"),
    Setting(.epochs, .integer(1...100_000), .integer(100), "most epochs of a step"),
    Setting(
      .patience, .integer(0...100_000), .integer(20),
      "epochs without a better validation loss before a step stops, 0 for never"),
    Setting(
      .validationFraction, .number(0...0.9), .number(0.15),
      "share of the training groups held out where the file has no validation split"),
    Setting(
      .selectionLoss, .choice(["task", "total"]), .choice("task"),
      "validation loss that stops, lowers the rate and selects the epoch: of the task, or all terms"
    ),
    Setting(
      .compareWeak, .flag, .flag(true),
      "also train the weak modality alone, to tell whether the strong one is stronger",
      methods: transfer),
  ]

  /// The setting called `key`.
  package static func setting(_ key: SettingKey) -> Setting {
    guard let found = settings.first(where: { $0.key == key }) else {
      preconditionFailure("\(key) is missing from the table")
    }
    return found
  }
}
