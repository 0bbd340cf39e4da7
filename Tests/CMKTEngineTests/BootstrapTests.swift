import CMKTEngine
import Tensors
import Testing

@Suite struct BootstrapTests {
  /// A table of accuracies: the value of each candidate, run and group stands for one row.
  private func table(_ values: [[[Double]]], runs: [ComparisonRun]) -> ScoreTable {
    ScoreTable(
      metric: .accuracy, runs: runs,
      sums: values.map { runs in
        runs.map { groups in
          groups.map { value in
            var sums = ScoreSums()
            sums.add(prediction: value, gold: 1)
            return [sums]
          }
        }
      })
  }

  private func seeds(_ count: Int) -> [ComparisonRun] {
    (1...count).map { ComparisonRun(dataSet: 0, seed: UInt64($0)) }
  }

  @Test func distributionsAgreeWithTables() {
    // SciPy 1.17: scipy.stats.t, scipy.stats.norm.
    let student = StudentDistribution(degrees: 9)
    #expect(abs(student.quantile(0.975) - 2.2621571628540993) < 1e-9)
    #expect(abs(student.probability(below: -1.3) - 0.11295318633652467) < 1e-12)
    #expect(abs(StudentDistribution(degrees: 1).probability(below: 1) - 0.75) < 1e-12)
    #expect(abs(StudentDistribution(degrees: 2).probability(below: 2) - 0.9082482904638631) < 1e-12)
  }

  @Test func pairedTestAndHolmByHand() throws {
    // mean 2.5, sd √(5/3), t = 3.8730, 3 degrees of freedom.
    let probability = try #require(pairedTestProbability([1, 2, 3, 4]))
    #expect(abs(probability - 0.030466291662170977) < 1e-12)
    #expect(pairedTestProbability([1]) == nil && pairedTestProbability([2, 2, 2]) == nil)
    #expect(holmCorrected([0.01, 0.04, nil, 0.03]) == [0.03, 0.06, nil, 0.06])
    #expect(holmCorrected([0.9, 0.8]) == [1, 1])
  }

  @Test func sumsAgreeWithTheRows() throws {
    var stream = RandomStream(seed: 3, purpose: "test")
    var sums = ScoreSums()
    var rows = ScoredRows()
    for _ in 0..<50 {
      let (prediction, gold) = (stream.normal(), stream.normal())
      sums.add(prediction: prediction, gold: gold)
      rows = ScoredRows(
        predictions: rows.predictions + [prediction], gold: rows.gold + [gold],
        recordings: rows.recordings + [0])
    }
    let wanted = try #require(concordance(rows))
    #expect(abs(try #require(sums.value(of: .concordance)) - wanted) < 1e-12)
    var twice = ScoreSums()
    twice.add(sums, times: 2)
    #expect(abs(try #require(twice.value(of: .concordance)) - wanted) < 1e-12)
    var constant = ScoreSums()
    for value in [0.1, 0.2, 0.3] { constant.add(prediction: value, gold: 0.7) }
    #expect(constant.value(of: .concordance) == nil)
    #expect(ScoreSums().value(of: .accuracy) == nil)
  }

  @Test func equalCandidatesShowNoDifference() throws {
    var stream = RandomStream(seed: 4, purpose: "test")
    let scores = (0..<10).map { _ in (0..<9).map { _ in stream.normal() } }
    let better = scores.map { $0.map { $0 + 0.5 } }
    let bootstrap = CrossedBootstrap(table([scores, scores, better], runs: seeds(10)), count: 500)
    #expect(bootstrap.unitCount == 9 && bootstrap.seedCount == 10)
    let none = try #require(bootstrap.interval(of: 1, minus: 0))
    #expect(none == BootstrapInterval(lower: 0, upper: 0, probability: 1))
    let gain = try #require(bootstrap.interval(of: 2, minus: 0))
    #expect(abs(gain.lower - 0.5) < 1e-9 && abs(gain.upper - 0.5) < 1e-9)
    #expect(gain.probability < 0.05)
    let own = try #require(bootstrap.interval(of: 0))
    #expect(own.lower < 0 && own.upper > 0)
  }

  @Test func oneGroupAndOneSeedGiveNoInterval() {
    let bootstrap = CrossedBootstrap(table([[[1]], [[2]]], runs: seeds(1)), count: 100)
    #expect(bootstrap.interval(of: 1, minus: 0) == nil)
  }

  @Test func oneDimensionIsTheTTest() throws {
    var stream = RandomStream(seed: 6, purpose: "test")
    let values = (0..<12).map { _ in 0.3 + stream.normal() }
    let runs = (0..<12).map { ComparisonRun(dataSet: $0, seed: UInt64($0)) }
    let bootstrap = CrossedBootstrap(
      table([values.map { _ in [0] }, values.map { [$0] }], runs: runs), count: 20_000)
    let interval = try #require(bootstrap.interval(of: 1, minus: 0))
    let mean = values.reduce(0, +) / 12
    let half =
      StudentDistribution(degrees: 11).quantile(0.975)
      * (try #require(sampleDeviation(values))) / 12.0.squareRoot()
    #expect(abs(interval.lower - (mean - half)) < 0.03 * half)
    #expect(abs(interval.upper - (mean + half)) < 0.03 * half)
    let probability = try #require(pairedTestProbability(values))
    #expect(abs(interval.probability - probability) < 0.02)
    #expect((interval.probability < 0.05) == (interval.lower > 0 || interval.upper < 0))
  }

  /// How often the interval of a difference whose truth is 0 holds 0.
  private func coverage(
    groups: Int, seeds seedCount: Int, groupNoise: Double, seedNoise: Double, rest: Double,
    isFiles: Bool = false
  ) -> Double {
    let trials = 300
    var hits = 0
    for trial in 0..<trials {
      var stream = RandomStream(seed: 11, purpose: "coverage", step: trial)
      let shared = (0..<groups).map { _ in groupNoise * stream.normal() }
      let values = (0..<seedCount).map { _ in
        let own = seedNoise * stream.normal()
        return shared.map { (isFiles ? 0 : $0) + own + rest * stream.normal() }
      }
      let runs = (0..<seedCount).map {
        ComparisonRun(dataSet: isFiles ? $0 : 0, seed: UInt64($0))
      }
      let zero = values.map { $0.map { _ in 0.0 } }
      let bootstrap = CrossedBootstrap(
        table([zero, values], runs: runs), count: 400, seed: UInt64(trial))
      guard let interval = bootstrap.interval(of: 1, minus: 0) else { continue }
      if interval.lower <= 0, interval.upper >= 0 { hits += 1 }
    }
    return Double(hits) / Double(trials)
  }

  @Test func intervalsHoldTheTruth() {
    // People differ, and little else does; both differ; seeds differ more than people.
    for (group, seed, rest) in [(1.0, 0.0, 0.0), (1, 0.5, 1), (0.3, 1, 1)] {
      let share = coverage(groups: 9, seeds: 10, groupNoise: group, seedNoise: seed, rest: rest)
      #expect(share >= 0.92 && share <= 0.995, "\(group) \(seed) \(rest): \(share)")
    }
    let few = coverage(groups: 9, seeds: 3, groupNoise: 0.3, seedNoise: 1, rest: 1)
    #expect(few >= 0.91 && few <= 0.995, "three seeds: \(few)")
    // Files with a seed each: a difference of their own, and groups within.
    let files = coverage(
      groups: 9, seeds: 10, groupNoise: 0, seedNoise: 0.5, rest: 1, isFiles: true)
    #expect(files >= 0.91 && files <= 0.99, "files: \(files)")
  }

  @Test func summaryComparesWithTheBaselinesOfTheSameEncoder() throws {
    var stream = RandomStream(seed: 5, purpose: "test")
    let base = (0..<10).map { _ in (0..<12).map { _ in 0.1 * stream.normal() } }
    func moved(_ step: Double) -> [[Double]] {
      base.map { $0.map { $0 + step + 0.001 * stream.normal() } }
    }
    let candidates = [("unimodal", "a"), ("x", "a"), ("shuffled-pairing", "a"), ("unimodal", "b")]
      .map { ComparisonCandidate(name: $0.0, encoder: $0.1) }
    let summary = ComparisonSummary(
      candidates: candidates,
      targets: [
        ComparisonSummary.Target(
          name: "t", headline: "accuracy",
          table: table([base, moved(0.1), moved(0.2), moved(0.3)], runs: seeds(10)))
      ], replicateCount: 1000)
    #expect(summary.rows.map { $0.gain == nil } == [true, false, false, true])
    let gain = try #require(summary.rows[1].gain)
    #expect(abs(try #require(gain.mean) - 0.1) < 0.002)
    #expect(try #require(gain.interval).lower > 0.09)
    let (raw, holm) = (gain.interval?.probability ?? 1, gain.correctedProbability ?? 0)
    #expect(holm >= raw && holm < 0.05)
    #expect(try #require(gain.trainingNoiseProbability) < 1e-6)
    #expect(
      summary.rows[1].verdicts == [
        "gain: the interval is above 0", "worse than shuffled pairing",
      ])
    #expect(summary.groupCount == 12 && summary.unitCount == 12 && summary.seedCount == 10)
    #expect(ComparisonSummary.latex(rows: summary.rows, note: "n").contains("t & a & x & "))
  }
}
