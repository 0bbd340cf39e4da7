import Foundation
import Tensors

/// How pairs are broken up for a null distribution; both keep every series as it is.
package enum NullHypothesis: String, CaseIterable, Sendable {
  /// Each recording's second side is shifted in a circle: nothing happens at the same time.
  /// Assumes that the series do not drift.
  case synchrony
  /// Recordings of one group meet those of another: nothing belongs to the same recording. Drift
  /// is kept.
  case correspondence
}

/// The rows of one recording that take part in a test.
struct Unit: Sendable {
  let recording: Int
  let rows: Range<Int>
  let group: Int
}

/// What a unit's first side may meet instead of its own second side.
struct Alternative: Sendable, Hashable {
  /// The number of the unit that the second side comes from, of as many rows.
  let partner: Int
  /// By how many rows it is turned round.
  let shift: Int
  /// What products around the means are multiplied by, to vary as much as unshifted ones would.
  var factor = 1.0
}

/// All the ways in which a null hypothesis pairs the rows anew.
struct Repairing: Sendable {
  /// Nil where nothing is re-paired.
  let hypothesis: NullHypothesis?
  let units: [Unit]
  /// For each unit.
  let alternatives: [[Alternative]]
  /// The natural logarithm of the number of different ways, the original one included.
  let waysLogarithm: Double
  /// Strata of units that exchange partners; nil where each unit chooses by itself.
  private let strata: [Stratum]?

  /// Groups that exchange recordings: the units of each, in order; equally many in every one.
  struct Stratum: Sendable {
    let groups: [[Int]]
  }

  init(
    _ hypothesis: NullHypothesis?, units: [Unit], alternatives: [[Alternative]],
    waysLogarithm: Double, strata: [Stratum]? = nil
  ) {
    self.hypothesis = hypothesis
    self.units = units
    self.alternatives = alternatives
    self.waysLogarithm = waysLogarithm
    self.strata = strata
  }

  /// Fewer different ways than these can never give p ≤ .05.
  static let fewestWays = 20.0

  var hasEnoughWays: Bool { waysLogarithm >= log(Self.fewestWays) - 1e-9 }

  /// Whether every recording meets itself, however the choice is.
  var keepsRecordings: Bool { hypothesis != .correspondence }

  /// The number of different ways; may be infinite.
  var ways: Double { exp(waysLogarithm) }

  var rowCount: Int { units.reduce(0) { $0 + $1.rows.count } }

  /// A random one: for each unit the number of the alternative.
  func draw(_ stream: inout RandomStream) -> [Int] {
    guard let strata else {
      return alternatives.map { Int.random(in: 0..<max(1, $0.count), using: &stream) }
    }
    var choice = Array(repeating: 0, count: units.count)
    for stratum in strata {
      let order = stream.permutation(stratum.groups.count)
      for (group, partner) in order.enumerated() {
        for unit in stratum.groups[group] { choice[unit] = partner }
      }
    }
    return choice
  }
}

extension Repairing {
  /// All rows as they are.
  static func none(of views: PairedViews) -> Repairing {
    none(
      of: views.recordings.enumerated().compactMap { index, rows in
        rows.isEmpty ? nil : Unit(recording: index, rows: rows, group: views.groups[index])
      })
  }

  /// `units` as they are.
  static func none(of units: [Unit]) -> Repairing {
    Repairing(
      nil, units: units, alternatives: Array(repeating: [], count: units.count), waysLogarithm: 0)
  }

  /// Recordings that are shifted by at least `minimumShift` rows either way.
  ///
  /// Those shorter than four times that are left out. Each recording gets as many different shifts
  /// as `count` permutations of all need to be far apart.
  ///
  /// Shifts that are closer than the products' own memory `τ = 1 + 2 Σ s` pair the rows almost
  /// alike: T rows count for `1 + (T − 2 minimumShift + 1) / τ` different ways.
  ///
  /// - Parameter similarity: how rows resemble later ones, by lag: the product of both views'
  ///   autocorrelations from lag 1 on.
  static func synchrony(
    of views: PairedViews, minimumShift: Int, similarity: [Double], count: Int, seed: UInt64
  ) -> Repairing {
    let minimumLength = 4 * minimumShift
    let units = views.recordings.enumerated().compactMap { index, rows in
      rows.count >= max(minimumLength, 2 * minimumShift + 1)
        ? Unit(recording: index, rows: rows, group: views.groups[index]) : nil
    }
    let wanted = max(16, count / max(1, units.count))
    let memory = 1 + 2 * similarity.reduce(0) { $0 + max(0, $1) }
    var ways = 0.0
    let alternatives = units.enumerated().map { index, unit in
      let shifts = minimumShift...(unit.rows.count - minimumShift)
      ways += log(1 + Double(shifts.count) / memory)
      var stream = RandomStream(seed: seed, purpose: "synchrony/shifts", step: index)
      return stream.sample(min(wanted, max(1, count), shifts.count), of: shifts)
        .map {
          Alternative(
            partner: index, shift: $0, factor: joinFactor(unit.rows.count, similarity))
        }
    }
    return Repairing(
      .synchrony, units: units, alternatives: alternatives, waysLogarithm: ways)
  }

  /// What makes products with a shifted series vary as much as those with an unshifted one.
  ///
  /// Where the shifted series is joined, its end meets its start: neighbours there resemble each
  /// other less than elsewhere, and the variance of the products falls by
  ///
  ///     Σ_k (n − 2|k|) s(k) / Σ_k (n − |k|) s(k)
  ///
  /// over all lags k of similarity s.
  private static func joinFactor(_ rowCount: Int, _ similarity: [Double]) -> Double {
    var (whole, joined) = (Double(rowCount), Double(rowCount))
    for (index, value) in similarity.enumerated() where 2 * (index + 1) < rowCount {
      whole += 2 * Double(rowCount - index - 1) * value
      joined += 2 * Double(rowCount - 2 * (index + 1)) * value
    }
    return joined > 0 ? (whole / joined).squareRoot() : 1
  }

  /// Groups of a stratum exchange recordings, the first for the first and so on, each cut to
  /// the shortest of the stratum, so that all have as many rows.
  static func correspondence(of views: PairedViews, _ strata: GroupStrata) -> Repairing {
    var units: [Unit] = []
    var members: [Stratum] = []
    var ways = 0.0
    for stratum in strata.strata {
      ways += lgamma(Double(stratum.groups.count) + 1)
      members.append(
        Stratum(
          groups: stratum.groups.map { recordings in
            recordings.enumerated().map { place, recording in
              let start = views.recordings[recording].lowerBound
              units.append(
                Unit(
                  recording: recording, rows: start..<(start + stratum.lengths[place]),
                  group: views.groups[recording]))
              return units.count - 1
            }
          }))
    }
    var alternatives = Array(repeating: [Alternative](), count: units.count)
    for stratum in members {
      for group in stratum.groups {
        for (place, unit) in group.enumerated() {
          alternatives[unit] = stratum.groups.map { Alternative(partner: $0[place], shift: 0) }
        }
      }
    }
    return Repairing(
      .correspondence, units: units, alternatives: alternatives, waysLogarithm: ways,
      strata: members)
  }
}

extension RandomStream {
  /// `count` different numbers of `range`, in random order (Floyd's algorithm for few of many).
  fileprivate mutating func sample(_ count: Int, of range: ClosedRange<Int>) -> [Int] {
    guard count < range.count else { return Array(range) }
    var chosen: Set<Int> = []
    var order: [Int] = []
    for last in (range.upperBound - count + 1)...range.upperBound {
      let number = Int.random(in: range.lowerBound...last, using: &self)
      let new = chosen.contains(number) ? last : number
      chosen.insert(new)
      order.append(new)
    }
    return order
  }
}
