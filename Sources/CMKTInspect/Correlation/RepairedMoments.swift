import CMKTFormat
import Tensors

/// The sums that every statistic of re-paired rows is made of: those of each side, which stay,
/// and products across the sides, which do not.
///
/// Rows are read once. A permutation then costs sums of `[K1, K2]` matrices, whatever n is: each
/// recording has few alternatives, whose products are kept where they fit in memory.
struct RepairedMoments: Sendable {
  let repairing: Repairing
  /// For each unit.
  let first: [SideMoments]
  let second: [SideMoments]
  /// Across the sides as they are paired in truth, for each unit.
  private let observed: [Matrix]
  /// For each unit and alternative; empty where they are computed anew every time.
  private let kept: [[Matrix]]
  private let views: (first: Matrix, second: Matrix)

  /// Products that are kept take at most so many bytes.
  private static let memoryLimit = 256 << 20

  /// Moments of recordings whose rows are not kept: nothing of them can be re-paired.
  ///
  /// - Parameter units: their rows are those of a sample, none where it has none.
  init(of units: [Unit], first: [SideMoments], second: [SideMoments], products: [Matrix]) {
    repairing = .none(of: units)
    self.first = first
    self.second = second
    observed = products
    kept = []
    views = (
      Matrix(rows: 0, columns: first.first?.sum.count ?? 0),
      Matrix(rows: 0, columns: second.first?.sum.count ?? 0)
    )
  }

  init(_ views: PairedViews, _ repairing: Repairing, threads: Int) {
    self.repairing = repairing
    let rows = repairing.units.map(\.rows)
    let first = views.first.centred(around: rows)
    let second = views.second.centred(around: rows)
    self.views = (first, second)
    let units = repairing.units
    self.first = parallelMap(units.count, threads: threads) {
      SideMoments(of: units[$0].rows, in: first)
    }
    self.second = parallelMap(units.count, threads: threads) {
      SideMoments(of: units[$0].rows, in: second)
    }
    observed = parallelMap(units.count, threads: threads) { unit in
      Self.product(first, second, units, unit, Alternative(partner: unit, shift: 0))
    }
    let count = repairing.alternatives.reduce(0) { $0 + $1.count }
    let bytes = count.multipliedReportingOverflow(by: 8 * first.columns * second.columns)
    guard !bytes.overflow, bytes.partialValue <= Self.memoryLimit else {
      kept = []
      return
    }
    let places = repairing.alternatives.enumerated().flatMap { unit, alternatives in
      alternatives.map { (unit, $0) }
    }
    let products = parallelMap(places.count, threads: threads) { index in
      Self.product(first, second, units, places[index].0, places[index].1)
    }
    var start = 0
    kept = repairing.alternatives.map { alternatives in
      defer { start += alternatives.count }
      return Array(products[start..<(start + alternatives.count)])
    }
  }

  private static func product(
    _ first: Matrix, _ second: Matrix, _ units: [Unit], _ unit: Int, _ alternative: Alternative
  ) -> Matrix {
    let (rows, others) = (units[unit].rows, units[alternative.partner].rows)
    let shift = alternative.shift
    var sum = Matrix(rows: first.columns, columns: second.columns)
    let cut = rows.upperBound - shift
    first.addCrossProduct(
      of: rows.lowerBound..<cut, with: second, (others.lowerBound + shift)..<others.upperBound,
      to: &sum)
    first.addCrossProduct(
      of: cut..<rows.upperBound, with: second,
      others.lowerBound..<(others.lowerBound + shift), to: &sum)
    return sum
  }

  /// The unit whose second side `unit` meets; itself where `choice` is nil.
  func partner(of unit: Int, _ choice: [Int]?) -> Int {
    choice.map { repairing.alternatives[unit][$0[unit]].partner } ?? unit
  }

  /// What products of `unit` around the means are multiplied by.
  func factor(of unit: Int, _ choice: [Int]?) -> Double {
    choice.map { repairing.alternatives[unit][$0[unit]].factor } ?? 1
  }

  /// `Σ x yᵀ` over a unit.
  func product(of unit: Int, _ choice: [Int]?) -> Matrix {
    guard let choice else { return observed[unit] }
    guard kept.isEmpty else { return kept[unit][choice[unit]] }
    return Self.product(
      views.first, views.second, repairing.units, unit,
      repairing.alternatives[unit][choice[unit]])
  }
}

/// The moments of one part of the variation.
struct PartMoments: Sendable {
  let part: Part
  let moments: RepairedMoments
  /// For each unit.
  let first: [SideMoments]
  let second: [SideMoments]

  init(_ moments: RepairedMoments, _ part: Part) {
    self.part = part
    self.moments = moments
    first = moments.first.map { $0.part(part) }
    second = moments.second.map { $0.part(part) }
  }

  var unitCount: Int { first.count }
  var widths: (first: Int, second: Int) { (moments.widths.first, moments.widths.second) }

  /// Sums over `units`, with `choice` of partners, and `weights` of units where given.
  func sums(over units: [Int], _ choice: [Int]? = nil, weights: [Double]? = nil) -> PairedSums {
    var result = PairedSums(widths: widths)
    for unit in units {
      let weight = weights?[unit] ?? 1
      guard weight != 0 else { continue }
      let partner = moments.partner(of: unit, choice)
      result.first.add(first[unit], times: weight)
      result.second.add(second[partner], times: weight)
      add(unit, partner, choice, weight, to: &result.cross)
    }
    return result
  }

  /// The scatter matrix across the sides of all units.
  ///
  /// Sums of the sides are the same for every choice.
  func crossScatter(_ choice: [Int]?, _ sums: PairedSums) -> Matrix {
    var cross = Matrix(rows: widths.first, columns: widths.second)
    for unit in 0..<unitCount {
      add(unit, moments.partner(of: unit, choice), choice, 1, to: &cross)
    }
    cross.addOuter(sums.first.sum, sums.second.mean, times: -1)
    return cross
  }

  private func add(
    _ unit: Int, _ partner: Int, _ choice: [Int]?, _ weight: Double, to cross: inout Matrix
  ) {
    let (own, other) = (moments.first[unit], moments.second[partner])
    switch part {
    case .total: cross.add(moments.product(of: unit, choice), times: weight)
    case .within:
      let scaled = weight * moments.factor(of: unit, choice)
      cross.add(moments.product(of: unit, choice), times: scaled)
      cross.addOuter(own.sum, other.mean, times: -scaled)
    case .between: cross.addOuter(own.mean, other.mean, times: weight)
    }
  }
}

extension RepairedMoments {
  /// The rows of all units.
  var rowCount: Int { Int(first.reduce(0) { $0 + $1.count }) }

  /// The columns of both sides.
  var widths: (first: Int, second: Int) { (views.first.columns, views.second.columns) }
}

/// Sums over pairs of rows.
struct PairedSums: Sendable {
  var first: SideMoments
  var second: SideMoments
  /// `Σ x yᵀ`.
  var cross: Matrix

  init(widths: (first: Int, second: Int)) {
    first = SideMoments(width: widths.first)
    second = SideMoments(width: widths.second)
    cross = Matrix(rows: widths.first, columns: widths.second)
  }

  /// The same sums of rows less given means.
  func around(_ means: (first: [Double], second: [Double])) -> PairedSums {
    var result = self
    result.first = first.around(means.first)
    result.second = second.around(means.second)
    result.cross.addOuter(first.sum, means.second, times: -1)
    result.cross.addOuter(means.first, result.second.sum, times: -1)
    return result
  }

  /// `Σ (x − mean)(y − mean)ᵀ`.
  var crossScatter: Matrix {
    var result = cross
    result.addOuter(first.sum, second.mean, times: -1)
    return result
  }
}
