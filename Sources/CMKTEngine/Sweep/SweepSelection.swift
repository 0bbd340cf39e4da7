import CMKTFormat

/// Which settings of a sweep each method gets: those that score highest on validation.
///
/// Chosen for each features file, encoder and method by itself; with the nested protocol also for
/// each fold, from which then nothing is chosen that it is scored with.
package struct SweepSelection: Sendable {
  /// One of the settings that were tried for a choice.
  package struct Trial: Sendable {
    /// The first point that has these cells.
    package var point: Int
    /// Of the sweep, by number.
    package var cells: [Int]
    /// The mean over runs and targets; nil where a cell failed or no score is defined.
    package var score: Double?
    package var failedCount: Int
  }

  /// One choice.
  package struct Choice: Sendable {
    /// The number of the features file.
    package var dataSet: Int
    /// As the tables call it.
    package var encoder: String
    package var method: Method
    /// Counted from 1; nil where one setting serves all folds, or there are none.
    package var fold: Int?
    package var trials: [Trial]
    /// The trial that was chosen; nil where all have failed.
    package var chosen: Int?
  }

  /// The comparison of what was chosen, for results and tables only.
  package let plan: ComparisonPlan
  package let choices: [Choice]
  private let expansion: SweepExpansion

  /// What the tables call an encoder that was searched.
  private static let searchedEncoder = "searched"

  /// Chooses by `scores`, on validation, by number of the cell; nil for a cell that failed.
  package init(
    _ expansion: SweepExpansion, scores: [CellScore?]
  ) throws(EngineFailure) {
    precondition(scores.count == expansion.cells.count, "a score for each cell")
    self.expansion = expansion
    var plan = expansion.comparisons[0]
    plan.recipe = try expansion.plan.recipe(at: [:])
    if expansion.plan.searchesEncoders { plan.encoders = [Self.searchedEncoder] }
    self.plan = plan
    let folds: [Int?] = plan.evaluation == .nested ? plan.folds : [nil]
    var choices: [Choice] = []
    for dataSet in plan.dataSets.indices {
      for encoder in plan.encoders.indices {
        for method in plan.methods {
          for fold in folds {
            let trials = Self.trials(of: expansion, scores: scores) { cell, comparison in
              cell.run.dataSet == dataSet && cell.encoder == comparison.encoders[encoder]
                && cell.method == method && (fold == nil || cell.fold == fold)
            }
            choices.append(
              Choice(
                dataSet: dataSet, encoder: plan.encoders[encoder], method: method, fold: fold,
                trials: trials, chosen: Self.best(of: trials)))
          }
        }
      }
    }
    self.choices = choices
  }

  /// The trials whose cells `belong` to a choice.
  private static func trials(
    of expansion: SweepExpansion, scores: [CellScore?],
    where belong: (ComparisonCell, ComparisonPlan) -> Bool
  ) -> [Trial] {
    var trials: [Trial] = []
    var seen: Set<[Int]> = []
    for point in expansion.points.indices {
      let comparison = expansion.comparisons[point]
      var cells: [(cell: ComparisonCell, number: Int)] = []
      for (cell, number) in zip(comparison.cells, expansion.numbers[point])
      where belong(cell, comparison) {
        cells.append((cell, number))
      }
      guard seen.insert(cells.map(\.number)).inserted else { continue }
      let found = cells.map { (cell: $0.cell, score: scores[$0.number]) }
      let failedCount = found.count { $0.score == nil }
      trials.append(
        Trial(
          point: point, cells: cells.map(\.number),
          score: failedCount > 0
            ? nil : score(of: found.compactMap { cell, score in score.map { (cell, $0) } }),
          failedCount: failedCount))
    }
    return trials
  }

  /// The mean of the headline over runs and targets, the folds of a run together.
  private static func score(of cells: [(cell: ComparisonCell, score: CellScore)]) -> Double? {
    var runs: [ComparisonRun] = []
    for (cell, _) in cells where !runs.contains(cell.run) { runs.append(cell.run) }
    var values: [Double] = []
    for (index, target) in (cells.first?.score.targets ?? []).enumerated() {
      let sums = runs.map { run in
        ComparisonResults.pooled(
          cells.filter { $0.cell.run == run }.map { $0.score.targets[index].sums })
      }
      values += ScoreTable(metric: target.metric, runs: runs, sums: [sums]).values(of: 0)
        .compactMap { $0 }
    }
    return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }

  /// The trial with the highest score, the first of equal ones; without any score the first that
  /// did not fail.
  private static func best(of trials: [Trial]) -> Int? {
    var best: Int?
    for index in trials.indices where trials[index].failedCount == 0 {
      guard let known = best else {
        best = index
        continue
      }
      if (trials[index].score ?? -.infinity) > (trials[known].score ?? -.infinity) { best = index }
    }
    return best
  }

  /// The cells of the sweep that were chosen, by cell of `plan`; nil where a choice has none.
  package var chosenCells: [Int]? {
    var cells: [Int] = []
    for cell in plan.cells {
      let choice = choices.first {
        $0.dataSet == cell.run.dataSet && $0.encoder == cell.encoder && $0.method == cell.method
          && ($0.fold == nil || $0.fold == cell.fold)
      }
      guard let choice, let index = choice.chosen,
        let number = number(of: cell, at: choice.trials[index].point)
      else { return nil }
      cells.append(number)
    }
    return cells
  }

  /// The number in the sweep of `cell`, whose encoder is named as in the tables, at `point`.
  private func number(of cell: ComparisonCell, at point: Int) -> Int? {
    let comparison = expansion.comparisons[point]
    guard let encoder = plan.encoders.firstIndex(of: cell.encoder) else { return nil }
    var cell = cell
    cell.encoder = comparison.encoders[encoder]
    return comparison.cells.firstIndex(of: cell).map { expansion.numbers[point][$0] }
  }
}

extension SweepSelection {
  /// Everything that was tried, as comma-separated text: a row for each choice and setting.
  package var table: String {
    let keys = expansion.plan.search?.keys ?? []
    let head =
      ["features", "encoder", "method", "fold"] + keys.map(\.rawValue)
      + ["validation", "models", "failed", "selected"]
    var text = head.map(csvField).joined(separator: ",") + "\n"
    for choice in choices {
      for (index, trial) in choice.trials.enumerated() {
        let settings = settings(of: trial, method: choice.method)
        let fields =
          [
            plan.dataSets[choice.dataSet], choice.encoder, choice.method.rawValue,
            choice.fold.map { "\($0)" } ?? "",
          ] + keys.map { settings[$0]?.text ?? "" }
          + [
            trial.score.map { "\($0)" } ?? "", "\(trial.cells.count)", "\(trial.failedCount)",
            index == choice.chosen ? "yes" : "no",
          ]
        text += fields.map(csvField).joined(separator: ",") + "\n"
      }
    }
    return text
  }

  /// The searched settings of `trial` that `method` reads.
  package func settings(of trial: Trial, method: Method) -> SweepPoint {
    expansion.points[trial.point].filter { key, _ in
      RecipeTable.setting(key).methods.contains(method)
    }
  }
}
