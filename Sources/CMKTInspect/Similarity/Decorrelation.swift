/// How many rows apart the values of a slowly varying series are about independent.
///
/// The first lag at which the autocorrelation, over all recordings around their own means, falls
/// below 1/e; the largest of the leading variates of both views. Trends of recordings count, too.
struct Decorrelation: Sendable, Equatable {
  /// At least 1; at most a quarter of the longest recording.
  let rows: Int
  /// Whether the autocorrelation never fell below 1/e up to that limit.
  let isLimited: Bool

  /// Finds it out where it is not `known`.
  init(_ lags: RecordingLags, known: Int?) {
    if let known {
      (rows, isLimited) = (max(1, known), false)
      return
    }
    let longest = lags.products.map { $0.first?.count ?? 0 }.max() ?? 0
    let limit = max(1, longest / 4)
    var found = (rows: 1, isLimited: false)
    for component in 0..<lags.componentCount {
      for own in [\LagProducts.firstOwn, \LagProducts.secondOwn] {
        let total = Self.sum(lags, component, own, at: 0)
        guard total > 0 else { continue }
        let lag = (1..<(limit + 1)).first {
          Self.sum(lags, component, own, at: $0) < 0.36787944117144233 * total
        }
        if (lag ?? limit) >= found.rows {
          found = (max(found.rows, lag ?? limit), lag == nil)
        }
      }
    }
    (rows, isLimited) = found
  }

  private static func sum(
    _ lags: RecordingLags, _ component: Int, _ own: KeyPath<LagProducts, [Double]>, at lag: Int
  ) -> Double {
    lags.products.reduce(0) { sum, recording in
      let values = recording[component][keyPath: own]
      return sum + (lag < values.count ? values[lag] : 0)
    }
  }
}
