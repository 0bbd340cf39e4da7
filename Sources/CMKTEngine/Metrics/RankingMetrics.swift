/// The area under the ROC curve: how often a positive row scores above a negative one, ties
/// counting half; nil where one of the two is missing.
///
///     AUC = (Σ_{positive} rank − n₁ (n₁ + 1) / 2) / (n₁ n₀),  mean ranks within ties
///
/// Source: Hanley & McNeil 1982.
package func areaUnderROC(scores: [Double], isPositive: [Bool]) -> Double? {
  precondition(scores.count == isPositive.count)
  let positives = isPositive.count { $0 }
  let negatives = isPositive.count - positives
  guard positives > 0, negatives > 0, !scores.contains(where: \.isNaN) else { return nil }
  let order = scores.indices.sorted { scores[$0] < scores[$1] }
  var rankSum = 0.0
  var start = 0
  while start < order.count {
    var end = start
    while end < order.count, scores[order[end]] == scores[order[start]] { end += 1 }
    // Ranks count from 1; those of a tie have their mean.
    let rank = Double(start + 1 + end) / 2
    rankSum += rank * Double(order[start..<end].count { isPositive[$0] })
    start = end
  }
  let count = Double(positives)
  return (rankSum - count * (count + 1) / 2) / (count * Double(negatives))
}

/// The mean over the classes of gold of their recall (UAR), or nil without rows.
package func unweightedAverageRecall(predicted: [Int], gold: [Int]) -> Double? {
  precondition(predicted.count == gold.count)
  guard !gold.isEmpty else { return nil }
  let recalls = Set(gold).sorted().map { label in
    let rows = gold.indices.filter { gold[$0] == label }
    return Double(rows.count { predicted[$0] == label }) / Double(rows.count)
  }
  return recalls.reduce(0, +) / Double(recalls.count)
}

/// `2 tp / (2 tp + fp + fn)` of the rows for which a thing holds; nil where it holds nowhere.
package func f1(predicted: [Bool], gold: [Bool]) -> Double? {
  precondition(predicted.count == gold.count)
  let both = zip(predicted, gold).count { $0 && $1 }
  let sum = predicted.count { $0 } + gold.count { $0 }
  return sum > 0 ? 2 * Double(both) / Double(sum) : nil
}

/// The mean of the F1 of the classes that stand in gold or were predicted, as scikit-learn's
/// `macro`; nil without rows.
package func macroF1(predicted: [Int], gold: [Int]) -> Double? {
  precondition(predicted.count == gold.count)
  let labels = Set(gold).union(predicted).sorted()
  guard !gold.isEmpty else { return nil }
  let values = labels.map { label in
    f1(predicted: predicted.map { $0 == label }, gold: gold.map { $0 == label }) ?? 0
  }
  return values.reduce(0, +) / Double(values.count)
}
