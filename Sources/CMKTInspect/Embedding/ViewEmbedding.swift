package import Tensors

/// A view's rows in the plane, twice: along its principal components, and as neighbours (t-SNE).
///
/// The points are a sample of rows in time order, so that joining those of one recording draws its
/// way through the plane.
package struct ViewEmbedding: Sendable, Equatable {
  /// The rows that are drawn, and the recording of each.
  package let sample: RowSample
  package let components: PrincipalComponents
  /// `[m, 2]` or fewer columns: the sample along the first components of all rows.
  package let componentScores: Matrix
  /// Nil where it was not asked for, or where there are fewer than eight rows.
  package let neighbours: NeighbourEmbedding?

  /// Nil where values are not finite.
  ///
  /// - Parameters:
  ///   - view: `[n, K]`; `recordings` are its rows, together all.
  ///   - rowCount: as many are drawn at most; never more than t-SNE takes.
  package init?(
    of view: Matrix, recordings: [Range<Int>], rowCount: Int = 1500, withNeighbours: Bool,
    seed: UInt64, threads: Int
  ) {
    guard let components = PrincipalComponents(of: view, count: 10, threads: threads) else {
      return nil
    }
    let sample = RowSample(
      count: min(rowCount, NeighbourEmbedding.largestRowCount), of: recordings, seed: seed,
      purpose: "embedding/rows")
    let rows = view.rows(at: sample.rows)
    let scores = components.scores(of: rows, threads: threads)
    self.sample = sample
    self.components = components
    componentScores = scores.leadingColumns(2)
    neighbours = withNeighbours ? NeighbourEmbedding(of: rows, threads: threads) : nil
  }

  /// One recording's way along the first two components: means of `binCount` stretches of time,
  /// `[bins, 2]`.
  package func trajectory(of view: Matrix, rows range: Range<Int>, binCount: Int) -> Matrix {
    let bins = TimeCourse.bins(of: range, count: binCount)
    return components.scores(of: view.means(of: bins), threads: 1).leadingColumns(2)
  }
}

extension Matrix {
  /// The first `count` columns, or all where there are fewer.
  func leadingColumns(_ count: Int) -> Matrix {
    let kept = min(count, columns)
    let values = (0..<rows).flatMap { elements[($0 * columns)..<($0 * columns + kept)] }
    return Matrix(rows: rows, columns: kept, elements: values)
  }
}
