import CMKTEngine
import CMKTFormat
import Tensors

/// The chance level of one probe: what it explains of targets that other groups have.
struct HeadroomChance: Sendable, Equatable {
  let median: Double
  let quantile95: Double
  /// `(b + 1) / (n + 1)`.
  let pValue: Double
}

/// What the probes of one request explain.
struct HeadroomOutcome: Sendable {
  let sums: HeadroomSums
  let groupNames: [String]
  /// By group number the fold that it is in; nil for groups that judge, or have no label.
  let folds: [Int?]
  /// By held-out fold.
  let ridges: [[HeadroomProbe: Double]]
  let foldCount: Int
  let labelledRowCount: Int
  let unlabelledRowCount: Int
  let judgedRowCount: Int
  /// Of the probes that see a modality itself; nil where groups are too few to exchange.
  let chance: [HeadroomProbe: HeadroomChance]?
}

/// Fits and judges the probes of one set of rows.
struct HeadroomRun {
  let rows: HeadroomRows
  let kind: TargetKind
  let ridges: [Double]
  let permutationCount: Int
  let seed: UInt64
  let threads: Int
  /// Whether other rows than those that fit are judged.
  let isJudgedElsewhere: Bool

  /// With fewer groups there are too few ways to exchange them.
  static let exchangeableCount = 5

  private var folds: [[Int]] {
    (0..<rows.foldCount).map { rows.rows(.fold($0), labelled: true) }
  }

  /// What is held out in turn: each fold, or nothing where other rows judge.
  private var held: [Int?] { isJudgedElsewhere ? [nil] : (0..<rows.foldCount).map { $0 } }

  func outcome() -> HeadroomOutcome {
    let folds = self.folds
    let judged = rows.rows(.judged, labelled: true)
    let orders = permutedOrders(folds: folds, judged: judged)
    let columns = HeadroomColumns(rows, permutationCount: orders.count)
    let labelled = folds.map { rows.moments($0, orders: orders, threads: threads) }
    let features = columns.weak + columns.strong
    let all = labelled.indices.map { fold in
      labelled[fold].selecting(features)
        + rows.moments(rows.rows(.fold(fold), labelled: false), threads: threads)
        .selecting(features)
    }
    let free = rows.rows(.unlabelled, labelled: false)
    let fit = HeadroomFit(
      columns: columns, labelled: labelled, all: all,
      unlabelled: free.isEmpty ? nil : rows.moments(free, threads: threads).selecting(features),
      ridges: ridges, threads: threads)
    let (probes, maps) = fit.probes(holdingOut: held)
    var judge = HeadroomJudge(rows: rows, kind: kind)
    for (index, fold) in held.enumerated() {
      judge.add(fold.map { folds[$0] } ?? judged, probes[index])
    }
    let elsewhere =
      isJudgedElsewhere ? rows.moments(judged, orders: orders, threads: threads) : nil
    return HeadroomOutcome(
      sums: judge.sums, groupNames: rows.groupNames, folds: rows.folds,
      ridges: probes.map(\.ridges),
      foldCount: rows.foldCount, labelledRowCount: folds.reduce(0) { $0 + $1.count },
      unlabelledRowCount: free.count
        + (0..<rows.foldCount).reduce(0) { $0 + rows.rows(.fold($1), labelled: false).count },
      judgedRowCount: judge.sums.rowCounts.reduce(0, +),
      chance: orders.isEmpty
        ? nil
        : chance(maps, columns, labelled: labelled, elsewhere: elsewhere, sums: judge.sums))
  }

  /// For each permutation, the row whose target stands in each row: the groups of what fits change
  /// places as whole stretches, and so do those of what judges.
  private func permutedOrders(folds: [[Int]], judged: [Int]) -> [[Int]] {
    let parts = [folds.flatMap { $0 }.sorted(), judged].filter { !$0.isEmpty }
    let stretches = parts.map { part in
      Dictionary(grouping: part) { rows.groups[$0] }.sorted { $0.key < $1.key }.map(\.value)
    }
    guard stretches.allSatisfy({ $0.count >= Self.exchangeableCount }) else { return [] }
    return (0..<permutationCount).map { step in
      var stream = RandomStream(seed: seed, purpose: "headroom/chance", step: step)
      var order = Array(0..<rows.count)
      for stretch in stretches {
        let sources = stream.permutation(stretch.count).flatMap { stretch[$0] }
        for (row, source) in zip(stretch.flatMap { $0 }, sources) { order[row] = source }
      }
      return order
    }
  }

  private func chance(
    _ maps: [[HeadroomProbe: Matrix]], _ columns: HeadroomColumns, labelled: [Moments],
    elsewhere: Moments?, sums: HeadroomSums
  ) -> [HeadroomProbe: HeadroomChance] {
    let inputs: [HeadroomProbe: [Int]] = [
      .weak: columns.weak, .strong: columns.strong, .both: columns.weak + columns.strong,
    ]
    let outputs = columns.target + columns.permuted.flatMap { $0 }
    return inputs.reduce(into: [:]) { result, entry in
      let (probe, inputs) = entry
      var errors = Array(repeating: 0.0, count: outputs.count)
      var totals = errors
      for (index, fold) in held.enumerated() {
        guard let map = maps[index][probe],
          let judged = fold.map({ labelled[$0] }) ?? elsewhere,
          let fitted = Moments.sum(labelled.indices.filter { $0 != fold }.map { labelled[$0] })
        else { continue }
        let own = judged.squaredErrors(of: map, inputs: inputs, outputs: outputs)
        for (place, column) in outputs.enumerated() {
          errors[place] += own[place]
          totals[place] += judged.squaredDistance(
            column, from: fitted.sum(column) / max(1, fitted.count))
        }
      }
      result[probe] = Self.chance(
        errors: errors, totals: totals, width: columns.target.count,
        observed: sums.jackknife.interval(
          HeadroomSums.share(
            HeadroomSums.Index.error(probe), of: HeadroomSums.Index.total)
        ).value)
    }
  }

  /// The null of the groups of `width` outputs after the first.
  private static func chance(
    errors: [Double], totals: [Double], width: Int, observed: Double
  ) -> HeadroomChance {
    let shares = stride(from: width, to: errors.count, by: width).map { start in
      let total = totals[start..<(start + width)].reduce(0, +)
      return total > 0 ? 1 - errors[start..<(start + width)].reduce(0, +) / total : 0
    }.sorted()
    // A rounding difference is no difference.
    let above = shares.count { $0 >= observed - 1e-12 }
    return HeadroomChance(
      median: Quantile.drawn(shares, 0.5), quantile95: Quantile.drawn(shares, 0.95),
      pValue: Double(above + 1) / Double(shares.count + 1))
  }
}
