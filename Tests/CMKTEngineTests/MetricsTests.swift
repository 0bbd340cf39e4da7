import CMKTEngine
import Testing

/// Constants from NumPy and the formulas of scikit-learn on the same rows.
@Suite struct MetricsTests {
  let rows = ScoredRows(
    predictions: [0.1, 0.4, 0.35, 0.8, -0.2, 0.0, 0.6], gold: [0, 0.5, 0.25, 1, -0.5, 0.25, 0.75],
    recordings: [0, 0, 0, 0, 1, 1, 1])

  private func isClose(_ value: Double?, _ expected: Double) -> Bool {
    value.map { abs($0 - expected) < 1e-12 } ?? false
  }

  @Test func continuousMeasuresAgreeWithNumPy() {
    #expect(isClose(concordance(rows), 0.8887447291599092))
    #expect(isClose(pearson(rows), 0.9451085758298247))
    #expect(isClose(meanAbsoluteError(rows), 0.1714285714285714))
    #expect(isClose(rootMeanSquaredError(rows), 0.18708286933869706))
    let metrics = continuousMetrics(rows)
    #expect(isClose(metrics[1].value, 0.8796759169636859))
    #expect(metrics[1].convention == "mean over recordings")
  }

  @Test func constantGoldIsReportedAndNotAveragedIn() {
    let partly = ScoredRows(
      predictions: rows.predictions, gold: [0, 0.5, 0.25, 1, 0.1, 0.1, 0.1],
      recordings: rows.recordings)
    let metric = continuousMetrics(partly)[1]
    #expect(isClose(metric.value, 0.9126365054602184))
    #expect(metric.note == "1 of 2 recordings left out: constant gold")
    let constant = ScoredRows(predictions: [1, 2], gold: [0.1, 0.1], recordings: [0, 0])
    #expect(concordance(constant) == nil)
    #expect(pearson(constant) == nil)
    #expect(continuousMetrics(constant)[0].note == "gold is constant")
  }

  @Test func constantPredictionsHaveNoCorrelationAndNoConcordance() {
    let flat = ScoredRows(predictions: [0.3, 0.3], gold: [0, 1], recordings: [0, 0])
    #expect(pearson(flat) == nil)
    #expect(concordance(flat) == 0)
  }

  @Test func weightedF1AgreesWithScikitLearn() {
    let gold = [0, 0, 0, 1, 1, 2, 2, 2, 2]
    let predicted = [0, 1, 0, 1, 2, 2, 2, 0, 3]
    #expect(isClose(accuracy(predicted: predicted, gold: gold), 5.0 / 9.0))
    #expect(isClose(weightedF1(predicted: predicted, gold: gold), 0.5873015873015872))
    #expect(accuracy(predicted: [], gold: []) == nil)
    #expect(weightedF1(predicted: [], gold: []) == nil)
  }

  @Test func signConventionsDifferInTheZerosAlone() {
    let metrics = signMetrics(
      isPositive: [true, true, false, false], isAboveZero: [true, false, false, false],
      scale: [2, 0, -1, 1])
    #expect(
      metrics.map(\.title) == [
        "accuracy (has-zero)", "weighted F1 (has-zero)", "accuracy (non-zero)",
        "weighted F1 (non-zero)",
      ])
    #expect(metrics.map(\.rowCount) == [4, 4, 3, 3])
    #expect(metrics[0].value == 0.75)
    #expect(isClose(metrics[2].value, 2.0 / 3.0))
  }

  @Test func sevenClassesRoundHalfToEvenAfterClipping() {
    let rows = ScoredRows(
      predictions: [0.5, 1.5, 2.5, -7, .nan], gold: [0, 2, 2, -3, 1], recordings: [0, 0, 0, 0, 0])
    #expect(sevenClassAccuracy(rows).value == 0.8)
  }
}
