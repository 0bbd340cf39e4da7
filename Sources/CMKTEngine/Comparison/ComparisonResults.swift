/// Everything that a comparison scored: its models, and predictions of other frameworks.
package struct ComparisonResults: Sendable {
  /// Predictions of another framework, by run of the plan.
  package struct Addition: Sendable {
    package var name: String
    package var scores: [CellScore]
    /// Whether one table stands for every seed: what differs between seeds is not its own.
    package var standsForSeeds: Bool

    package init(name: String, scores: [CellScore], standsForSeeds: Bool = false) {
      self.name = name
      self.scores = scores
      self.standsForSeeds = standsForSeeds
    }
  }

  package let plan: ComparisonPlan
  /// By cell of the plan.
  package let scores: [CellScore]
  package var additions: [Addition] = []

  private let indices: [ComparisonCell: Int]

  /// - Precondition: there is a score for each cell of `plan`.
  package init(plan: ComparisonPlan, scores: [CellScore]) {
    precondition(scores.count == plan.cells.count, "a score for each cell")
    self.plan = plan
    self.scores = scores
    indices = Dictionary(uniqueKeysWithValues: zip(plan.cells, scores.indices))
  }

  /// The scores of the folds of one model of `method` in `run`.
  private func foldScores(
    of method: Method, encoder: String, run: ComparisonRun
  ) -> [CellScore] {
    plan.folds.compactMap { fold in
      indices[ComparisonCell(run: run, encoder: encoder, method: method, fold: fold)]
        .map { scores[$0] }
    }
  }

  /// Why the figures are no fair estimate.
  package var marks: [EvaluationMark] {
    Self.marks(of: scores + additions.flatMap(\.scores))
  }

  /// Why the figures of `candidate` are no fair estimate.
  package func marks(of candidate: ComparisonCandidate) -> [EvaluationMark] {
    if let addition = additions.first(where: { $0.name == candidate.name }) {
      return Self.marks(of: addition.scores)
    }
    return Self.marks(
      of: zip(plan.cells, scores).filter { cell, _ in
        cell.encoder == candidate.encoder && cell.method.rawValue == candidate.name
      }.map(\.1))
  }

  private static func marks(of scores: [CellScore]) -> [EvaluationMark] {
    EvaluationMark.allCases.filter { mark in scores.contains { $0.marks.contains(mark) } }
  }

  /// The rows of `summary`, without what would pass for noise of training in predictions that
  /// stand for every seed.
  package func rows(of summary: ComparisonSummary) -> [ComparisonRow] {
    let constant = Set(additions.filter(\.standsForSeeds).map(\.name))
    return summary.rows.map { row in
      guard constant.contains(row.candidate.name) else { return row }
      var row = row
      row.deviation = nil
      row.gain?.trainingNoiseProbability = nil
      row.overShuffled?.trainingNoiseProbability = nil
      return row
    }
  }

  /// What the scores say.
  package func summary(replicateCount: Int) -> ComparisonSummary {
    var candidates: [ComparisonCandidate] = []
    var pooled: [[[CellScore]]] = []
    for encoder in plan.encoders {
      for method in plan.methods {
        candidates.append(ComparisonCandidate(name: method.rawValue, encoder: encoder))
        pooled.append(plan.runs.map { foldScores(of: method, encoder: encoder, run: $0) })
      }
    }
    for addition in additions {
      candidates.append(ComparisonCandidate(name: addition.name, encoder: ""))
      pooled.append(addition.scores.map { [$0] })
    }
    let targets = (scores.first?.targets ?? []).enumerated().map { number, target in
      ComparisonSummary.Target(
        name: target.name, headline: target.headline,
        table: ScoreTable(
          metric: target.metric, runs: plan.runs,
          sums: pooled.map { runs in
            runs.map { folds in Self.pooled(folds.map { $0.targets[number].sums }) }
          }))
    }
    return ComparisonSummary(
      candidates: candidates, targets: targets, replicateCount: replicateCount)
  }

  /// The sums of all folds together: each group is in one of them.
  static func pooled(_ folds: [[[ScoreSums]]]) -> [[ScoreSums]] {
    guard var pooled = folds.first else { return [] }
    for fold in folds.dropFirst() {
      for group in pooled.indices {
        for column in pooled[group].indices { pooled[group][column].add(fold[group][column]) }
      }
    }
    return pooled
  }

  /// Every metric of everything that was scored.
  package func records(split: EvaluationSplit) -> ComparisonRecords {
    var records = ComparisonRecords()
    for (cell, score) in zip(plan.cells, scores) {
      records.add(score, of: cell, dataSet: plan.dataSets[cell.run.dataSet], split: split)
    }
    for addition in additions {
      for (run, score) in zip(plan.runs, addition.scores) {
        records.add(
          score, named: addition.name, run: run, dataSet: plan.dataSets[run.dataSet], split: split)
      }
    }
    return records
  }
}
