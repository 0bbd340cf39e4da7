import Tensors

/// What a bootstrap draws from: groups of people or features files, and seeds.
struct BootstrapDraws: Sendable {
  let unitCount: Int
  let seedCount: Int
  private let runs: [ComparisonRun]
  /// The groups with rows that count; none where whole files are drawn.
  private let groups: [Int]
  private let allGroupCount: Int
  private let dataSetCount: Int
  /// None where they come with their file.
  private let seeds: [UInt64]

  init(_ table: ScoreTable) {
    runs = table.runs
    dataSetCount = Set(runs.map(\.dataSet)).count
    let isZipped = dataSetCount > 1 && runs.count == dataSetCount
    seeds = isZipped ? [] : Set(runs.map(\.seed)).sorted()
    let sums = table.sums.first?.first ?? []
    allGroupCount = sums.count
    groups =
      dataSetCount == 1 ? sums.indices.filter { sums[$0].contains { $0.count > 0 } } : []
    unitCount = dataSetCount > 1 ? dataSetCount : max(1, groups.count)
    seedCount = max(1, seeds.count)
  }

  /// How often each run was drawn with its unit and with its seed, and how often each group.
  func draw(
    _ stream: inout RandomStream
  ) -> (units: [Double], seeds: [Double], groups: [Double]?) {
    let dataSets = Self.counts(dataSetCount, &stream)
    let drawnSeeds = Self.counts(seeds.count, &stream)
    let units = runs.map { dataSets[$0.dataSet] }
    let seedWeights = runs.map { run in
      seeds.firstIndex(of: run.seed).map { drawnSeeds[$0] } ?? 1
    }
    guard dataSetCount == 1 else { return (units, seedWeights, nil) }
    var drawn = [Double](repeating: 0, count: allGroupCount)
    for (group, count) in zip(groups, Self.counts(groups.count, &stream)) {
      drawn[group] = count
    }
    return (units, seedWeights, drawn)
  }

  private static func counts(_ size: Int, _ stream: inout RandomStream) -> [Double] {
    var counts = [Double](repeating: 0, count: size)
    for _ in 0..<size { counts[Int.random(in: 0..<size, using: &stream)] += 1 }
    return counts
  }
}
