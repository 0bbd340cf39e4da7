import CMKTFormat
import Tensors

/// Canonical correlations on the very rows that they are fitted on, refitted in each permutation.
///
/// Step by step, as Winkler et al. 2020 (NeuroImage 220): each component is tested on what the
/// ones before it leave of both sides, so that a strong first one does not make the rest of the
/// null too low; a p is never below that of an earlier component. Steps end with the first p
/// above .5.
struct InSampleTest: Sendable {
  private let moments: PartMoments
  private let sums: PairedSums
  private let observed: [Double]
  /// Whitening, then a turn to the observed directions, strongest first; `[K1, K1]`, `[K2, K2]`.
  private let turned: (first: Matrix, second: Matrix)

  /// Where the steps that are worth taking are looked for.
  private static let pilotCount = 199

  init(_ moments: PartMoments, ridge: Double) {
    self.moments = moments
    sums = moments.sums(over: Array(0..<moments.unitCount))
    let first = Whitening(scatter: sums.first.scatter, ridge: ridge).matrix
    let second = Whitening(scatter: sums.second.scatter, ridge: ridge).matrix
    let whitened = first.times(sums.crossScatter).timesTransposed(second)
    observed = SingularValues(of: whitened).values
    turned = (
      whitened.timesTransposed(whitened).eigenvectorsFalling.times(first),
      whitened.transposed.times(whitened).eigenvectorsFalling.times(second)
    )
  }

  func outcome(_ plan: PermutationPlan) -> NullOutcome {
    let ways = moments.moments.repairing.ways
    var pilot = plan
    pilot.count = min(plan.count, Self.pilotCount)
    let steps = stepCount(pilot)
    let null = plan.run(moments.moments.repairing) { choice -> (mean: Double, highest: [Double]) in
      let whitened = permuted(choice)
      let all = whitened.roughSingularValues
      return (
        all.mean,
        (0..<steps).map { $0 == 0 ? all.first ?? 0 : whitened.trailing($0).highestSingularValue }
      )
    }
    var components: [NullLine] = []
    for step in 0..<steps {
      components.append(
        NullLine(
          observed[step], null: null.map { $0.highest[step] }, ways: ways,
          floor: components.last?.pValue ?? 0))
    }
    return NullOutcome(
      components: components,
      mean: NullLine(observed.mean, null: null.map(\.mean), ways: ways))
  }

  private func permuted(_ choice: [Int]) -> Matrix {
    turned.first.times(moments.crossScatter(choice, sums)).timesTransposed(turned.second)
  }

  /// The number of components up to the first one of p > .5.
  private func stepCount(_ pilot: PermutationPlan) -> Int {
    let matrices = pilot.run(moments.moments.repairing, permuted)
    for step in observed.indices {
      let highest = parallelMap(matrices.count, threads: pilot.threads) {
        matrices[$0].trailing(step).highestSingularValue
      }
      if NullLine(observed[step], null: highest).pValue > 0.5 { return step + 1 }
    }
    return observed.count
  }
}

extension Matrix {
  /// The largest singular value, to about 1e-8.
  fileprivate var highestSingularValue: Double { roughSingularValues.first ?? 0 }

  /// Of a symmetric matrix: eigenvectors by rows, those of the largest eigenvalues first.
  fileprivate var eigenvectorsFalling: Matrix {
    let vectors = SymmetricEigen(of: self).vectors
    var result = vectors
    for row in 0..<rows {
      for column in 0..<columns { result[row, column] = vectors[rows - 1 - row, column] }
    }
    return result
  }
}
