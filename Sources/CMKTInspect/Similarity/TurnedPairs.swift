import CMKTFormat
import Tensors

/// Lag curves of pairs whose second view is turned round in a circle in each recording.
struct TurnedPairs: Sendable {
  /// Of one curve over all draws.
  struct Null: Sendable {
    /// The highest magnitude over all lags of each draw.
    let highest: [Double]
    /// 95 % of magnitudes at one lag, and of the highest.
    let band: (oneLag: Double, allLags: Double)

    init(_ curves: [[Double]]) {
      highest = curves.map { curve in curve.reduce(0) { max($0, abs($1)) } }
      band = (
        Quantile.of(curves.flatMap { $0.map { abs($0) } }, 0.95), Quantile.of(highest, 0.95)
      )
    }

    /// How rarely a turned pairing reaches the highest magnitude of `curve`.
    func pValue(of curve: [Double], ways: Double) -> Double {
      let reached = curve.reduce(0) { max($0, abs($1)) }
      return permutationPValue(
        exceeding: highest.count { $0 >= reached }, of: highest.count, ways: ways)
    }
  }

  let first: Null
  let mean: Null
  /// Offsets are at least this, or a quarter of a recording where that is shorter.
  let leastOffset: Int
  /// Different ways to turn all recordings.
  ///
  /// Offsets closer than the decorrelation time give almost the same; turning all by the same
  /// amount moves the curve, of which most lags stay in sight.
  let ways: Double

  init(
    _ recordings: RecordingLags, lags: ClosedRange<Int>, decorrelationRows: Int, drawCount: Int,
    seed: UInt64, threads: Int
  ) {
    let leastOffset = lags.upperBound + decorrelationRows
    self.leastOffset = leastOffset
    let memory = Double(decorrelationRows)
    let offsetCounts = recordings.products.compactMap { products -> Double? in
      let count = products.first?.count ?? 0
      return count > 1 ? Double(Self.offsets(of: count, leastOffset).count) : nil
    }
    let moves = 1 + (offsetCounts.max() ?? 0) / (Double(lags.count - 1) + memory)
    ways = offsetCounts.sorted().dropLast().reduce(moves) { $0 * (1 + $1 / memory) }
    let scales = (0..<recordings.componentCount).map { component -> Double in
      let scale = recordings.scale(component)
      return scale > 0 ? 1 / scale : 0
    }
    // Of each recording in a circle: the first component, and the mean of all.
    let circles = parallelMap(recordings.products.count, threads: threads) { recording in
      var mean: [Double] = []
      var first: [Double] = []
      for (component, products) in recordings.products[recording].enumerated() {
        let circle = products.circular.map { $0 * scales[component] }
        if component == 0 {
          (first, mean) = (circle, circle)
        } else {
          for index in mean.indices { mean[index] += circle[index] }
        }
      }
      return (first, mean.map { $0 / Double(max(1, scales.count)) })
    }
    let draws = parallelMap(drawCount, threads: threads) { draw in
      var stream = RandomStream(seed: seed, purpose: "similarity/turned", step: draw)
      var curves = (first: Array(repeating: 0.0, count: lags.count), mean: [Double]())
      curves.mean = curves.first
      for (first, mean) in circles where first.count > 1 {
        let count = first.count
        let offset = Int.random(in: Self.offsets(of: count, leastOffset), using: &stream)
        var place = (offset + lags.lowerBound) % count
        if place < 0 { place += count }
        for index in curves.first.indices {
          curves.first[index] += first[place]
          curves.mean[index] += mean[place]
          place = place + 1 == count ? 0 : place + 1
        }
      }
      return curves
    }
    first = Null(draws.map(\.first))
    mean = Null(draws.map(\.mean))
  }

  private static func offsets(of count: Int, _ leastOffset: Int) -> ClosedRange<Int> {
    let least = max(1, min(leastOffset, count / 4))
    return least...max(least, count - least)
  }
}

/// Where curves peak when groups of recordings are drawn with replacement.
struct PeakDraws: Sendable {
  /// In rows, one for each draw.
  let first: [Int]
  let mean: [Int]

  /// Nil for fewer than three groups.
  init?(
    _ recordings: RecordingLags, groups: [Int], lags: ClosedRange<Int>, drawCount: Int,
    seed: UInt64, threads: Int
  ) {
    let members = Dictionary(grouping: groups.indices, by: { groups[$0] })
    let keys = members.keys.sorted()
    guard keys.count > 2 else { return nil }
    let sums = GroupSums(recordings, keys.map { members[$0] ?? [] }, lags, threads)
    let peaks = parallelMap(drawCount, threads: threads) { draw -> (Int, Int) in
      var stream = RandomStream(seed: seed, purpose: "similarity/peaks", step: draw)
      var counts = Array(repeating: 0.0, count: keys.count)
      for _ in keys { counts[Int.random(in: keys.indices, using: &stream)] += 1 }
      let curves = sums.curves(counts)
      let mean = LaggedCorrelation.mean(curves)
      return (
        lags.lowerBound + LaggedCorrelation.place(of: curves[0]),
        lags.lowerBound + LaggedCorrelation.place(of: mean)
      )
    }
    first = peaks.map(\.0)
    mean = peaks.map(\.1)
  }
}

/// Sums of products and of squares at each lag, for each group and component.
private struct GroupSums: Sendable {
  /// Components by groups, each `[3 × lags]`: products, squares of the first, of the second.
  private let sums: [[[Double]]]
  private let lagCount: Int

  init(_ recordings: RecordingLags, _ groups: [[Int]], _ lags: ClosedRange<Int>, _ threads: Int) {
    lagCount = lags.count
    let count = recordings.componentCount
    let all = parallelMap(count * groups.count, threads: threads) { job -> [Double] in
      var sums = Array(repeating: 0.0, count: 3 * lags.count)
      for recording in groups[job % groups.count] {
        for (place, lag) in lags.enumerated() {
          let parts = recordings.parts(recording, job / groups.count, lag)
          sums[place] += parts.product
          sums[lags.count + place] += parts.first
          sums[2 * lags.count + place] += parts.second
        }
      }
      return sums
    }
    sums = (0..<count).map { Array(all[($0 * groups.count)..<(($0 + 1) * groups.count)]) }
  }

  /// Curves of all components where each group counts as often as `counts` says.
  func curves(_ counts: [Double]) -> [[Double]] {
    sums.map { groups in
      var total = Array(repeating: 0.0, count: 3 * lagCount)
      for (group, values) in groups.enumerated() where counts[group] > 0 {
        for index in total.indices { total[index] += counts[group] * values[index] }
      }
      return (0..<lagCount).map { lag in
        let scale = (total[lagCount + lag] * total[2 * lagCount + lag]).squareRoot()
        return scale > 0 ? total[lag] / scale : 0
      }
    }
  }
}
