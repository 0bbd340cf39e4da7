import CMKTEngine
import CMKTFormat
import Foundation
import Tensors

/// Intervals from groups drawn anew, with replacement; rows of a group stay together.
///
/// Percentiles, widened for few groups as Hesterberg 2015 (*The American Statistician* 69) has it.
struct GroupBootstrap: Sendable {
  let replicateCount: Int
  let seed: UInt64
  let threads: Int
  /// The units of each group.
  private let groups: [[Int]]
  private let unitCount: Int

  init(units: [Unit], replicateCount: Int, seed: UInt64, threads: Int) {
    var members: [Int: [Int]] = [:]
    for (unit, value) in units.enumerated() { members[value.group, default: []].append(unit) }
    groups = members.values.sorted { ($0.first ?? 0) < ($1.first ?? 0) }
    unitCount = units.count
    (self.replicateCount, self.seed, self.threads) = (replicateCount, seed, threads)
  }

  /// With fewer groups an interval says nothing.
  private static let fewestGroups = 3

  /// The interval of each value that `statistic` gives for weights of units, at 95 %; none where
  /// there are too few groups.
  ///
  /// - Parameter estimates: nil, or what the medians of the replicates are moved to: a fit to a
  ///   drawn sample, with its groups in double, is closer than one to the sample itself.
  func intervals(
    around estimates: [Double]? = nil, _ statistic: @Sendable ([Double]) -> [Double]
  ) -> [Interval?] {
    guard groups.count >= Self.fewestGroups, replicateCount >= 20 else { return [] }
    let replicates = parallelMap(replicateCount, threads: threads) { index in
      var stream = RandomStream(seed: seed, purpose: "bootstrap/groups", step: index)
      var weights = Array(repeating: 0.0, count: unitCount)
      for _ in groups.indices {
        for unit in groups[Int.random(in: 0..<groups.count, using: &stream)] { weights[unit] += 1 }
      }
      return statistic(weights)
    }
    let share = tailShare
    return (replicates.first ?? []).indices.map { index in
      let values = replicates.map { $0[index] }.filter(\.isFinite).sorted()
      guard !values.isEmpty else { return nil }
      let shift = estimates.map { $0[index] - Quantile.drawn(values, 0.5) } ?? 0
      // Correlations that are never negative stay so when they are moved.
      let floor = estimates == nil ? -1.0 : 0
      return Interval(
        low: min(1, max(floor, Quantile.drawn(values, share) + shift)),
        high: min(1, max(floor, Quantile.drawn(values, 1 - share) + shift)))
    }
  }

  /// What is cut off on each side: less than 2.5 % where there are few groups.
  private var tailShare: Double {
    let count = Double(groups.count)
    let t = StudentDistribution(degrees: count - 1).quantile(0.975)
    return 0.5 * erfc((count / (count - 1)).squareRoot() * t / 2.0.squareRoot())
  }
}

/// A confidence interval of 95 %.
package struct Interval: Sendable, Equatable {
  package let low: Double
  package let high: Double
}

/// Sums of projections of some rows, `[R]` each.
///
/// Around given means, where the directions have some; then rows of folds with different
/// directions add up, whatever the signs of the pairs.
struct ProjectedSums: Sendable {
  private var isCentred = false
  private var count = 0.0
  private var first: [Double]
  private var second: [Double]
  private var firstSquare: [Double]
  private var secondSquare: [Double]
  private var product: [Double]

  init(width: Int) {
    first = Array(repeating: 0, count: width)
    (second, firstSquare, secondSquare, product) = (first, first, first, first)
  }

  init(_ sums: PairedSums, _ directions: Directions) {
    let (a, b) = (directions.first, directions.second)
    count = sums.first.count
    func projected(_ sum: [Double], _ directions: Matrix) -> [Double] {
      Matrix(rows: 1, columns: sum.count, elements: sum).times(directions).elements
    }
    if let means = directions.means {
      let around = sums.around(means)
      isCentred = true
      (first, second) = (Array(repeating: 0, count: a.columns), [])
      second = first
      firstSquare = a.columnProducts(around.first.gram.times(a))
      secondSquare = b.columnProducts(around.second.gram.times(b))
      product = a.columnProducts(around.cross.times(b))
      return
    }
    first = projected(sums.first.sum, a)
    second = projected(sums.second.sum, b)
    firstSquare = a.columnProducts(sums.first.gram.times(a))
    secondSquare = b.columnProducts(sums.second.gram.times(b))
    product = a.columnProducts(sums.cross.times(b))
  }

  mutating func add(_ other: ProjectedSums, times weight: Double = 1) {
    isCentred = isCentred || other.isCentred
    count += weight * other.count
    for index in first.indices {
      first[index] += weight * other.first[index]
      second[index] += weight * other.second[index]
      firstSquare[index] += weight * other.firstSquare[index]
      secondSquare[index] += weight * other.secondSquare[index]
      product[index] += weight * other.product[index]
    }
  }

  /// Pearson correlations; zero where one side does not vary.
  var correlations: [Double] {
    first.indices.map { index in
      guard count > 0 else { return 0 }
      let lost = isCentred ? 0 : 1 / count
      let a = firstSquare[index] - first[index] * first[index] * lost
      let b = secondSquare[index] - second[index] * second[index] * lost
      let c = product[index] - first[index] * second[index] * lost
      let scale = (max(0, a) * max(0, b)).squareRoot()
      return scale > 0 ? min(1, max(-1, c / scale)) : 0
    }
  }
}
