import CMKTFormat

/// How the values of a column in one split lie against those in training.
struct ColumnDrift: Sendable, Equatable {
  /// (m − m_train) / √((s² + s²_train) / 2), with the deviations of the populations.
  var standardisedDifference: Double?
  /// Kolmogorov–Smirnov distance of all rows.
  var distance: Double?
  /// The same of the means of the groups, in single precision.
  var groupDistance: Double?
}

/// The statistics of one column.
struct ColumnDescription: Sendable {
  /// The shares of the quantiles.
  static let shares = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]

  let profile: ColumnProfile
  let rowCount: Int
  /// One for each of `shares`; nil where there is no value.
  let quantiles: [Double?]
  /// Of `valid` and `test` against `train`.
  let drift: [Split: ColumnDrift]

  /// The statistics of the `values` that count, O(n).
  init(of values: ArraySlice<Float>, where flags: ArraySlice<Bool>, _ places: RowPlaces) {
    profile = ColumnProfile(of: values, where: flags)
    rowCount = values.count
    var all: [Float] = []
    all.reserveCapacity(profile.count)
    var (train, valid, test): ([Float], [Float], [Float]) = ([], [], [])
    var sums = [Double](repeating: 0, count: places.splitOfGroup.count)
    var counts = [Int](repeating: 0, count: places.splitOfGroup.count)
    for ((value, isValid), (split, group)) in zip(
      zip(values, flags), zip(places.splits, places.groups))
    where isValid && value.isFinite {
      all.append(value)
      switch split {
      case .train: train.append(value)
      case .valid: valid.append(value)
      case .test: test.append(value)
      case nil: continue
      default: break
      }
      sums[group] += Double(value)
      counts[group] += 1
    }
    let sorted = SortedValues(all)
    quantiles = Self.shares.map(sorted.quantile)
    drift = Self.drift([.train: train, .valid: valid, .test: test]) { split in
      SortedValues(
        counts.indices.filter { counts[$0] > 0 && places.splitOfGroup[$0] == split }
          .map { Float(sums[$0] / Double(counts[$0])) })
    }
  }

  private static func drift(
    _ parts: [Split: [Float]], _ groupMeans: (Split) -> SortedValues
  ) -> [Split: ColumnDrift] {
    guard let train = parts[.train], !train.isEmpty else { return [:] }
    let sortedTrain = SortedValues(train)
    let (mean, variance) = moments(of: train)
    var drift: [Split: ColumnDrift] = [:]
    for split in [Split.valid, .test] {
      guard let part = parts[split], !part.isEmpty else { continue }
      let (otherMean, otherVariance) = moments(of: part)
      let pooled = ((variance + otherVariance) / 2).squareRoot()
      let difference = otherMean - mean
      drift[split] = ColumnDrift(
        standardisedDifference: pooled > 0 ? difference / pooled : difference == 0 ? 0 : nil,
        distance: sortedTrain.distance(to: SortedValues(part)),
        groupDistance: groupMeans(.train).distance(to: groupMeans(split)))
    }
    return drift
  }

  private static func moments(of values: [Float]) -> (mean: Double, variance: Double) {
    let count = Double(max(1, values.count))
    let mean = values.reduce(0) { $0 + Double($1) } / count
    let squares = values.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
    return (mean, squares / count)
  }
}
