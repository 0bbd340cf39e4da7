package import CMKTFormat

/// How far the headline of a target would move with other people.
package struct HeadlineInterval: Sendable, Equatable {
  /// Such as `ccc (concatenated)`.
  package var title: String
  /// The bounds of the 95 % interval.
  package var lower: Double
  package var upper: Double
  /// The number of groups that were resampled.
  package var groupCount: Int
}

extension Evaluation {
  /// The 95 % interval of the headline of each of `targets`, from resampled groups (speakers, else
  /// recordings); nil where it is not defined, or for fewer than two groups.
  ///
  /// The metric is computed anew on every replicate, from the sums of the groups drawn; see
  /// `CrossedBootstrap`. The model is given: nothing is said of other training runs.
  /// - Throws: as `TargetScorer`.
  package func headlineIntervals(
    features: FeaturesFile, replicateCount: Int = 2000
  ) throws(EngineFailure) -> [HeadlineInterval?] {
    let groups = GroupNumbers(of: features.sequences)
    return try targets.map { (target) throws(EngineFailure) in
      let scorer = try TargetScorer(features: features, target: target.name)
      let sums = scorer.groupSums(
        predictions[target.name] ?? [], of: sequences, groupNumbers: groups.ofSequences,
        groupCount: groups.names.count)
      let bootstrap = CrossedBootstrap(
        ScoreTable(
          metric: scorer.headlineMetric, runs: [ComparisonRun(dataSet: 0, seed: 0)],
          sums: [[sums]]),
        count: replicateCount)
      guard let headline = scorer.headline(target.columns),
        let interval = bootstrap.interval(of: 0)
      else { return nil }
      return HeadlineInterval(
        title: headline.title, lower: interval.lower, upper: interval.upper,
        groupCount: bootstrap.unitCount)
    }
  }
}
