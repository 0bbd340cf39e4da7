import CMKTEngine

/// Which scores of a model may stand on a page that is handed on.
///
/// Accuracy, F1 and recalls are made of the counts of a confusion matrix. Beside the cells that are
/// shown, and the numbers of rows, they are equations for those that are withheld; so where a cell
/// is withheld, they are withheld, too. The area under the ROC curve counts pairs of rows, and goes
/// with gold classes of few rows alone.
struct ScoreDisclosure: Sendable {
  private struct Column: Hashable {
    let target: String
    let name: String
  }

  private let tables: [Column: [Confusion]]
  /// Metrics that are made of counts of classes.
  private static let counted: Set<String> = [
    "accuracy", "weighted F1", "positive F1", "macro F1", "micro F1", "uar", "exact match",
    "hamming loss",
  ]

  /// - Throws: as `TargetScorer`.
  init(_ evaluation: Evaluation, on features: GivenFeatures) throws(InspectFailure) {
    var tables: [Column: [Confusion]] = [:]
    for target in evaluation.targets {
      let scorer = try engineering { () throws(EngineFailure) in
        try TargetScorer(features: features.file, target: target.name)
      }
      let found = scorer.confusions(
        evaluation.predictions[target.name] ?? [], of: evaluation.sequences)
      for entry in found {
        tables[Column(target: target.name, name: entry.column)] = entry.tables
      }
    }
    self.tables = tables
  }

  /// Whether `metric` of the column `column` of `target` may be shown.
  func shows(_ metric: Metric, of target: String, _ column: String) -> Bool {
    guard SmallCells.hasEnough(metric.rowCount, isShared: true) else { return false }
    let own = (tables[Column(target: target, name: column)] ?? []).filter {
      $0.conventions?.contains(metric.convention) ?? true
    }
    if metric.name == "roc auc" { return own.allSatisfy { !Self.hasSmallClass($0.counts) } }
    guard Self.counted.contains(metric.name) else { return true }
    return own.allSatisfy { !Self.withholds($0.counts) }
  }

  /// Whether the one figure of `target` may be shown, which is the mean over its columns.
  func showsHeadline(of target: Evaluation.TargetScores) -> Bool {
    target.columns.allSatisfy { column in
      // CCC is the headline wherever there is one.
      if column.metrics.contains(where: { $0.name == "ccc" }) {
        return column.metrics.allSatisfy { SmallCells.hasEnough($0.rowCount, isShared: true) }
      }
      guard let headline = column.metrics.first(where: { $0.name == "accuracy" }) else {
        return true
      }
      return shows(headline, of: target.name, column.column)
    }
  }

  /// Whether a page withholds cells of `counts`.
  private static func withholds(_ counts: [[Int]]) -> Bool {
    counts.contains { row in
      row.contains { $0 > 0 } && SmallCells.shown(row, isShared: true).contains { $0 == nil }
    }
  }

  private static func hasSmallClass(_ counts: [[Int]]) -> Bool {
    counts.contains { (1..<SmallCells.leastRows).contains($0.reduce(0, +)) }
  }
}
