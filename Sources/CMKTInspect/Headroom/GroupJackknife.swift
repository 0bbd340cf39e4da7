import CMKTEngine

/// An estimate with its interval over groups.
struct GroupInterval: Sendable, Equatable {
  let value: Double
  /// Nil with fewer than two groups.
  let lower: Double?
  let upper: Double?
}

/// Intervals by leaving out one group of the judged rows after another.
///
/// Source: Efron & Tibshirani 1993, chapter 11; with Student's t, as groups are few:
///
///     θ ± t · √((G − 1)/G Σ (θ₍₋g₎ − θ̄)²),   G − 1 degrees of freedom
///
/// The probes stay as they were fitted, so that what another training set would change is not in
/// it; no estimate of that from one data set is unbiased (Bengio & Grandvalet 2004).
struct GroupJackknife: Sendable {
  /// By group, sums of whatever the statistic is made of: `[G][S]`.
  let sums: [[Double]]

  private func total(without left: Int?) -> [Double] {
    var total = Array(repeating: 0.0, count: sums.first?.count ?? 0)
    for (group, values) in sums.enumerated() where group != left {
      for index in values.indices { total[index] += values[index] }
    }
    return total
  }

  /// The interval of `statistic`, a function of summed columns, that holds with `confidence`.
  func interval(
    confidence: Double = 0.95, _ statistic: ([Double]) -> Double
  ) -> GroupInterval {
    let value = statistic(total(without: nil))
    let count = sums.count
    guard count > 1, value.isFinite else {
      return GroupInterval(value: value, lower: nil, upper: nil)
    }
    let values = (0..<count).map { statistic(total(without: $0)) }
    guard values.allSatisfy(\.isFinite) else {
      return GroupInterval(value: value, lower: nil, upper: nil)
    }
    let mean = values.reduce(0, +) / Double(count)
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let error = (Double(count - 1) / Double(count) * squares).squareRoot()
    let quantile = StudentDistribution(degrees: Double(count - 1))
      .quantile(0.5 + 0.5 * confidence)
    return GroupInterval(
      value: value, lower: value - quantile * error, upper: value + quantile * error)
  }
}
