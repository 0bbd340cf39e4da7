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
  /// The size of the smallest dimension that is resampled; below 2 there is no interval.
  package let unitCount: Int
  /// By candidate: the mean over the runs drawn, for each replicate.
  private let replicates: [[Double]]

  /// Draws `count` replicates, the same ones for all candidates.
  ///
  /// Time: `count` × candidates × runs × groups.
  package init(_ table: ScoreTable, count: Int, seed: UInt64 = 0) {
    let dataSetCount = Set(table.runs.map(\.dataSet)).count
    let isZipped = dataSetCount > 1 && table.runs.count == dataSetCount
    let scored = Self.scoredGroups(of: table)
    let design = Design(
      groups: dataSetCount == 1 ? scored : [], dataSetCount: dataSetCount,
      seeds: isZipped ? [] : Set(table.runs.map(\.seed)).sorted())
    unitCount = design.smallestDimension
    guard unitCount > 1 else {
      replicates = table.sums.map { _ in [] }
      return
    }
    let fixed = table.sums.indices.map(table.values)
    var replicates = table.sums.map { _ in [Double]() }
    for step in 0..<count {
      var stream = RandomStream(seed: seed, purpose: "bootstrap", step: step)
      let draw = design.draw(
        runs: table.runs, groupCount: table.sums.first?.first?.count ?? 0, &stream)
      guard let means = Self.means(of: table, fixed: fixed, draw: draw) else { continue }
      for candidate in replicates.indices { replicates[candidate].append(means[candidate]) }
    }
    self.replicates = replicates
  }

  /// What is drawn, and from how many.
  private struct Design {
    /// The groups to draw from; none where whole files are drawn.
    var groups: [Int]
    var dataSetCount: Int
    /// The seeds to draw from; none where they come with their file.
    var seeds: [UInt64]

    var smallestDimension: Int {
      let sizes = [dataSetCount > 1 ? dataSetCount : groups.count, seeds.count].filter { $0 > 1 }
      return sizes.min() ?? 0
    }

    /// How often each run and each group was drawn.
    func draw(
      runs: [ComparisonRun], groupCount: Int, _ stream: inout RandomStream
    ) -> (runs: [Double], groups: [Double]?) {
      let dataSets = Self.counts(dataSetCount, &stream)
      let seedCounts = Self.counts(seeds.count, &stream)
      let weights = runs.map { run in
        dataSets[run.dataSet] * (seeds.firstIndex(of: run.seed).map { seedCounts[$0] } ?? 1)
      }
      guard !groups.isEmpty else { return (weights, nil) }
      var drawn = [Double](repeating: 0, count: groupCount)
      for (group, count) in zip(groups, Self.counts(groups.count, &stream)) {
        drawn[group] = count
      }
      return (weights, drawn)
    }

    private static func counts(_ size: Int, _ stream: inout RandomStream) -> [Double] {
      var counts = [Double](repeating: 0, count: size)
      for _ in 0..<size { counts[Int.random(in: 0..<size, using: &stream)] += 1 }
      return counts
    }
  }

  /// The groups with rows that count.
  private static func scoredGroups(of table: ScoreTable) -> [Int] {
    guard let groups = table.sums.first?.first else { return [] }
    return groups.indices.filter { groups[$0].contains { $0.count > 0 } }
  }

  /// The mean of each candidate over the runs drawn; a run in which one is undefined counts for
  /// none.
  private static func means(
    of table: ScoreTable, fixed: [[Double?]], draw: (runs: [Double], groups: [Double]?)
  ) -> [Double]? {
    var sums = table.sums.map { _ in 0.0 }
    var total = 0.0
    for run in table.runs.indices where draw.runs[run] > 0 {
      let values = table.sums.indices.compactMap { candidate in
        draw.groups == nil
          ? fixed[candidate][run]
          : table.value(candidate: candidate, run: run, weights: draw.groups)
      }
      guard values.count == sums.count else { continue }
      for candidate in sums.indices { sums[candidate] += draw.runs[run] * values[candidate] }
      total += draw.runs[run]
    }
    return total > 0 ? sums.map { $0 / total } : nil
  }

  /// The interval of the mean of `candidate`.
  package func interval(of candidate: Int) -> BootstrapInterval? {
    interval(of: replicates[candidate])
  }

  /// The interval of the mean difference of `candidate` and `other`.
  package func interval(of candidate: Int, minus other: Int) -> BootstrapInterval? {
    interval(of: zip(replicates[candidate], replicates[other]).map { $0 - $1 })
  }

  /// The expanded percentile interval: percentiles further out, by as much as Student's t of the
  /// few units is wider than the normal distribution.
  ///
  ///     α' = Φ( √(n / (n − 1)) · t_{α/2, n − 1} ),  n the smallest dimension
  ///
  /// Source: Hesterberg 2015, section 5.3.
  private func interval(of values: [Double]) -> BootstrapInterval? {
    guard unitCount > 1, values.count > 1 else { return nil }
    let sorted = values.sorted()
    let n = Double(unitCount)
    let student = StudentDistribution(degrees: n - 1)
    let widening = (n / (n - 1)).squareRoot()
    let tail = NormalDistribution.probability(below: widening * student.quantile(0.025))
    let size = Double(values.count)
    let below = (1 + Double(sorted.count { $0 <= 0 })) / (size + 1)
    let above = (1 + Double(sorted.count { $0 >= 0 })) / (size + 1)
    let z = NormalDistribution.quantile(min(0.5, min(below, above)))
    return BootstrapInterval(
      lower: Self.quantile(tail, of: sorted), upper: Self.quantile(1 - tail, of: sorted),
      probability: min(1, 2 * student.probability(below: z / widening)))
  }

  /// The value at `share` of `sorted`, interpolated.
  private static func quantile(_ share: Double, of sorted: [Double]) -> Double {
    let position = share * Double(sorted.count - 1)
    let index = min(Int(position), sorted.count - 2)
    return sorted[index] + (position - Double(index)) * (sorted[index + 1] - sorted[index])
  }
}
