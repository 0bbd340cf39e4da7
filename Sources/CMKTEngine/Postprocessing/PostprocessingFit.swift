package import CMKTFormat
import Tensors

/// One column of a target on one validation sequence.
package struct ValidationSeries: Sendable {
  /// `[T]`, every frame.
  package var predictions: [Double]
  /// The frames that have a label, and the labels.
  package let rows: [Int]
  package let gold: [Double]

  package init(predictions: [Double], rows: [Int], gold: [Double]) {
    precondition(rows.count == gold.count)
    self.predictions = predictions
    self.rows = rows
    self.gold = gold
  }
}

/// Fits the output chain of one column: median filter, centring, scaling, shift, in this order.
///
/// Each step is kept only if it raises the CCC over all labels of the validation sequences.
/// Source: the chain of AVEC 2016, Valstar et al.
package struct PostprocessingFit: Sendable {
  /// The widest median filter and the largest shift that are tried, frames.
  package let medianLimit: Int
  package let shiftLimit: Int

  package init(medianLimit: Int, shiftLimit: Int) {
    self.medianLimit = medianLimit
    self.shiftLimit = shiftLimit
  }

  /// What a step must add to CCC: more than round-off.
  private static let leastGain = 1e-6

  /// The steps for `series`, of column `column`; none where CCC is not defined.
  package func steps(for series: [ValidationSeries], column: Int?) -> [PostprocessingStep] {
    guard var best = Self.concordance(of: series) else { return [] }
    var series = series
    var steps: [PostprocessingStep] = []
    let stages = [medianCandidates, centreCandidates, scaleCandidates, shiftCandidates]
    for stage in stages {
      var winner: (steps: [PostprocessingStep], series: [ValidationSeries])?
      for candidate in stage(series) {
        let changed = series.map { Self.apply(candidate, to: $0) }
        guard let score = Self.concordance(of: changed), score > best + Self.leastGain else {
          continue
        }
        best = score
        winner = (candidate, changed)
      }
      guard let winner else { continue }
      series = winner.series
      for var step in winner.steps {
        step.column = column
        steps.append(step)
      }
    }
    return steps
  }

  private static func apply(
    _ steps: [PostprocessingStep], to series: ValidationSeries
  ) -> ValidationSeries {
    var result = series
    result.predictions = steps.reduce(series.predictions) { $1.applied(to: $0) }
    return result
  }

  private static func scored(_ series: [ValidationSeries]) -> ScoredRows {
    let gold = series.flatMap(\.gold)
    return ScoredRows(
      predictions: series.flatMap { one in one.rows.map { one.predictions[$0] } }, gold: gold,
      recordings: Array(repeating: 0, count: gold.count))
  }

  private static func concordance(of series: [ValidationSeries]) -> Double? {
    CMKTEngine.concordance(scored(series))
  }

  /// Odd widths, each about twice the one before, up to the limit and the longest sequence.
  private func medianCandidates(_ series: [ValidationSeries]) -> [[PostprocessingStep]] {
    let longest = series.map(\.predictions.count).max() ?? 0
    let limit = min(medianLimit, 2 * longest)
    return sequence(first: 3) { 2 * $0 - 1 }.prefix { $0 <= limit }
      .map { [PostprocessingStep(kind: "median", frames: $0, value: 0)] }
  }

  /// The mean of the predictions becomes that of gold.
  private func centreCandidates(_ series: [ValidationSeries]) -> [[PostprocessingStep]] {
    let moments = PairMoments(Self.scored(series))
    let offset = moments.goldMean - moments.predictionMean
    return [[PostprocessingStep(kind: "centre", frames: 0, value: offset)]]
  }

  /// The standard deviation of the predictions becomes that of gold, about their own mean: a
  /// plain factor would undo the centring where gold's mean is not 0.
  private func scaleCandidates(_ series: [ValidationSeries]) -> [[PostprocessingStep]] {
    let moments = PairMoments(Self.scored(series))
    guard moments.predictionVariance > 0 else { return [] }
    let factor = (moments.goldVariance / moments.predictionVariance).squareRoot()
    guard factor.isFinite, factor > 0 else { return [] }
    return [
      [
        PostprocessingStep(kind: "scale", frames: 0, value: factor),
        PostprocessingStep(
          kind: "centre", frames: 0, value: (1 - factor) * moments.predictionMean),
      ]
    ]
  }

  /// Nearest first, so that of equals the smaller shift wins.
  private func shiftCandidates(_ series: [ValidationSeries]) -> [[PostprocessingStep]] {
    let longest = series.map(\.predictions.count).max() ?? 0
    let limit = min(shiftLimit, longest - 1)
    guard limit > 0 else { return [] }
    return (1...limit).flatMap { [$0, -$0] }
      .map { [PostprocessingStep(kind: "shift", frames: $0, value: 0)] }
  }
}

extension TrainingData {
  /// The output chains of the continuous targets on frames, fitted on the validation sequences;
  /// none for a target whose CCC no step raises.
  ///
  /// - Parameter predictions: by target, for each validation sequence `[T, C]`, delays applied.
  func postprocessing(
    fitting predictions: [[Tensor<Float>]], recipe: Recipe
  ) -> [String: [PostprocessingStep]] {
    let fit = PostprocessingFit(
      medianLimit: recipe.integer(.postprocessingMedian),
      shiftLimit: recipe.integer(.postprocessingShift))
    var chains: [String: [PostprocessingStep]] = [:]
    for (item, values) in zip(targets, predictions)
    where item.target.kind == .regression && item.target.level == .frame {
      let width = item.target.columnCount
      let steps = (0..<width).flatMap { column in
        fit.steps(
          for: validationSeries(of: item, values, column: column), column: width > 1 ? column : nil)
      }
      if !steps.isEmpty { chains[item.name] = steps }
    }
    return chains
  }

  private func validationSeries(
    of item: PreparedTarget, _ predictions: [Tensor<Float>], column: Int
  ) -> [ValidationSeries] {
    let target = item.target
    return zip(plan.valid, predictions).map { index, values in
      let frames = item.axis.rows(of: index)
      let labelled = frames.filter { target.valid[$0] }
      return ValidationSeries(
        predictions: frames.indices.map { row in
          Double(values.elements[(row - frames.lowerBound) * target.columnCount + column])
        },
        rows: labelled.map { $0 - frames.lowerBound },
        gold: labelled.map { Double(target.values.elements[$0 * target.columnCount + column]) })
    }
  }
}
