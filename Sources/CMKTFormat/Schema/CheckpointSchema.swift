extension Schema {
  /// What only a checkpoint holds: `/state`.
  static let checkpointRules: [ObjectRule] =
    [
      ObjectRule(
        group: "/state", presence: .optional,
        "Only in a checkpoint: how far training has come; section *Checkpoints*."),
      ObjectRule(
        group: "/state/finished",
        "The stages that are over, numbered from 0 in the order in which they ran."),
      ObjectRule(
        group: "/state/finished/<n>", presence: .optional,
        attributes: [AttributeRule("stage", "Its name, such as `step1`.")], "One of them."),
    ] + tensors("/state/finished/<n>/parameters", "What it trained, as it stood at its end.")
    + curves("/state/finished/<n>/history")
    + [
      ObjectRule(
        group: "/state/running", presence: .optional, attributes: runningAttributes,
        "The stage that runs, between two batches.")
    ] + tensors("/state/running/parameters", "What it trains, as it stands.")
    + tensors("/state/running/moments", "Running means of the optimiser: `<parameter>/<moment>`.")
    + tensors("/state/running/best", "The parameters after the best epoch; at first, the start.")
    + curves("/state/running/history")
    + [
      ObjectRule(
        group: "/state/running/sums", "Over the batches of this epoch that are done: `S` terms.")
    ]
    + [
      ("name", TypeRule.string, "Name of the term of the loss."),
      ("weight", .float64, "Its weight in the loss."),
      ("sum", .float64, "Sum over the batches of its value times the rows of the batch."),
      ("count", .float64, "Sum of these rows."),
    ].map { name, type, summary in
      ObjectRule(dataset: "/state/running/sums/\(name)", type, [.symbol("S")], summary)
    }

  private static let runningAttributes =
    [
      AttributeRule("stage", "Its name."),
      AttributeRule(
        "best_loss", type: .float64, "Least validation loss so far; infinity before any."),
      AttributeRule(
        "rate_factor", type: .float64,
        "What the plateau schedule has multiplied the learning rate by."),
    ]
    + [
      ("epoch", "The epoch that runs, counted from 1."),
      ("batch", "Batches of this epoch that are done."),
      ("step", "Batches of the stage that are done; keys the random streams."),
      ("updates", "Updates that the optimiser has made."),
      ("best_epoch", "The epoch of `best_loss`; 0 before any."),
      ("stale_epochs", "Epochs since `best_epoch`."),
      ("stale_since_change", "Epochs since `best_epoch` or the last fall of the rate."),
    ].map { AttributeRule($0.0, type: .int64, $0.1) }

  private static func tensors(_ path: String, _ summary: String) -> [ObjectRule] {
    [
      ObjectRule(group: path, summary),
      ObjectRule(
        dataset: path + "/**", .float32, [.symbol("a")], or: [.symbol("a"), .symbol("b")],
        presence: .optional, "One of them."),
    ]
  }

  private static func curves(_ path: String) -> [ObjectRule] {
    [
      ObjectRule(group: path, "Its curves so far, as in `/training/history`."),
      ObjectRule(
        dataset: path + "/**", .float64, [.symbol("E")], presence: .optional,
        "One value per epoch."),
    ]
  }
}
