extension RecipeTable {
  /// What is learnt from which rows: losses of the task, windows, batches, what selects.
  static let task: [Setting] = [
    Setting(
      .lossRegression, .choice(["ccc", "mse", "l1"]), .choice("ccc"),
      "task loss of continuous targets: 1 - CCC, squared or absolute error"),
    Setting(
      .lossScope, .choice(["batch", "sequence"]), .choice("batch"),
      "CCC over all rows of a batch, or over each sequence (or window) and then averaged"),
    Setting(
      .classWeights, .choice(["none", "balanced"]), .choice("none"),
      "classes as often as they are, or weighted so that all count alike, by the training labels"),
    Setting(
      .targetWeights, .numbers(0...1000), .numbers([1]),
      "weights of the targets in the task loss, in their order; one number: all alike"),
    Setting(
      .batchSize, .integer(1...65536), .integer(16), "sequences (or windows) in a batch"),
    Setting(
      .batchOrder, .choice(["shuffled", "bucketed"]), .choice("shuffled"),
      "batches of random windows, or of windows of like length, in random order"),
    Setting(
      .batchPool, .integer(0...1_000_000_000), .integer(131_072),
      "windows are shuffled in pools of so many frames, each of eight random stretches of the data; "
        + "smaller data, and all with 0, are one pool"),
    Setting(
      .windowFrames, .integer(0...1_000_000), .integer(300),
      "longer sequences train in windows of so many frames, 0 for never; evaluated whole"),
    Setting(
      .windowHop, .integer(0...1_000_000), .integer(0),
      "frames from one window to the next, 0: as window.frames"),
    Setting(
      .validationFraction, .number(0...0.9), .number(0.15),
      "share of the training groups held out where the file has no validation split"),
    Setting(
      .selectionLoss, .choice(["task", "total"]), .choice("task"),
      "validation loss that stops, lowers the rate and selects the epoch: of the task, or all terms"
    ),
  ]
}
