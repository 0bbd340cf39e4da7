import CMKTFormat
package import Tensors

/// The one figure by which models are compared.
package enum HeadlineMetric: Sendable, Equatable {
  /// CCC over all rows together.
  case concordance
  /// The share of rows that are right.
  case accuracy
}

/// What the headline metric of one column needs to know of some rows.
///
/// Sums add up, so the metric of any collection of groups follows without their rows.
package struct ScoreSums: Sendable, Equatable {
  package var count = 0.0
  package var predictions = 0.0
  package var gold = 0.0
  package var predictionSquares = 0.0
  package var goldSquares = 0.0
  package var products = 0.0

  package init() {}

  /// Adds a row.
  package mutating func add(prediction: Double, gold: Double) {
    count += 1
    predictions += prediction
    self.gold += gold
    predictionSquares += prediction * prediction
    goldSquares += gold * gold
    products += prediction * gold
  }

  /// Adds a row of a class: right or wrong.
  package mutating func add(isRight: Bool) { add(prediction: isRight ? 1 : 0, gold: 1) }

  /// Adds all rows behind `other`, `times` times.
  package mutating func add(_ other: ScoreSums, times: Double = 1) {
    count += times * other.count
    predictions += times * other.predictions
    gold += times * other.gold
    predictionSquares += times * other.predictionSquares
    goldSquares += times * other.goldSquares
    products += times * other.products
  }

  /// The metric of the rows that were added; nil without rows, or where gold is constant.
  ///
  ///     CCC = 2 cov(p, y) / (var p + var y + (mean p − mean y)²)      (population moments)
  package func value(of metric: HeadlineMetric) -> Double? {
    guard count > 0 else { return nil }
    guard metric == .concordance else { return products / count }
    let (predictionMean, goldMean) = (predictions / count, gold / count)
    let goldVariance = goldSquares / count - goldMean * goldMean
    // What is left of a constant after cancellation is no variance.
    guard goldVariance > 1e-12 * max(goldSquares / count, 1e-12) else { return nil }
    let predictionVariance = max(0, predictionSquares / count - predictionMean * predictionMean)
    let shift = predictionMean - goldMean
    let covariance = products / count - predictionMean * goldMean
    return 2 * covariance / (predictionVariance + goldVariance + shift * shift)
  }
}

extension TargetScorer {
  /// What `headline` is computed by.
  package var headlineMetric: HeadlineMetric {
    target.kind == .regression ? .concordance : .accuracy
  }

  /// The sums of each column for each of `groups` (of `N` sequences of the file), from the rows of
  /// the sequences `indices` that may be scored: as `scores(_:of:)` reads them.
  ///
  /// - Parameter groupNumbers: the number, below `groupCount`, of the group of each sequence of
  ///   the file.
  /// - Returns: `[groupCount][C]`.
  package func groupSums(
    _ predictions: [Tensor<Float>], of indices: [Int], groupNumbers: [Int], groupCount: Int
  ) -> [[ScoreSums]] {
    let width = target.kind == .classes ? 1 : target.columnCount
    let origins = (0..<width).map(goldMean)
    var sums = Array(
      repeating: Array(repeating: ScoreSums(), count: width), count: groupCount)
    for (values, sequence) in zip(predictions, indices) {
      let group = groupNumbers[sequence]
      for row in validRows([values], of: [sequence]) {
        for column in 0..<width {
          let gold = target.values.elements[row.index * target.columnCount + column]
          switch target.kind {
          case .regression:
            // CCC does not change when both series are moved; small numbers cancel less.
            sums[group][column].add(
              prediction: Double(row.prediction[column]) - origins[column],
              gold: Double(gold) - origins[column])
          case .binary, .multilabel:
            sums[group][column].add(isRight: (row.prediction[column] >= 0.5) == (gold == 1))
          case .classes:
            let best = row.prediction.indices.max { row.prediction[$0] < row.prediction[$1] }
            sums[group][column].add(isRight: (best ?? 0) == Int(gold))
          }
        }
      }
    }
    return sums
  }

  /// The mean of the valid values of a column over the whole file: an origin, never a statistic.
  private func goldMean(_ column: Int) -> Double {
    var (sum, count) = (0.0, 0.0)
    for row in 0..<target.rowCount where target.valid[row] {
      sum += Double(target.values.elements[row * target.columnCount + column])
      count += 1
    }
    return count > 0 ? sum / count : 0
  }
}
