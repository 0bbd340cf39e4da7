import Tensors

/// Canonical correlations of folds of groups along directions that the other folds gave, pooled.
///
/// Projections of a fold are taken around the means of its fit, in units of their deviation there,
/// so that folds of few groups count differences between groups, too. Refitted in each
/// permutation.
struct CrossValidatedTest: Sendable {
  private let moments: PartMoments
  private let ridge: Double
  private let folds: GroupFolds

  init(_ moments: PartMoments, ridge: Double, foldCount: Int) {
    self.moments = moments
    self.ridge = ridge
    folds = GroupFolds(groups: moments.moments.repairing.units.map(\.group), count: foldCount)
  }

  var observed: [Double] { correlations(nil) }

  func outcome(_ plan: PermutationPlan) -> NullOutcome {
    NullOutcome(
      fixed: observed, null: plan.run(moments.moments.repairing) { correlations($0) },
      floor: moments.moments.repairing.smallestPValue)
  }

  private func correlations(_ choice: [Int]?) -> [Double] {
    let parts = folds.units.map { moments.sums(over: $0, choice) }
    var pooled = ProjectedSums(width: min(moments.widths.first, moments.widths.second))
    for fold in parts.indices {
      var fit = PairedSums(widths: moments.widths)
      for other in parts.indices where other != fold { fit.add(parts[other]) }
      pooled.add(ProjectedSums(parts[fold], Directions(roughFit: fit, ridge: ridge)))
    }
    return pooled.correlations
  }

  /// The directions that each fold is judged along.
  var foldDirections: [FoldDirections] {
    folds.units.indices.map { fold in
      let others = folds.units.indices.filter { $0 != fold }.flatMap { folds.units[$0] }
      return FoldDirections(
        units: folds.units[fold],
        directions: Directions(roughFit: moments.sums(over: others), ridge: ridge))
    }
  }

  /// The rows of the part that the smallest fit has.
  var fewestFitRows: Int {
    let counts = folds.units.map { units in units.reduce(0.0) { $0 + moments.first[$1].count } }
    return Int(counts.reduce(0, +) - (counts.max() ?? 0))
  }
}

/// Units that are judged along directions which they did not help to find.
struct FoldDirections: Sendable {
  let units: [Int]
  let directions: Directions
}

/// Units in folds such that no group is in two.
struct GroupFolds: Sendable {
  let units: [[Int]]

  /// Groups go to folds in turn, in the order of their first unit.
  init(groups: [Int], count: Int) {
    var order: [Int: Int] = [:]
    for group in groups where order[group] == nil { order[group] = order.count }
    let foldCount = max(2, min(count, order.count))
    var units = Array(repeating: [Int](), count: foldCount)
    for (unit, group) in groups.enumerated() {
      units[(order[group] ?? 0) % foldCount].append(unit)
    }
    self.units = units.filter { !$0.isEmpty }
  }
}

extension PairedSums {
  mutating func add(_ other: PairedSums) {
    first.add(other.first)
    second.add(other.second)
    cross.add(other.cross)
  }
}

extension Directions {
  /// Canonical directions of what `sums` were taken over.
  init(roughFit sums: PairedSums, ridge: Double) {
    let first = Whitening(scatter: sums.first.scatter, ridge: ridge).matrix
    let second = Whitening(scatter: sums.second.scatter, ridge: ridge).matrix
    let vectors = first.times(sums.crossScatter).timesTransposed(second).roughSingularVectors
    let root = sums.first.count.squareRoot()
    self.first = first.transposed.times(vectors.left).scaled(by: root)
    self.second = second.transposed.times(vectors.right).scaled(by: root)
    means = (sums.first.mean, sums.second.mean)
  }
}
