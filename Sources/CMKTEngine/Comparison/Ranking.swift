/// Modalities in the order of how well each predicts one target by itself.
package struct Ranking: Sendable {
  /// How well one modality does.
  package struct Place: Sendable {
    package var modality: String
    /// By seed; nil where not defined.
    package var values: [Double?]
    package var mean: Double?
    /// Between seeds; nil for fewer than two.
    package var deviation: Double?
    /// How far its mean is below that of the first; nil for the first.
    package var behindMean: Double?
    package var behind: BootstrapInterval?
  }

  package let target: String
  package let headline: String
  package let seedCount: Int
  package let groupCount: Int
  /// The best first; those without a score last.
  package let places: [Place]

  /// The order of `modalities`, each with its scores by seed.
  package init(
    modalities: [(name: String, scores: [CellScore.TargetScore])], seeds: [UInt64],
    replicateCount: Int
  ) {
    let first = modalities.first?.scores.first
    target = first?.name ?? ""
    headline = first?.headline ?? ""
    seedCount = seeds.count
    groupCount = first?.sums.count { $0.contains { $0.count > 0 } } ?? 0
    let table = ScoreTable(
      metric: first?.metric ?? .accuracy,
      runs: seeds.map { ComparisonRun(dataSet: 0, seed: $0) },
      sums: modalities.map { $0.scores.map(\.sums) })
    let bootstrap = CrossedBootstrap(table, count: replicateCount)
    let entries = modalities.indices.map { index in
      let values = table.values(of: index)
      let defined = values.compactMap { $0 }
      return (
        index: index, values: values, deviation: sampleDeviation(defined),
        mean: defined.isEmpty ? nil : defined.reduce(0, +) / Double(defined.count)
      )
    }
    let order = entries.sorted { ($0.mean ?? -.infinity) > ($1.mean ?? -.infinity) }
    places = order.enumerated().map { rank, entry in
      var place = Place(
        modality: modalities[entry.index].name, values: entry.values, mean: entry.mean,
        deviation: entry.deviation)
      if rank > 0, let mean = entry.mean, let best = order[0].mean {
        place.behindMean = best - mean
        place.behind = bootstrap.interval(of: order[0].index, minus: entry.index)
      }
      return place
    }
  }
}
