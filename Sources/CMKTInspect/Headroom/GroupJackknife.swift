import CMKTEngine
import Foundation

/// An estimate with its interval over groups.
struct GroupInterval: Sendable, Equatable {
  let value: Double
  /// Nil with fewer than two groups.
  let lower: Double?
  let upper: Double?
}

/// The scale on which an interval is symmetric; back on that of the statistic it stays within what
/// the statistic can be.
enum IntervalScale: Sendable {
  /// The statistic itself: a difference.
  case linear
  /// log(1 − θ), the logarithm of a share of errors: R², which never exceeds 1.
  case explained
  /// arcsin √θ (Anscombe 1948): a share between 0 and 1.
  case proportion

  /// The statistic `value` on this scale; not finite where it has no place there.
  func raised(_ value: Double) -> Double {
    switch self {
    case .linear: value
    case .explained: -log(1 - value)
    case .proportion: asin(max(0, value).squareRoot())
    }
  }

  /// The statistic at `place` of this scale, rising with it.
  func lowered(_ place: Double) -> Double {
    switch self {
    case .linear: return place
    case .explained: return 1 - exp(-place)
    case .proportion:
      let root = sin(min(.pi / 2, max(0, place)))
      return root * root
    }
  }
}

/// Intervals by leaving out one group of the judged rows after another.
///
/// Source: Efron & Tibshirani 1993, chapter 11; with Student's t, as groups are few, where φ is the
/// statistic on the scale of the interval:
///
///     φ ± t · √((G − 1)/G Σ (φ₍₋g₎ − φ̄)²),   G − 1 degrees of freedom
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

  /// The interval of `statistic`, a function of summed columns, that holds with `confidence`; none
  /// where the scale has no place for a value.
  func interval(
    confidence: Double = 0.95, on scale: IntervalScale = .linear,
    _ statistic: ([Double]) -> Double
  ) -> GroupInterval {
    let value = statistic(total(without: nil))
    let count = sums.count
    let none = GroupInterval(value: value, lower: nil, upper: nil)
    let centre = scale.raised(value)
    guard count > 1, value.isFinite, centre.isFinite else { return none }
    let values = (0..<count).map { scale.raised(statistic(total(without: $0))) }
    guard values.allSatisfy(\.isFinite) else { return none }
    let mean = values.reduce(0, +) / Double(count)
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let error = (Double(count - 1) / Double(count) * squares).squareRoot()
    let reach =
      error * StudentDistribution(degrees: Double(count - 1)).quantile(0.5 + 0.5 * confidence)
    return GroupInterval(
      value: value, lower: scale.lowered(centre - reach), upper: scale.lowered(centre + reach))
  }
}
