/// Something that is compared: a method with an encoder, or predictions of another framework.
package struct ComparisonCandidate: Sendable, Hashable {
  /// The method, or the name that was given to the predictions.
  package var name: String
  /// Empty for predictions of another framework.
  package var encoder: String

  package init(name: String, encoder: String) {
    self.name = name
    self.encoder = encoder
  }
}

/// How much one candidate is above another.
package struct ComparisonDifference: Sendable {
  package var baseline: ComparisonCandidate
  /// By run; nil where one score is not defined.
  package var values: [Double?]
  package var mean: Double?
  /// By the crossed bootstrap over groups and seeds.
  package var interval: BootstrapInterval?
  /// Of the interval, corrected by Holm over all methods, encoders and targets.
  package var correctedProbability: Double?
  /// Of a paired t-test over the seeds alone: training noise on this split, not people.
  package var trainingNoiseProbability: Double?
}

/// How one candidate does on one target.
package struct ComparisonRow: Sendable {
  package var candidate: ComparisonCandidate
  package var target: String
  /// Such as `ccc (concatenated)`.
  package var headline: String
  /// By run; nil where not defined.
  package var values: [Double?]
  package var mean: Double?
  /// Between runs; nil for fewer than two.
  package var deviation: Double?
  package var interval: BootstrapInterval?
  /// To `unimodal` with the same encoder; nil for itself.
  package var gain: ComparisonDifference?
  /// To `shuffled-pairing` with the same encoder, where that was trained; nil for controls.
  package var overShuffled: ComparisonDifference?

  /// What the figures say, in plain words.
  package var verdicts: [String] {
    if Method(rawValue: candidate.name)?.plan.deploysStrong == true {
      return ["ceiling: deploys the strong modality"]
    }
    var verdicts: [String] = []
    if let gain, let interval = gain.interval {
      let isOneOfMany = gain.correctedProbability.map { $0 >= 0.05 } ?? false
      let caution = isOneOfMany ? ", but not after Holm's correction" : ""
      if interval.lower > 0 {
        verdicts.append("gain: the interval is above 0" + caution)
      } else if interval.upper < 0 {
        verdicts.append("loss: the interval is below 0" + caution)
      } else {
        verdicts.append("no gain shown: the interval includes 0")
      }
    }
    if let overShuffled, let mean = overShuffled.mean {
      if mean <= 0 {
        verdicts.append("worse than shuffled pairing")
      } else if let interval = overShuffled.interval, interval.lower <= 0 {
        verdicts.append("not shown to be better than shuffled pairing")
      }
    }
    return verdicts
  }
}

/// The results of a comparison: rows by target and candidate.
package struct ComparisonSummary: Sendable {
  /// The scores of all candidates on one target.
  package struct Target: Sendable {
    package var name: String
    package var headline: String
    package var table: ScoreTable

    package init(name: String, headline: String, table: ScoreTable) {
      self.name = name
      self.headline = headline
      self.table = table
    }
  }

  package let rows: [ComparisonRow]
  package let runs: [ComparisonRun]
  /// The groups with rows that were scored, over all features files.
  package let groupCount: Int
  /// The groups, or the features files, and the seeds that the bootstrap draws from.
  package let unitCount: Int
  package let seedCount: Int

  /// Whether there is anything to draw from.
  package var hasIntervals: Bool { max(unitCount, seedCount) > 1 }

  /// Compares `candidates`, whose scores stand in the tables of `targets` in the same order.
  package init(
    candidates: [ComparisonCandidate], targets: [Target], replicateCount: Int
  ) {
    var rows: [ComparisonRow] = []
    var (unitCount, seedCount) = (1, 1)
    for target in targets {
      let bootstrap = CrossedBootstrap(target.table, count: replicateCount)
      (unitCount, seedCount) = (bootstrap.unitCount, bootstrap.seedCount)
      let values = candidates.indices.map(target.table.values)
      for (index, candidate) in candidates.enumerated() {
        func difference(to name: String) -> ComparisonDifference? {
          guard candidate.name != name,
            let other = Self.baseline(name, of: candidate, in: candidates)
          else { return nil }
          return Self.difference(
            of: index, to: other, candidates: candidates, values: values, bootstrap: bootstrap,
            runs: target.table.runs)
        }
        let defined = values[index].compactMap { $0 }
        rows.append(
          ComparisonRow(
            candidate: candidate, target: target.name, headline: target.headline,
            values: values[index], mean: Self.mean(defined), deviation: sampleDeviation(defined),
            interval: bootstrap.interval(of: index), gain: difference(to: Method.unimodal.rawValue),
            overShuffled: Self.learnsFromPairs(candidate)
              ? difference(to: Method.shuffledPairing.rawValue) : nil))
      }
    }
    self.rows = Self.corrected(rows)
    self.runs = targets.first?.table.runs ?? []
    groupCount = targets.map { Self.groupCount(of: $0.table) }.max() ?? 0
    self.unitCount = unitCount
    self.seedCount = seedCount
  }

  private static func groupCount(of table: ScoreTable) -> Int {
    var counts: [Int: Int] = [:]
    for (run, groups) in zip(table.runs, table.sums.first ?? []) {
      counts[run.dataSet] = groups.count { $0.contains { $0.count > 0 } }
    }
    return counts.values.reduce(0, +)
  }

  /// Whether exchanged pairs would take its knowledge away: no baseline, control or ceiling.
  private static func learnsFromPairs(_ candidate: ComparisonCandidate) -> Bool {
    guard let plan = Method(rawValue: candidate.name)?.plan else {
      return !candidate.encoder.isEmpty
    }
    return plan.teacher != .none && plan.pairing == .own && !plan.teachesItself
  }

  /// The candidate called `name` with the encoder of `candidate`; the first one for predictions of
  /// another framework.
  private static func baseline(
    _ name: String, of candidate: ComparisonCandidate, in candidates: [ComparisonCandidate]
  ) -> Int? {
    candidates.firstIndex {
      $0.name == name && (candidate.encoder.isEmpty || $0.encoder == candidate.encoder)
    }
  }

  private static func difference(
    of index: Int, to other: Int, candidates: [ComparisonCandidate], values: [[Double?]],
    bootstrap: CrossedBootstrap, runs: [ComparisonRun]
  ) -> ComparisonDifference {
    let differences = zip(values[index], values[other]).map { pair -> Double? in
      guard let first = pair.0, let second = pair.1 else { return nil }
      return first - second
    }
    return ComparisonDifference(
      baseline: candidates[other], values: differences, mean: mean(differences.compactMap { $0 }),
      interval: bootstrap.interval(of: index, minus: other), correctedProbability: nil,
      trainingNoiseProbability: trainingNoise(differences, runs: runs))
  }

  /// The p of the differences by seed, each the mean over the features files; nil where every seed
  /// has a file of its own, since then it is not training noise alone.
  private static func trainingNoise(_ differences: [Double?], runs: [ComparisonRun]) -> Double? {
    let seeds = Set(runs.map(\.seed)).sorted()
    guard runs.count == seeds.count * Set(runs.map(\.dataSet)).count else { return nil }
    let means = seeds.compactMap { seed in
      mean(zip(runs, differences).compactMap { $0.seed == seed ? $1 : nil })
    }
    return pairedTestProbability(means)
  }

  private static func mean(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }

  /// `rows` with the probabilities of the gains corrected for being several.
  private static func corrected(_ rows: [ComparisonRow]) -> [ComparisonRow] {
    var rows = rows
    let corrected = holmCorrected(rows.map { $0.gain?.interval?.probability })
    for index in rows.indices { rows[index].gain?.correctedProbability = corrected[index] }
    return rows
  }
}
