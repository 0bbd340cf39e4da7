import CMKTEngine
import CMKTFormat

extension ModelSummary {
  /// What trained the model.
  var trainingSection: ReportSection {
    let training = model.training
    let counts = training.sequenceCounts
    return ReportSection(
      "training", "training",
      .facts([
        ReportFact(
          "data", "data",
          ReportCell(
            .text(training.dataName),
            training.shared == nil ? training.dataName : "not recorded: a shared model")),
        ReportFact(
          "data_fingerprint", "data fingerprint",
          ReportCell(
            .text(training.dataFingerprint), Wording.shortDigest(training.dataFingerprint))),
        ReportFact("seed", "seed", ReportCell(.text("\(training.seed)"), "\(training.seed)")),
        ReportFact("train_sequences", "trained on", .count(counts.train)),
        ReportFact("valid_sequences", "selected on", .count(counts.valid)),
        ReportFact("test_sequences", "left for test", .count(counts.test)),
        ReportFact("kernels", "kernels", .text(training.kernels)),
      ]))
  }

  /// The curves over the epochs: those that select first, then the losses.
  var curveSection: ReportSection {
    let columns = [
      ReportColumn("name", "curve"), ReportColumn("epochs", isNumeric: true),
      ReportColumn("first", isNumeric: true), ReportColumn("minimum", "lowest", isNumeric: true),
      ReportColumn("minimum_epoch", "in epoch", isNumeric: true),
      ReportColumn("last", isNumeric: true),
      ReportColumn("maximum", isNumeric: true, isDetail: true),
      ReportColumn("values", "course"),
    ]
    let curves = model.training.history + (model.state?.running?.history ?? [])
    // Those that select come first, then the losses, then what these are made of.
    let ranked = curves.enumerated().sorted {
      (Self.rank($0.element.name), $0.offset) < (Self.rank($1.element.name), $1.offset)
    }.map(\.element)
    let rows = ranked.map { curve in
      let finite = curve.values.filter(\.isFinite)
      let lowest = finite.min()
      return [
        ReportCell.text(curve.name), .count(curve.values.count), .number(curve.values.first),
        .number(lowest),
        .count(lowest.flatMap { curve.values.firstIndex(of: $0) }.map { $0 + 1 }),
        .number(curve.values.last), .number(finite.max()),
        .curve(curve.values),
      ]
    }
    return ReportSection(
      "history", "training curves, by epoch",
      .table(
        ReportTable(
          columns, rows: rows, shownRowCount: 6, shownWidth: Summary.shownWidth)))
  }

  private static func rank(_ name: String) -> Int {
    // The stage beside which gains are told comes last.
    if name.hasPrefix("reference/") { return 4 }
    if name.hasSuffix("valid/loss") { return 0 }
    if name.hasSuffix("valid/task") { return 1 }
    return name.hasSuffix("/loss") ? 2 : 3
  }

  /// Every setting for programs; for people those that were changed.
  var recipeSection: ReportSection {
    guard let recipe = try? Recipe(json: model.training.recipe) else {
      return ReportSection(
        "recipe", "recipe", .facts([]), notes: ["The recipe has settings of another version."])
    }
    let changed = RecipeTable.settings.filter { recipe[$0.key] != $0.standard }
    let facts = changed.map { setting in
      ReportFact(setting.key.rawValue, setting.key.rawValue, .text(recipe[setting.key].text))
    }
    let note =
      changed.isEmpty
      ? "Every setting has its default; 'cmkt-train recipe' prints them."
      : "The other settings have their defaults; 'cmkt-train recipe' prints them."
    return ReportSection(
      "recipe", "recipe: settings that were changed", .facts(facts), notes: [note])
  }
}
