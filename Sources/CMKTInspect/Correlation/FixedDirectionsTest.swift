import Tensors

/// Correlations along directions that other data gave.
struct FixedDirectionsTest: Sendable {
  private let moments: PartMoments
  private let sums: PairedSums
  /// `[K1, R]` and `[K2, R]`.
  private let directions: Directions

  init(_ moments: PartMoments, _ directions: Directions) {
    self.moments = moments
    self.directions = directions
    sums = moments.sums(over: Array(0..<moments.unitCount))
  }

  func outcome(_ plan: PermutationPlan) -> NullOutcome {
    let lengths = directions.lengths(sums)
    @Sendable func correlations(_ choice: [Int]?) -> [Double] {
      directions.correlations(moments.crossScatter(choice, sums), lengths)
    }
    let null = plan.run(moments.moments.repairing) { correlations($0) }
    return NullOutcome(
      fixed: correlations(nil), null: null, ways: moments.moments.repairing.ways)
  }
}

/// Pairs of directions, by columns.
struct Directions: Sendable {
  /// `[K1, R]` and `[K2, R]`.
  let first: Matrix
  let second: Matrix
  /// Where projections count from; nil for the means of the rows that are judged.
  let means: (first: [Double], second: [Double])?

  init(first: Matrix, second: Matrix) {
    self.first = first
    self.second = second
    means = nil
  }

  /// The products of the lengths of both projections, `[R]`.
  func lengths(_ sums: PairedSums) -> [Double] {
    let left = first.columnProducts(sums.first.scatter.times(first))
    let right = second.columnProducts(sums.second.scatter.times(second))
    return zip(left, right).map { (max(0, $0) * max(0, $1)).squareRoot() }
  }

  /// Pearson correlations of the projections; zero where one does not vary.
  func correlations(_ crossScatter: Matrix, _ lengths: [Double]) -> [Double] {
    zip(first.columnProducts(crossScatter.times(second)), lengths).map {
      $1 > 0 ? min(1, max(-1, $0 / $1)) : 0
    }
  }

  func correlations(_ sums: PairedSums) -> [Double] {
    correlations(sums.crossScatter, lengths(sums))
  }
}
