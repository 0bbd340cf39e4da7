import CMKTFormat
package import Tensors

/// Representational similarity analysis (RSA): whether rows that lie far apart in one view lie far
/// apart in the other.
///
/// Source: Kriegeskorte et al. 2008. The dissimilarities of all pairs of a sample of rows in one
/// view are correlated with those in the other, by Spearman and by Pearson. Pairs from different
/// recordings stand apart from pairs of one recording, of which only those at least a gap apart
/// count: neighbours in time are alike in every view. O(m² K) for m rows.
package struct RepresentationalSimilarity: Sendable, Equatable {
  /// How two rows differ.
  package enum Distance: String, CaseIterable, Sendable {
    /// The length of their difference.
    case euclidean
    /// One less the Pearson correlation over columns; needs three columns or more.
    case correlation
  }

  /// Which pairs of rows are compared.
  package enum Pairs: String, CaseIterable, Sendable {
    case betweenRecordings = "between_recordings"
    case withinRecordings = "within_recordings"
  }

  /// One comparison of dissimilarities.
  package struct Line: Sendable, Equatable {
    package let distance: Distance
    package let pairs: Pairs
    package let pairCount: Int
    /// Nil where there are too few pairs, or no variation.
    package let spearman: Double?
    package let pearson: Double?
  }

  /// Distances by pairs; those that are not defined are left out.
  package let lines: [Line]
  /// How many rows were compared, of how many.
  package let sampleCount: Int
  package let populationCount: Int
  /// Pairs of one recording are at least as many rows apart.
  package let gapRows: Int

  /// Pairs below this number say nothing.
  private static let leastPairCount = 30

  /// Compares the rows of `sample`.
  package init(first: Matrix, second: Matrix, sample: RowSample, gapRows: Int, threads: Int) {
    sampleCount = sample.rows.count
    populationCount = sample.populationCount
    self.gapRows = gapRows
    let views = [first.rows(at: sample.rows), second.rows(at: sample.rows)]
    let distances = Distance.allCases.filter { distance in
      distance == .euclidean || views.allSatisfy { $0.columns > 2 }
    }
    // Both views of one distance stand side by side.
    let lists = parallelMap(2 * distances.count, threads: threads) { job in
      Self.dissimilarities(views[job % 2], distances[job / 2], sample, gapRows)
    }
    let ranks = parallelMap(2 * lists.count, threads: threads) { job in
      Ranks(of: lists[job / 2][job % 2]).values
    }
    var lines: [Line] = []
    for (place, distance) in distances.enumerated() {
      for (kind, pairs) in Pairs.allCases.enumerated() {
        let (x, y) = (lists[2 * place][kind], lists[2 * place + 1][kind])
        let isEnough = x.count >= Self.leastPairCount
        lines.append(
          Line(
            distance: distance, pairs: pairs, pairCount: x.count,
            spearman: isEnough
              ? Pearson.correlation(ranks[4 * place + kind], ranks[4 * place + 2 + kind]) : nil,
            pearson: isEnough ? Pearson.correlation(x, y) : nil))
      }
    }
    self.lines = lines
  }

  /// Dissimilarities of pairs between recordings, and of distant pairs within one.
  private static func dissimilarities(
    _ rows: Matrix, _ distance: Distance, _ sample: RowSample, _ gapRows: Int
  ) -> [[Double]] {
    let points =
      distance == .correlation
      ? rows.unitProfiles
      : rows.block(
        0..<rows.rows, less: rows.columnMeans(threads: 1))
    let products = points.times(points.transposed, level: .best).elements
    let lengths = points.squaredRowLengths
    let count = rows.rows
    var (between, within) = ([Double](), [Double]())
    between.reserveCapacity(count * max(0, count - 1) / 2)
    for i in 0..<count {
      for j in (i + 1)..<max(count, i + 1) {
        let product = products[i * count + j]
        let value =
          distance == .correlation
          ? 1 - product : max(0, lengths[i] + lengths[j] - 2 * product).squareRoot()
        if sample.recordings[i] != sample.recordings[j] {
          between.append(value)
        } else if sample.rows[j] - sample.rows[i] >= gapRows {
          within.append(value)
        }
      }
    }
    return [between, within]
  }
}

extension Matrix {
  /// Each row less its mean over columns, with length 1; zeros where a row does not vary.
  fileprivate var unitProfiles: Matrix {
    var values = elements
    for row in 0..<rows {
      let range = (row * columns)..<((row + 1) * columns)
      let mean = elements[range].reduce(0, +) / Double(max(1, columns))
      let square = elements[range].reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      let scale = square > 1e-24 * mean * mean * Double(columns) ? 1 / square.squareRoot() : 0
      for index in range { values[index] = (values[index] - mean) * scale }
    }
    return Matrix(rows: rows, columns: columns, elements: values)
  }
}
