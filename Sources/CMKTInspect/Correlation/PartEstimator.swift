import Tensors

/// Estimates, intervals and tests of one part of the variation.
struct PartEstimator {
  /// All rows, or a sample of them.
  let views: PairedViews
  /// Of all rows.
  let moments: PartMoments
  let stored: StoredDirections?
  let tests: RepairedTests
  let leadingCount: Int
  let options: CorrelationOptions

  private var part: Part { moments.part }
  private var width: Int { moments.widths.first + moments.widths.second }
  private var plan: PermutationPlan {
    PermutationPlan(
      count: options.permutationCount, seed: options.seed, threads: options.threads)
  }
  private var bootstrap: GroupBootstrap {
    GroupBootstrap(
      units: moments.moments.repairing.units, replicateCount: options.bootstrapCount,
      seed: options.seed, threads: options.threads)
  }

  // MARK: Held out

  /// Along stored directions, or by folds of groups.
  var heldOut: PartResult {
    if let stored {
      let directions = Directions(first: stored.first, second: stored.second)
      guard moments.first.reduce(0, { $0 + $1.count }) >= 3 else {
        return .refused("\(rowsName) are fewer than 3")
      }
      return .estimates(
        estimates(
          [FoldDirections(units: Array(0..<moments.unitCount), directions: directions)]
        ) { FixedDirectionsTest($0, directions).outcome($1) })
    }
    guard Set(moments.moments.repairing.units.map(\.group)).count > 1 else {
      return .refused("directions are refitted by groups, and there is one group only")
    }
    let test = CrossValidatedTest(moments, ridge: options.ridge, foldCount: options.foldCount)
    if let refusal = refusal(rows: test.fewestFitRows, "in the smallest fit") {
      return .refused(refusal)
    }
    return .estimates(
      estimates(test.foldDirections) {
        CrossValidatedTest($0, ridge: options.ridge, foldCount: options.foldCount).outcome($1)
      })
  }

  private func estimates(
    _ folds: [FoldDirections], _ test: (PartMoments, PermutationPlan) -> NullOutcome
  ) -> CorrelationEstimates {
    let projected = folds.map { fold in
      (
        units: fold.units,
        sums: fold.units.map { ProjectedSums(moments.sums(over: [$0]), fold.directions) }
      )
    }
    @Sendable func correlations(_ weights: [Double]?) -> [Double] {
      var pooled = ProjectedSums(width: folds.first?.directions.first.columns ?? 0)
      for (units, sums) in projected {
        for (unit, part) in zip(units, sums) { pooled.add(part, times: weights?[unit] ?? 1) }
      }
      return pooled.correlations
    }
    let values = correlations(nil)
    return CorrelationEstimates(
      correlations: values, mean: values.mean,
      intervals: bootstrap.intervals { weights in
        let values = correlations(weights)
        return values + [values.mean]
      },
      effectiveCounts: effectiveCounts(folds), nulls: nulls(test),
      projections: part == .within ? projections(folds) : nil)
  }

  // MARK: In-sample

  /// Rows for each column from which an in-sample interval is given: with fewer, fits to drawn
  /// groups are all but perfect, and an interval would be falsely narrow.
  private static let rowsForInterval = 5.0

  /// On the rows of the fit; nil values where the correlations would be 1 by construction.
  var inSample: PartResult {
    let rows = moments.first.reduce(0.0) { $0 + $1.count }
    let lost = part == .within ? Double(moments.unitCount) : 1
    if let refusal = refusal(rows: Int(rows - lost), "after taking off means") {
      return .refused(refusal)
    }
    let units = Array(0..<moments.unitCount)
    let ridge = options.ridge
    let moments = moments
    let sums = moments.sums(over: units)
    let analysis = CanonicalAnalysis(
      Whitening(scatter: sums.first.scatter, ridge: ridge),
      Whitening(scatter: sums.second.scatter, ridge: ridge), cross: sums.crossScatter)
    let values = analysis.correlations
    let isExamined = options.examinesInSample
    let intervals =
      !isExamined || rows < Self.rowsForInterval * Double(width)
      ? []
      : bootstrap.intervals(around: values + [values.mean]) { weights in
        let sums = moments.sums(over: units, weights: weights)
        let first = Whitening(scatter: sums.first.scatter, ridge: ridge).matrix
        let second = Whitening(scatter: sums.second.scatter, ridge: ridge).matrix
        let values = first.times(sums.crossScatter).timesTransposed(second).roughSingularValues
        return values + [values.mean]
      }
    let directions = Directions(
      first: analysis.firstDirections, second: analysis.secondDirections)
    return .estimates(
      CorrelationEstimates(
        correlations: values, mean: values.mean, intervals: intervals,
        effectiveCounts: effectiveCounts([FoldDirections(units: units, directions: directions)]),
        nulls: isExamined ? nulls { InSampleTest($0, ridge: ridge).outcome($1) } : [:],
        projections: nil))
  }

  // MARK: Both

  private func nulls(
    _ test: (PartMoments, PermutationPlan) -> NullOutcome
  ) -> [NullHypothesis: NullOutcome] {
    var nulls: [NullHypothesis: NullOutcome] = [:]
    for hypothesis in tests.hypotheses(of: part) {
      nulls[hypothesis] = tests.outcome(hypothesis, part) { test($0, plan) }
    }
    return nulls
  }

  private var rowsName: String { part == .between ? "recordings" : "rows" }

  /// Why canonical correlations of so few rows say nothing.
  private func refusal(rows: Int, _ place: String) -> String? {
    guard rows <= width else { return nil }
    let remedy =
      part == .between
      ? "use a split with more recordings, or fewer columns"
      : "use a larger split, or fewer columns"
    return "\(rows) \(rowsName) \(place) are no more than the \(width) columns of both views, so"
      + " correlations of 1 are certain; \(remedy)"
  }

  private func effectiveCounts(_ folds: [FoldDirections]) -> [Double] {
    if part == .between {
      let width = min(leadingCount, folds.first?.directions.first.columns ?? 0)
      return Array(repeating: Double(moments.unitCount), count: width)
    }
    let (first, second) = projections(folds)
    // What a sample says of its rows holds for all in proportion.
    let share = moments.first.reduce(0) { $0 + $1.count } / Double(max(1, views.rowCount))
    return EffectiveCount.of(
      first, second, views.recordings,
      centring: part == .total ? [0..<views.rowCount] : views.recordings,
      threads: options.threads
    ).map { part == .between ? $0 : $0 * share }
  }

  /// The rows along the leading directions of the fold that judges them.
  private func projections(_ folds: [FoldDirections]) -> (first: Matrix, second: Matrix) {
    let units = moments.moments.repairing.units
    let width = min(leadingCount, folds.first?.directions.first.columns ?? 0)
    var first = Matrix(rows: views.rowCount, columns: width)
    var second = first
    for fold in folds {
      let rows = fold.units.flatMap { Array(units[$0].rows) }
      first.set(
        rows, to: views.first.rows(at: rows).times(fold.directions.first.leading(width)))
      second.set(
        rows, to: views.second.rows(at: rows).times(fold.directions.second.leading(width)))
    }
    return (first, second)
  }
}

extension Matrix {
  /// The first `count` columns.
  fileprivate func leading(_ count: Int) -> Matrix {
    var result = Matrix(rows: rows, columns: count)
    for row in 0..<rows {
      for column in 0..<count { result[row, column] = self[row, column] }
    }
    return result
  }

  /// Replaces the rows at `indices`.
  fileprivate mutating func set(_ indices: [Int], to values: Matrix) {
    for (place, row) in indices.enumerated() {
      for column in 0..<columns { self[row, column] = values[place, column] }
    }
  }
}
