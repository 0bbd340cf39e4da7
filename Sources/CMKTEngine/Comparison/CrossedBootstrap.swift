import Tensors

/// The scores of one target for all that is compared.
package struct ScoreTable: Sendable {
  package var metric: HeadlineMetric
  package var runs: [ComparisonRun]
  /// By candidate and run: `[G][C]`, `G` the groups of the run's features file.
  package var sums: [[[[ScoreSums]]]]

  package init(metric: HeadlineMetric, runs: [ComparisonRun], sums: [[[[ScoreSums]]]]) {
    precondition(sums.allSatisfy { $0.count == runs.count }, "a score for each run")
    self.metric = metric
    self.runs = runs
    self.sums = sums
  }

  /// The score of `candidate` in `run` with each group counted `weights` times: the mean over the
  /// columns; nil where one is not defined.
  func value(candidate: Int, run: Int, weights: [Double]? = nil) -> Double? {
    let groups = sums[candidate][run]
    let width = groups.first?.count ?? 0
    var total = 0.0
    for column in 0..<width {
      var pooled = ScoreSums()
      for (index, group) in groups.enumerated() {
        let weight = weights?[index] ?? 1
        if weight > 0 { pooled.add(group[column], times: weight) }
      }
      guard let value = pooled.value(of: metric) else { return nil }
      total += value
    }
    return width > 0 ? total / Double(width) : nil
  }

  /// The scores by run; nil where not defined.
  package func values(of candidate: Int) -> [Double?] {
    runs.indices.map { value(candidate: candidate, run: $0) }
  }
}

/// A range that holds the true value in 95 of 100 comparisons, and how unlikely 0 is.
package struct BootstrapInterval: Sendable, Equatable {
  package var lower: Double
  package var upper: Double
  /// Two-sided, of the value 0; below 0.05 just where the interval leaves out 0.
  package var probability: Double

  package init(lower: Double, upper: Double, probability: Double) {
    self.lower = lower
    self.upper = upper
    self.probability = probability
  }
}

/// Resamples people and seeds together, since a comparison ought to hold for others of both.
///
/// With one features file each replicate draws its groups and the seeds, both with replacement,
/// and computes the metric anew from the sums of the groups drawn. With several files, whose
/// groups share the world of their file, it draws whole files and the seeds; zipped, the pairs.
/// Source: Owen 2007, the pigeonhole bootstrap.
package struct CrossedBootstrap: Sendable {
  /// The groups, or the features files, that are drawn; 1 where there is nothing to draw from.
  package let unitCount: Int
  /// The seeds that are drawn; 1 where there is one, or where they come with their file.
  package let seedCount: Int
  /// By candidate: the mean over all runs as they are.
  private let means: [Double]?
  /// For each replicate, by candidate: units and seeds drawn, units alone, seeds alone.
  private var both: [[Double]] = []
  private var units: [[Double]] = []
  private var seeds: [[Double]] = []

  /// Draws `count` replicates, the same ones for all candidates.
  ///
  /// Time: `count` × candidates × runs × groups.
  package init(_ table: ScoreTable, count: Int, seed: UInt64 = 0) {
    let draws = BootstrapDraws(table)
    (unitCount, seedCount) = (draws.unitCount, draws.seedCount)
    let fixed = table.sums.indices.map(table.values)
    means = Self.means(of: fixed, weights: table.runs.map { _ in 1 })
    guard max(unitCount, seedCount) > 1 else { return }
    for step in 0..<count {
      var stream = RandomStream(seed: seed, purpose: "bootstrap", step: step)
      let draw = draws.draw(&stream)
      let drawn =
        draw.groups.map { groups in
          table.sums.indices.map { candidate in
            table.runs.indices.map {
              table.value(candidate: candidate, run: $0, weights: groups)
            }
          }
        } ?? fixed
      guard
        let both = Self.means(of: drawn, weights: zip(draw.units, draw.seeds).map { $0 * $1 }),
        let units = Self.means(of: drawn, weights: draw.units),
        let seeds = Self.means(of: fixed, weights: draw.seeds)
      else { continue }
      self.both.append(both)
      self.units.append(units)
      self.seeds.append(seeds)
    }
  }

  /// The weighted mean of each candidate over the runs; a run in which one is undefined counts for
  /// none.
  private static func means(of values: [[Double?]], weights: [Double]) -> [Double]? {
    var sums = values.map { _ in 0.0 }
    var total = 0.0
    for (run, weight) in weights.enumerated() where weight > 0 {
      let column = values.compactMap { $0[run] }
      guard column.count == sums.count else { continue }
      for candidate in sums.indices { sums[candidate] += weight * column[candidate] }
      total += weight
    }
    return total > 0 ? sums.map { $0 / total } : nil
  }

  /// The interval of the mean of `candidate`; nil where there is nothing to draw from.
  package func interval(of candidate: Int) -> BootstrapInterval? {
    interval { $0[candidate] }
  }

  /// The interval of the mean difference of `candidate` and `other`.
  package func interval(of candidate: Int, minus other: Int) -> BootstrapInterval? {
    interval { $0[candidate] - $0[other] }
  }

  /// Student's interval with the standard error of the bootstrap.
  ///
  ///     SE² = var(both) + var(units) / (U − 1) + var(seeds) / (S − 1)
  ///     ν = (v_U + v_S)² / (v_U² / (U − 1) + v_S² / (S − 1)),  v_U = var(units) · U / (U − 1)
  ///
  /// The summands undo that resampling n values shrinks their variance by (n − 1) / n; for one
  /// dimension and a plain mean it is the t-test. Percentiles would be too narrow for few units,
  /// and cannot leave the range of the values.
  /// Sources: Efron & Tibshirani 1993, chapter 12; Satterthwaite 1946.
  private func interval(_ figure: ([Double]) -> Double) -> BootstrapInterval? {
    guard let mean = means.map(figure), both.count > 1 else { return nil }
    let unitVariance = Self.variance(units.map(figure))
    let seedVariance = Self.variance(seeds.map(figure))
    var (square, sum, squares) = (Self.variance(both.map(figure)), 0.0, 0.0)
    for (variance, count) in [(unitVariance, unitCount), (seedVariance, seedCount)]
    where count > 1 {
      let rest = Double(count - 1)
      square += variance / rest
      let corrected = variance * Double(count) / rest
      sum += corrected
      squares += corrected * corrected / rest
    }
    // Equal values everywhere: round-off is no variance.
    guard sum > 1e-24 * max(1, mean * mean), squares > 0 else {
      return BootstrapInterval(lower: mean, upper: mean, probability: abs(mean) < 1e-12 ? 1 : 0)
    }
    let student = StudentDistribution(degrees: sum * sum / squares)
    let error = square.squareRoot()
    let half = student.quantile(0.975) * error
    return BootstrapInterval(
      lower: mean - half, upper: mean + half,
      probability: 2 * student.probability(below: -abs(mean) / error))
  }

  private static func variance(_ values: [Double]) -> Double {
    let deviation = sampleDeviation(values) ?? 0
    return deviation * deviation
  }
}
