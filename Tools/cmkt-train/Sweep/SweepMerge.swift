import CMKTEngine
import CMKTFormat
import Foundation
import ToolSupport

/// The results of a sweep: settings chosen on validation, and what they come to.
struct SweepMerge {
  private let sweep: Sweep
  private var inputs: [TrainingInput]
  private let split: EvaluationSplit
  private let threadCount: Int
  private let invocation: Invocation

  init(sweep: Sweep, invocation: Invocation) throws {
    self.sweep = sweep
    self.invocation = invocation
    let plan = sweep.expansion.comparisons[0]
    let reportsTest = invocation.string("report") == "test" && plan.foldCount == 1
    split = plan.evaluation == .nested || reportsTest ? .test : .valid
    threadCount = invocation.threads ?? ProcessInfo.processInfo.activeProcessorCount
    inputs = try sweep.inputs()
  }

  /// Scores, chooses, and writes the results into the folder of the sweep.
  ///
  /// - Throws: exit code 75 where cells are missing, 1 where every setting of a method has failed.
  mutating func run() throws -> CommandResult {
    let expansion = sweep.expansion
    let isFailed = try standing()
    let plan = expansion.comparisons[0]
    for input in inputs {
      _ = try input.sequences(
        of: split, heldOut: plan.recipe.number(.validationFraction),
        remedy: "add --report valid, or leave the file out of the plan")
    }
    let selection = try SweepSelection(expansion, scores: try validationScores(isFailed))
    guard let chosen = selection.chosenCells else { throw nothingToChoose(selection) }
    let scores = try finalScores(of: chosen, plan: selection.plan)
    let report = ComparisonReport(
      results: ComparisonResults(plan: selection.plan, scores: scores), inputs: inputs,
      split: split, warnings: try warnings(isFailed), invocation: invocation,
      additional: [.init("search", .array(selection.choices.map { choice($0, selection) }))])
    try report.write(to: sweep.folder.path)
    try DurableFile.write(
      Array(selection.table.utf8), to: sweep.folder.path + "/search.csv", replacing: true)
    invocation.console.note("search.csv written")
    report.show()
    show(selection)
    return CommandResult(document: report.document)
  }

  /// Whether each cell has failed.
  ///
  /// - Throws: exit code 75 where a cell has neither failed nor is done.
  private func standing() throws -> [Bool] {
    let standing = try SweepStanding(of: sweep, threads: threadCount)
    for warning in standing.warnings { invocation.console.warn(warning) }
    guard standing.count(.done) + standing.count(.failed) == standing.kinds.count else {
      throw ToolFailure(
        .tryAgain,
        "the sweep is not over: of \(standing.kinds.count) cells \(standing.text); go on with "
          + "cmkt-train sweep resume \(sweep.folder.path)",
        fields: standing.document)
    }
    return standing.kinds.map { $0 == .failed }
  }

  /// By cell; nil of one that failed.
  private func validationScores(_ isFailed: [Bool]) throws -> [CellScore?] {
    let cells = sweep.expansion.cells
    let progress = ProgressReport(
      invocation.console, label: "merge", total: cells.count, unit: "models")
    let counter = SweepState(cells)
    defer { progress.finish() }
    return try parallelMap(cells.count, threads: threadCount) {
      [self] (index) throws(any Error) -> CellScore? in
      guard !isFailed[index] else { return nil }
      let score = try score(of: cells[index], split: .valid)
      counter.finish(cells[index], .done, wasFound: true)
      progress.update(counter.foundCount)
      return score
    }
  }

  /// The scores of the table, by cell of `plan`, whose numbers in the sweep are `chosen`.
  private mutating func finalScores(
    of chosen: [Int], plan: ComparisonPlan
  ) throws -> [CellScore] {
    let cells = sweep.expansion.cells
    for (number, cell) in zip(chosen, plan.cells) where cell.method == .unimodal {
      let model = try sweep.model(of: cells[number], inputs: inputs)
      inputs[cell.run.dataSet].delaySeconds[(cell.fold ?? 1) - 1] = model?.delaySeconds ?? [:]
    }
    return try parallelMap(chosen.count, threads: threadCount) {
      [self] (index) throws(any Error) -> CellScore in
      try score(of: cells[chosen[index]], split: split)
    }
  }

  private func score(of cell: SweepCell, split: EvaluationSplit) throws -> CellScore {
    guard let model = try sweep.model(of: cell, inputs: inputs) else {
      throw ToolFailure(.tryAgain, "a model is gone; run the command again")
    }
    let input = inputs[cell.cell.run.dataSet]
    return try CellScore(
      model: model, features: input.features(of: cell.cell), split: split, groups: input.groups,
      threads: 1)
  }

  private func nothingToChoose(_ selection: SweepSelection) -> ToolFailure {
    let names = selection.choices.filter { $0.chosen == nil }.map { choice in
      "\(choice.method.rawValue) (\(choice.encoder))"
    }
    return ToolFailure(
      .findings,
      "every setting of \(names.first ?? "a method") has failed; see cmkt-train sweep status, and "
        + "change the plan in a new folder, or try again with sweep resume")
  }

  /// What a reader of the results must know.
  private func warnings(_ isFailed: [Bool]) throws -> [String] {
    var warnings: [String] = []
    let failedCount = isFailed.count { $0 }
    if failedCount > 0 {
      warnings.append(
        "\(failedCount) of \(counted(isFailed.count, "cell")) failed; their settings are not chosen"
      )
    }
    return warnings + (try inputs.warnings(plan: sweep.expansion.plan.comparison(at: [:])))
  }

  private func choice(_ choice: SweepSelection.Choice, _ selection: SweepSelection) -> JSONValue {
    let trial = choice.chosen.map { choice.trials[$0] }
    let settings = trial.map { selection.settings(of: $0, method: choice.method) } ?? [:]
    return .object([
      .init("features", .string(selection.plan.dataSets[choice.dataSet])),
      .init("encoder", .string(choice.encoder)), .init("method", .string(choice.method.rawValue)),
      .init("fold", choice.fold.map(JSONValue.integer) ?? .null),
      .init("tried", .integer(choice.trials.count)),
      .init("failed", .integer(choice.trials.count { $0.failedCount > 0 })),
      .init("validation", .optional(trial?.score)),
      .init(
        "settings",
        .object(
          settings.sorted { $0.key.rawValue < $1.key.rawValue }
            .map { .init($0.key.rawValue, json($0.value)) })),
    ])
  }

  private func show(_ selection: SweepSelection) {
    let console = invocation.console
    guard sweep.expansion.plan.search != nil else { return }
    console.print(console.bold("settings, chosen on validation"))
    for choice in selection.choices {
      guard let trial = choice.chosen.map({ choice.trials[$0] }) else { continue }
      let settings = selection.settings(of: trial, method: choice.method).text
      let place = [
        selection.plan.dataSets.count > 1 ? selection.plan.dataSets[choice.dataSet] : "",
        choice.encoder, choice.method.rawValue, choice.fold.map { "fold \($0)" } ?? "",
      ].filter { !$0.isEmpty }.joined(separator: "  ")
      let score = trial.score.map { "  \(ComparisonSummary.digits($0))" } ?? ""
      console.print(
        "  \(place)\(score)  \(settings.isEmpty ? "as the plan says" : settings)"
          + console.dim("  best of \(choice.trials.count)"))
    }
  }
}
