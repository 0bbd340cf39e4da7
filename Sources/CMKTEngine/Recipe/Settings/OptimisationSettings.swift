import Networks

extension RecipeTable {
  /// How the weights are found.
  static let optimisation: [Setting] = [
    Setting(
      .optimiserKind, .choice(["adamw", "adam", "sgd"]), .choice("adamw"),
      "Adam with decoupled weight decay, Adam, or gradient descent with momentum",
      source: "Kingma & Ba 2015; Loshchilov & Hutter 2019"),
    Setting(
      .learningRate, .number(1e-9...10), .number(0.001), "largest step size of the optimiser",
      source: "Rajan et al., published code of a neighbouring paper"),
    Setting(
      .momentum, .number(0...0.9999), .number(0.9), "momentum of sgd; beta 1 of Adam",
      source: "Kingma & Ba 2015: 0.9"),
    Setting(
      .secondMoment, .number(0...0.999999), .number(0.999), "beta 2 of Adam",
      when: [SettingCondition(.optimiserKind, "adamw", "adam")],
      source: "Kingma & Ba 2015: 0.999"),
    Setting(
      .weightDecay, .number(0...10), .number(0.01),
      "decay of the weight matrices: decoupled with adamw, else added to the gradient (L2)",
      source: "Loshchilov & Hutter 2019"),
    Setting(
      .clipNorm, .number(0...1e9), .number(1), "largest norm of the gradient, 0 for no clipping"),
    Setting(
      .scheduleKind, .choice(LearningRateSchedule.Kind.allCases.map(\.rawValue)),
      .choice("plateau"),
      "after the warm-up: lowered where validation stalls, half a cosine over all epochs, or constant"
    ),
    Setting(
      .warmUpSteps, .integer(0...1_000_000), .integer(0),
      "batches over which the learning rate rises from 0 in equal parts"),
    Setting(
      .scheduleFactor, .number(0.001...1), .number(0.1),
      "factor of the learning rate after schedule.patience epochs without a better validation loss",
      when: [SettingCondition(.scheduleKind, "plateau")],
      source: "Rajan et al., published code of a neighbouring paper"),
    Setting(
      .schedulePatience, .integer(0...10000), .integer(10),
      "epochs without a better validation loss before the rate of plateau falls, 0 for never",
      when: [SettingCondition(.scheduleKind, "plateau")]),
    Setting(
      .scheduleLast, .number(0...1), .number(0),
      "last learning rate of cosine, as a share of the largest",
      when: [SettingCondition(.scheduleKind, "cosine")],
      source: "Loshchilov & Hutter 2017: 0"),
    Setting(.epochs, .integer(1...100_000), .integer(100), "most epochs of a step"),
    Setting(
      .patience, .integer(0...100_000), .integer(20),
      "epochs without a better validation loss before a step stops, 0 for never"),
  ]
}
