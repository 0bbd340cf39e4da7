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
  /// Of what each fold is judged by, as the rows are paired in truth.
  private let whitenings: [(first: Whitening, second: Whitening)]

  init(_ moments: PartMoments, ridge: Double, foldCount: Int) {
    self.moments = moments
    self.ridge = ridge
    let folds = GroupFolds(groups: moments.moments.repairing.units.map(\.group), count: foldCount)
    self.folds = folds
    whitenings = folds.units.indices.map { fold in
      let fit = moments.sums(over: folds.others(than: fold))
      return (
        Whitening(scatter: fit.first.scatter, ridge: ridge),
        Whitening(scatter: fit.second.scatter, ridge: ridge)
      )
    }
  }

  var observed: [Double] { correlations(nil) }

  func outcome(_ plan: PermutationPlan) -> NullOutcome {
    NullOutcome(
      fixed: observed, null: plan.run(moments.moments.repairing) { correlations($0) },
      ways: moments.moments.repairing.ways)
  }

  private func correlations(_ choice: [Int]?) -> [Double] {
    let parts = folds.units.map { moments.sums(over: $0, choice) }
    var pooled = ProjectedSums(width: min(moments.widths.first, moments.widths.second))
    for fold in parts.indices {
      var fit = PairedSums(widths: moments.widths)
      for other in parts.indices where other != fold { fit.add(parts[other]) }
      pooled.add(ProjectedSums(parts[fold], directions(fold, fit, choice)))
    }
    return pooled.correlations
  }

  /// What the other folds give.
  ///
  /// The first side meets others and stays as it is; the second stays where recordings meet
  /// themselves.
  private func directions(_ fold: Int, _ fit: PairedSums, _ choice: [Int]?) -> Directions {
    let (first, second) = whitenings[fold]
    let isSame = choice == nil || moments.moments.repairing.keepsRecordings
    return Directions(
      roughFit: fit, first,
      isSame ? second : Whitening(scatter: fit.second.scatter, ridge: ridge))
  }

  /// The directions that each fold is judged along.
  var foldDirections: [FoldDirections] {
    folds.units.indices.map { fold in
      FoldDirections(
        units: folds.units[fold],
        directions: directions(fold, moments.sums(over: folds.others(than: fold)), nil))
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

  /// The units of all folds but one.
  func others(than fold: Int) -> [Int] {
    units.indices.filter { $0 != fold }.flatMap { units[$0] }
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
    self.init(
      roughFit: sums, Whitening(scatter: sums.first.scatter, ridge: ridge),
      Whitening(scatter: sums.second.scatter, ridge: ridge))
  }

  /// Canonical directions of what `sums` were taken over, whose sides are made white so.
  init(roughFit sums: PairedSums, _ first: Whitening, _ second: Whitening) {
    let vectors = first.matrix.times(sums.crossScatter).timesTransposed(second.matrix)
      .roughSingularVectors
    let root = sums.first.count.squareRoot()
    self.first = first.matrix.transposed.times(vectors.left).scaled(by: root)
    self.second = second.matrix.transposed.times(vectors.right).scaled(by: root)
    means = (sums.first.mean, sums.second.mean)
  }
}
