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

  /// roc_auc_score, f1_score, balanced_accuracy_score, hamming_loss of scikit-learn 1.9.
  @Test func rankingMeasuresAgreeWithScikitLearn() {
    let scores = [0.1, 0.4, 0.35, 0.8, 0.4, 0.9, 0.4]
    let gold = [false, false, false, true, true, true, false]
    #expect(isClose(areaUnderROC(scores: scores, isPositive: gold), 0.9166666666666666))
    #expect(areaUnderROC(scores: scores, isPositive: gold.map { _ in true }) == nil)
    let classes = [0, 0, 0, 1, 1, 2, 2, 2, 2]
    let predicted = [0, 1, 0, 1, 2, 2, 2, 0, 3]
    #expect(isClose(macroF1(predicted: predicted, gold: classes), 0.4345238095238095))
    #expect(
      isClose(unweightedAverageRecall(predicted: predicted, gold: classes), 0.5555555555555555))
    let metrics = binaryMetrics(probabilities: scores, gold: gold, convention: "c")
    #expect(
      metrics.map(\.title) == [
        "accuracy (c)", "weighted F1 (c)", "positive F1 (c)", "uar (c)", "roc auc (c)",
      ])
    #expect(isClose(metrics[2].value, 0.8))
  }

  @Test func multiclassAndMultilabelMeasuresAgreeWithScikitLearn() {
    let probabilities = [
      [0.7, 0.2, 0.1], [0.3, 0.4, 0.3], [0.2, 0.2, 0.6], [0.5, 0.1, 0.4], [0.1, 0.8, 0.1],
    ]
    let metrics = multiclassMetrics(
      probabilities: probabilities, gold: [0, 1, 2, 0, 2], convention: "3 classes")
    #expect(isClose(metrics[0].value, 0.8))
    #expect(isClose(metrics[4].value, 0.7777777777777777))
    let gold = [
      [true, false, false], [false, true, true], [true, false, true], [false, false, false],
      [true, true, false],
    ]
    let labels = multilabelMetrics(
      probabilities: [
        [0.9, 0.6, 0.1], [0.2, 0.7, 0.3], [0.8, 0.1, 0.9], [0.1, 0.2, 0.5], [0.6, 0.9, 0.4],
      ], gold: gold)
    #expect(labels.map(\.name) == ["micro F1", "macro F1", "exact match", "hamming loss"])
    #expect(isClose(labels[0].value, 0.8))
    #expect(isClose(labels[1].value, 0.7666666666666666))
    #expect(isClose(labels[2].value, 0.4))
    #expect(isClose(labels[3].value, 0.2))
  }
}
