/// The share of rows whose class is right, or nil without rows.
package func accuracy(predicted: [Int], gold: [Int]) -> Double? {
  precondition(predicted.count == gold.count)
  guard !gold.isEmpty else { return nil }
  return Double(zip(predicted, gold).count { $0 == $1 }) / Double(gold.count)
}

/// The mean of the F1 of the classes, weighted by how often gold has each; nil without rows.
///
///     F1_c = 2 tp_c / (2 tp_c + fp_c + fn_c),  0 where class c is never right
package func weightedF1(predicted: [Int], gold: [Int]) -> Double? {
  precondition(predicted.count == gold.count)
  guard !gold.isEmpty else { return nil }
  var right: [Int: Int] = [:]
  var predictedCount: [Int: Int] = [:]
  var goldCount: [Int: Int] = [:]
  for (guess, truth) in zip(predicted, gold) {
    predictedCount[guess, default: 0] += 1
    goldCount[truth, default: 0] += 1
    if guess == truth { right[truth, default: 0] += 1 }
  }
  var sum = 0.0
  for (label, support) in goldCount.sorted(by: { $0.key < $1.key }) {
    let both = Double(predictedCount[label, default: 0] + support)
    sum += Double(support) * 2 * Double(right[label, default: 0]) / both
  }
  return sum / Double(gold.count)
}

/// Accuracy and weighted F1 on the same rows.
package func classMetrics(predicted: [Int], gold: [Int], convention: String) -> [Metric] {
  [
    Metric(
      name: "accuracy", convention: convention, value: accuracy(predicted: predicted, gold: gold),
      rowCount: gold.count),
    Metric(
      name: "weighted F1", convention: convention,
      value: weightedF1(predicted: predicted, gold: gold), rowCount: gold.count),
  ]
}

/// Accuracy and weighted F1 of a scale with a sign, in both conventions.
///
/// `has-zero`: gold ≥ 0 against gold < 0, on all rows. `non-zero`: gold > 0 against gold < 0, on
/// the rows whose gold is not 0.
/// `isPositive` says on which side of `has-zero` each prediction falls, `isAboveZero` the same for
/// `non-zero` (equal where the model does not tell 0 from above); `scale` is gold.
package func signMetrics(isPositive: [Bool], isAboveZero: [Bool], scale: [Double]) -> [Metric] {
  let nonZero = scale.indices.filter { scale[$0] != 0 }
  return classMetrics(
    predicted: isPositive.map { $0 ? 1 : 0 }, gold: scale.map { $0 >= 0 ? 1 : 0 },
    convention: "has-zero")
    + classMetrics(
      predicted: nonZero.map { isAboveZero[$0] ? 1 : 0 },
      gold: nonZero.map { scale[$0] > 0 ? 1 : 0 },
      convention: "non-zero")
}

/// The accuracy over the seven classes of a scale from −3 to 3: clipped, then rounded half to even.
package func sevenClassAccuracy(_ rows: ScoredRows) -> Metric {
  func seven(_ value: Double) -> Int {
    guard !value.isNaN else { return Int.min }
    return Int(min(max(value, -3), 3).rounded(.toNearestOrEven))
  }
  let value = accuracy(predicted: rows.predictions.map(seven), gold: rows.gold.map(seven))
  return Metric(
    name: "accuracy", convention: "7 classes, half to even", value: value, rowCount: rows.count)
}
