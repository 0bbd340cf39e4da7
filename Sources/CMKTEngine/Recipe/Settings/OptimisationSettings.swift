extension RecipeTable {
  /// How the weights are found.
  static let optimisation: [Setting] = [
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
  ]
}
