import CMKTFormat
import Tensors

extension Retrieval {
  /// Retrieval in canonical space along directions that other groups gave; nil for one group.
  ///
  /// Each fold of groups is projected along the directions of the other folds, variates weighted by
  /// the root of their correlation there. Candidates are rows of the same fold, since spaces of two
  /// folds do not compare. Without this, few rows for the columns find each other always.
  static func heldOut(
    _ input: SimilarityInput, _ sample: RowSample, _ options: SimilarityOptions, gapRows: Int
  ) -> Retrieval? {
    guard Set(input.groups).count > 1 else { return nil }
    let folds = GroupFolds(groups: input.groups, count: options.foldCount).units
    let batches = parallelMap(folds.count, threads: options.threads) { fold -> Batch in
      let others = folds.indices.filter { $0 != fold }.flatMap { folds[$0] }.sorted()
      let space = FoldSpace(input, fitting: others, ridge: options.ridge)
      let held = sample.restricted(to: Set(folds[fold]))
      return Batch(
        first: space.first(input.first.rows(at: held.rows)),
        second: space.second(input.second.rows(at: held.rows)), sample: held)
    }
    return Retrieval(batches, of: sample, gapRows: gapRows, threads: options.threads)
  }
}

/// A canonical space that some recordings gave.
private struct FoldSpace: Sendable {
  private let moments: ViewMoments
  private let firstDirections: Matrix
  private let secondDirections: Matrix

  init(_ input: SimilarityInput, fitting recordings: [Int], ridge: Double) {
    let rows = recordings.flatMap { Array(input.recordings[$0]) }
    moments = ViewMoments(
      first: input.first.rows(at: rows), second: input.second.rows(at: rows), threads: 1)
    let analysis = CanonicalAnalysis(
      Whitening(scatter: moments.firstProducts, ridge: ridge),
      Whitening(scatter: moments.secondProducts, ridge: ridge), cross: moments.crossProducts)
    let variates = CanonicalVariates(
      moments, firstDirections: analysis.firstDirections,
      secondDirections: analysis.secondDirections)
    let weights = variates.correlations.map { max(0, $0).squareRoot() }
    firstDirections = variates.firstDirections.scalingColumns(by: weights)
    secondDirections = variates.secondDirections.scalingColumns(by: weights)
  }

  func first(_ rows: Matrix) -> Matrix {
    rows.projected(on: firstDirections, less: moments.firstMean, threads: 1)
  }

  func second(_ rows: Matrix) -> Matrix {
    rows.projected(on: secondDirections, less: moments.secondMean, threads: 1)
  }
}
