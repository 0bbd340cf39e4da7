/// The sums behind the measures of agreement between two series.
struct PairMoments {
  let count: Int
  let predictionMean: Double
  let goldMean: Double
  /// Population variances and covariance.
  let predictionVariance: Double
  let goldVariance: Double
  let covariance: Double

  /// Two passes, so that a large mean does not cancel digits.
  init(_ rows: ScoredRows) {
    count = rows.count
    let size = Double(max(count, 1))
    predictionMean = rows.predictions.reduce(0, +) / size
    goldMean = rows.gold.reduce(0, +) / size
    var predictionSquares = 0.0
    var goldSquares = 0.0
    var products = 0.0
    for (prediction, gold) in zip(rows.predictions, rows.gold) {
      predictionSquares += (prediction - predictionMean) * (prediction - predictionMean)
      goldSquares += (gold - goldMean) * (gold - goldMean)
      products += (prediction - predictionMean) * (gold - goldMean)
    }
    predictionVariance = predictionSquares / size
    goldVariance = goldSquares / size
    covariance = products / size
  }
}

/// Whether all values are equal, compared exactly: a rounded mean makes variances of constants
/// that are tiny but not zero.
private func isConstant(_ values: [Double]) -> Bool {
  values.allSatisfy { $0 == values.first }
}

/// The concordance correlation coefficient, or nil where gold is constant or there is no row.
///
///     CCC = 2 cov(p, y) / (var p + var y + (mean p − mean y)²)      (population moments)
///
/// Source: Lin 1989.
package func concordance(_ rows: ScoredRows) -> Double? {
  guard rows.count > 0, !isConstant(rows.gold) else { return nil }
  let moments = PairMoments(rows)
  let shift = moments.predictionMean - moments.goldMean
  let denominator = moments.predictionVariance + moments.goldVariance + shift * shift
  return denominator > 0 ? 2 * moments.covariance / denominator : nil
}

/// Pearson's correlation, or nil where one of the series is constant.
package func pearson(_ rows: ScoredRows) -> Double? {
  guard rows.count > 1, !isConstant(rows.gold), !isConstant(rows.predictions) else { return nil }
  let moments = PairMoments(rows)
  let product = moments.predictionVariance * moments.goldVariance
  guard product > 0 else { return nil }
  return moments.covariance / product.squareRoot()
}

/// The mean of |prediction − gold|, or nil without rows.
package func meanAbsoluteError(_ rows: ScoredRows) -> Double? {
  guard rows.count > 0 else { return nil }
  return zip(rows.predictions, rows.gold).reduce(0) { $0 + abs($1.0 - $1.1) } / Double(rows.count)
}

/// The square root of the mean squared error, or nil without rows.
package func rootMeanSquaredError(_ rows: ScoredRows) -> Double? {
  guard rows.count > 0 else { return nil }
  let sum = zip(rows.predictions, rows.gold).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
  return (sum / Double(rows.count)).squareRoot()
}

/// The measures of a continuous target: CCC in both conventions, Pearson, MAE and RMSE.
package func continuousMetrics(_ rows: ScoredRows) -> [Metric] {
  let constant = rows.count > 0 && isConstant(rows.gold)
  let whole = concordance(rows)
  let correlation = pearson(rows)
  let flat = rows.count > 0 && isConstant(rows.predictions)
  let recordings = rows.byRecording()
  let parts = recordings.compactMap { concordance($0) }
  let skipped = recordings.count - parts.count
  return [
    Metric(
      name: "ccc", convention: "concatenated", value: whole, rowCount: rows.count,
      note: constant ? "gold is constant" : ""),
    Metric(
      name: "ccc", convention: "mean over recordings",
      value: parts.isEmpty ? nil : parts.reduce(0, +) / Double(parts.count), rowCount: rows.count,
      note: skipped == 0
        ? "" : "\(skipped) of \(recordings.count) recordings left out: constant gold"),
    Metric(
      name: "pearson", convention: "concatenated", value: correlation, rowCount: rows.count,
      note: constant ? "gold is constant" : flat ? "predictions are constant" : ""),
    Metric(
      name: "mae", convention: "concatenated", value: meanAbsoluteError(rows), rowCount: rows.count),
    Metric(
      name: "rmse", convention: "concatenated", value: rootMeanSquaredError(rows),
      rowCount: rows.count),
  ]
}
