package import Tensors

extension PairedLatents {
  /// Correlations along directions that other data gave, with the null of permuted pairing.
  ///
  /// - Parameters:
  ///   - weakDirections: `[Kw, R]`; `strongDirections` `[Ks, R]`.
  package func heldOutTest(
    _ part: Part, _ null: NullHypothesis, weakDirections: Matrix, strongDirections: Matrix,
    _ plan: PermutationPlan
  ) -> CorrelationTest {
    let ranges = centring(part)
    let weakScores = weak.times(weakDirections).centred(in: ranges).standardised
    let strongScores = strong.times(strongDirections).centred(in: ranges).standardised
    let permuted = plan.run("held-out/\(part.rawValue)/\(null.rawValue)") { stream in
      weakScores.columnProducts(strongScores, order: order(under: null, &stream))
    }
    return CorrelationTest(
      observed: weakScores.columnProducts(strongScores, order: nil), null: permuted)
  }

  /// Canonical correlations on the very data, refitted in each permutation.
  package func inSampleTest(
    _ part: Part, _ null: NullHypothesis, ridge: Double, _ plan: PermutationPlan
  ) -> CorrelationTest {
    let ranges = centring(part)
    let pair = CentredPair(
      weak: weak.centred(in: ranges), strong: strong.centred(in: ranges),
      groupCount: ranges.count, ridge: ridge)
    let permuted = plan.run("in-sample/\(part.rawValue)/\(null.rawValue)") { stream in
      CanonicalAnalysis(pair, order: order(under: null, &stream)).correlations
    }
    return CorrelationTest(
      observed: CanonicalAnalysis(pair, order: nil).correlations, null: permuted)
  }

  /// Canonical correlations of each fold of groups along directions fitted on the other folds,
  /// averaged over folds by rows; refitted in each permutation.
  ///
  /// - Precondition: at least two groups.
  package func crossValidatedTest(
    _ part: Part, _ null: NullHypothesis, ridge: Double, foldCount: Int, _ plan: PermutationPlan
  ) -> CorrelationTest {
    let folds = GroupFold.folds(of: self, part, count: foldCount, ridge: ridge)
    let observed = GroupFold.correlations(folds) { _ in (nil, nil) }
    let permuted = plan.run("cross-validated/\(part.rawValue)/\(null.rawValue)") { stream in
      GroupFold.correlations(folds) { fold in
        (fold.fit.order(under: null, &stream), fold.held.order(under: null, &stream))
      }
    }
    return CorrelationTest(observed: observed, null: permuted)
  }
}

/// One fold of a cross-validation over groups: what fits, and what is held out.
private struct GroupFold: Sendable {
  let fit: PairedLatents
  let held: PairedLatents
  private let pair: CentredPair
  private let heldRows: (weak: Matrix, strong: Matrix)

  private init(fit: PairedLatents, held: PairedLatents, _ part: Part, ridge: Double) {
    self.fit = fit
    self.held = held
    let ranges = fit.centring(part)
    let heldRanges = held.centring(part)
    heldRows = (held.weak.centred(in: heldRanges), held.strong.centred(in: heldRanges))
    pair = CentredPair(
      weak: fit.weak.centred(in: ranges), strong: fit.strong.centred(in: ranges),
      groupCount: ranges.count, ridge: ridge)
  }

  /// Groups go to folds in turn, in the order of their first recording.
  static func folds(
    of latents: PairedLatents, _ part: Part, count: Int, ridge: Double
  ) -> [GroupFold] {
    var order: [Int: Int] = [:]
    for group in latents.groups where order[group] == nil { order[group] = order.count }
    let foldCount = max(2, min(count, order.count))
    return (0..<foldCount).compactMap { fold in
      let held = latents.groups.indices.filter {
        (order[latents.groups[$0]] ?? 0) % foldCount == fold
      }
      let rest = latents.groups.indices.filter {
        (order[latents.groups[$0]] ?? 0) % foldCount != fold
      }
      guard !held.isEmpty, !rest.isEmpty else { return nil }
      return GroupFold(
        fit: latents.selecting(rest), held: latents.selecting(held), part, ridge: ridge)
    }
  }

  static func correlations(
    _ folds: [GroupFold], orders: (GroupFold) -> (fit: [Int]?, held: [Int]?)
  ) -> [Double] {
    var sums: [Double] = []
    var rows = 0.0
    for fold in folds {
      let order = orders(fold)
      let analysis = CanonicalAnalysis(fold.pair, order: order.fit)
      let weak = fold.heldRows.weak.times(analysis.weakDirections).standardised
      let strong = fold.heldRows.strong.times(analysis.strongDirections).standardised
      let values = weak.columnProducts(strong, order: order.held)
      let weight = Double(fold.held.rowCount)
      if sums.isEmpty { sums = Array(repeating: 0, count: values.count) }
      for rank in values.indices { sums[rank] += weight * values[rank] }
      rows += weight
    }
    return sums.map { $0 / max(1, rows) }
  }
}
