package import Tensors

/// The columns of a view over the time of one recording, in bins: the data of a heat map.
///
/// Each column is standardised by its mean and deviation over all recordings, so that colours
/// compare.
package struct TimeCourse: Sendable, Equatable {
  /// `[bins, K]`: means of standardised values.
  package let values: Matrix
  /// The rows of the recording in each bin, ascending.
  package let bins: [Range<Int>]

  /// - Parameters:
  ///   - range: the rows of the recording; at most `binCount` bins of about equal length.
  ///   - means: of all rows, `[K]`; `deviations` likewise, 0 where a column does not vary.
  package init(
    of view: Matrix, rows range: Range<Int>, binCount: Int, means: [Double],
    deviations: [Double]
  ) {
    bins = Self.bins(of: range, count: binCount)
    var values = view.means(of: bins)
    for bin in 0..<values.rows {
      for column in 0..<values.columns {
        let index = bin * values.columns + column
        values.elements[index] =
          deviations[column] > 0
          ? (values.elements[index] - means[column]) / deviations[column] : 0
      }
    }
    self.values = values
  }
  /// At most `count` stretches of about equal length; together the range.
  static func bins(of range: Range<Int>, count: Int) -> [Range<Int>] {
    let kept = max(0, min(count, range.count))
    return (0..<kept).map { bin in
      let low = range.lowerBound + bin * range.count / kept
      return low..<(range.lowerBound + (bin + 1) * range.count / kept)
    }
  }
}

extension Similarity {
  /// Both views over the time of one recording; of the longest where `recording` is nil.
  ///
  /// - Parameters:
  ///   - input: the views that were compared.
  /// - Returns: nil where there is no such recording.
  package func timeCourses(
    of input: SimilarityInput, recording: Int? = nil, binCount: Int = 200
  ) -> (recording: Int, first: TimeCourse, second: TimeCourse)? {
    let longest = input.recordings.indices.max {
      (input.recordings[$0].count, -$0) < (input.recordings[$1].count, -$1)
    }
    guard let chosen = recording ?? longest, input.recordings.indices.contains(chosen) else {
      return nil
    }
    let range = input.recordings[chosen]
    let root = Double(max(1, moments.rowCount - 1)).squareRoot()
    func course(_ view: Matrix, _ means: [Double], _ products: Matrix) -> TimeCourse {
      let deviations = products.inverseRootDiagonal.map { $0 > 0 ? 1 / ($0 * root) : 0 }
      return TimeCourse(
        of: view, rows: range, binCount: binCount, means: means, deviations: deviations)
    }
    return (
      chosen, course(input.first, moments.firstMean, moments.firstProducts),
      course(input.second, moments.secondMean, moments.secondProducts)
    )
  }
}
