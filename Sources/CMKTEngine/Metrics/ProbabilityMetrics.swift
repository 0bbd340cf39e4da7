/// The measures of a probability of one thing against whether it holds.
///
/// Accuracy and weighted F1 at p ≥ 0.5, then the F1 of the positive class, the mean of both recalls
/// (UAR) and the area under the ROC curve, which needs no threshold.
package func binaryMetrics(
  probabilities: [Double], gold: [Bool], convention: String
) -> [Metric] {
  let predicted = probabilities.map { $0 >= 0.5 ? 1 : 0 }
  return classMetrics(
    predicted: predicted, gold: gold.map { $0 ? 1 : 0 }, convention: convention)
    + rankingMetrics(probabilities: probabilities, gold: gold, convention: convention)
}

/// F1 of the positive class, UAR and AUC, as in `binaryMetrics`.
func rankingMetrics(
  probabilities: [Double], gold: [Bool], convention: String
) -> [Metric] {
  let isPositive = probabilities.map { $0 >= 0.5 }
  let area = areaUnderROC(scores: probabilities, isPositive: gold)
  return [
    Metric(
      name: "positive F1", convention: convention, value: f1(predicted: isPositive, gold: gold),
      rowCount: gold.count, note: gold.contains(true) ? "" : "gold has no positive row"),
    Metric(
      name: "uar", convention: convention,
      value: unweightedAverageRecall(
        predicted: isPositive.map { $0 ? 1 : 0 }, gold: gold.map { $0 ? 1 : 0 }),
      rowCount: gold.count),
    Metric(
      name: "roc auc", convention: convention, value: area, rowCount: gold.count,
      note: area == nil ? "gold has one class" : ""),
  ]
}

/// The measures of class probabilities, `[rows][C]`: accuracy and weighted F1 of the likeliest
/// class, macro F1, UAR, and the AUC of each class against the rest, averaged over the classes that
/// gold has.
package func multiclassMetrics(
  probabilities: [[Double]], gold: [Int], convention: String
) -> [Metric] {
  let predicted = probabilities.map { row in
    row.indices.max { row[$0] < row[$1] } ?? 0
  }
  let areas = Set(gold).sorted().compactMap { label in
    areaUnderROC(
      scores: probabilities.map { label < $0.count ? $0[label] : 0 },
      isPositive: gold.map { $0 == label })
  }
  return classMetrics(predicted: predicted, gold: gold, convention: convention) + [
    Metric(
      name: "macro F1", convention: convention, value: macroF1(predicted: predicted, gold: gold),
      rowCount: gold.count),
    Metric(
      name: "uar", convention: convention,
      value: unweightedAverageRecall(predicted: predicted, gold: gold), rowCount: gold.count),
    Metric(
      name: "roc auc", convention: "one against the rest, mean over classes",
      value: areas.isEmpty ? nil : areas.reduce(0, +) / Double(areas.count), rowCount: gold.count,
      note: areas.isEmpty ? "gold has one class" : ""),
  ]
}

/// The measures of all labels together, from the probability and the truth of each, `[rows][C]`.
package func multilabelMetrics(probabilities: [[Double]], gold: [[Bool]]) -> [Metric] {
  let predicted = probabilities.map { row in row.map { $0 >= 0.5 } }
  let width = gold.first?.count ?? 0
  let cells = Double(gold.count * width)
  let byLabel = (0..<width).map { label in
    f1(predicted: predicted.map { $0[label] }, gold: gold.map { $0[label] }) ?? 0
  }
  let right = zip(predicted.joined(), gold.joined()).count { $0 == $1 }
  let exact = zip(predicted, gold).count { $0 == $1 }
  return [
    Metric(
      name: "micro F1", convention: "p >= 0.5",
      value: f1(predicted: Array(predicted.joined()), gold: Array(gold.joined())),
      rowCount: gold.count),
    Metric(
      name: "macro F1", convention: "p >= 0.5",
      value: byLabel.isEmpty || gold.isEmpty
        ? nil : byLabel.reduce(0, +) / Double(byLabel.count), rowCount: gold.count),
    Metric(
      name: "exact match", convention: "p >= 0.5",
      value: gold.isEmpty ? nil : Double(exact) / Double(gold.count), rowCount: gold.count),
    Metric(
      name: "hamming loss", convention: "p >= 0.5",
      value: cells > 0 ? 1 - Double(right) / cells : nil, rowCount: gold.count),
  ]
}
