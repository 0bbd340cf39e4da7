package import Tensors

/// Measures of how alike two views are, beside their canonical correlations.
package struct Similarity: Sendable {
  package let moments: ViewMoments
  /// The variates along the given directions, and both views' columns against them.
  package let variates: CanonicalVariates
  /// Variates of every row, `[n, R]`, of unit variance.
  package let firstVariates: Matrix
  package let secondVariates: Matrix
  package let subspaces: SubspaceSimilarity?
  package let alignment: KernelAlignment
  /// The same of recordings' means.
  package let meanAlignment: KernelAlignment
  /// The same of rows a decorrelation time apart, which are about independent.
  package let spacedAlignment: KernelAlignment
  package let procrustes: ProcrustesSimilarity?
  package let redundancy: Redundancy
  package let dissimilarities: RepresentationalSimilarity
  /// In canonical space along directions of other groups; nil where there is one group.
  package let heldOutRetrieval: Retrieval?
  /// In canonical space along the given directions, each variate weighted by the root of its
  /// correlation.
  package let canonicalRetrieval: Retrieval
  /// By the columns themselves, around their means; nil where the views differ in width.
  package let plainRetrieval: Retrieval?
  /// Whether lags and windows follow directions that other rows gave.
  package let followsHeldOut: Bool
  /// Nil where no recording is long enough.
  package let lags: LaggedCorrelation?
  package let windows: WindowedCorrelation
  /// Rows this far apart are taken for independent.
  package let decorrelationRows: Int
  /// Whether they may be dependent beyond it: the recordings are too short to tell.
  package let isDecorrelationLimited: Bool
  /// Whether the views are known to wander over whole recordings.
  package let drifts: Bool
  package let secondsPerRow: Double?
  package let recordingNames: [String]

  /// All measures of `input`; nil where a value is infinite or not a number.
  package init?(_ input: SimilarityInput, _ options: SimilarityOptions) {
    let threads = options.threads
    let moments = ViewMoments(first: input.first, second: input.second, threads: threads)
    guard moments.isFinite, input.firstDirections.isFinite, input.secondDirections.isFinite
    else { return nil }
    let variates = CanonicalVariates(
      moments, firstDirections: input.firstDirections, secondDirections: input.secondDirections)
    let first = input.first.projected(
      on: variates.firstDirections, less: moments.firstMean, threads: threads)
    let second = input.second.projected(
      on: variates.secondDirections, less: moments.secondMean, threads: threads)
    let followed = input.heldOut ?? (first, second)
    followsHeldOut = input.heldOut != nil
    let recordings = RecordingLags(
      first: followed.first, second: followed.second, recordings: input.recordings,
      componentCount: options.leadingComponentCount, threads: threads)
    let decorrelation = Decorrelation(recordings, known: options.decorrelationRows)
    subspaces = SubspaceSimilarity(moments)
    alignment = KernelAlignment(moments)
    meanAlignment = Self.meanAlignment(input, threads)
    spacedAlignment = Self.spacedAlignment(input, decorrelation.rows, threads)
    procrustes = ProcrustesSimilarity(moments)
    redundancy = Redundancy(variates)
    dissimilarities = Self.dissimilarities(input, options, decorrelation.rows)
    let retrievals = Retrievals(
      input, options, moments, first, second, variates.correlations, decorrelation.rows)
    heldOutRetrieval = retrievals.heldOut
    (canonicalRetrieval, plainRetrieval) = (retrievals.canonical, retrievals.plain)
    lags = LaggedCorrelation(recordings, input, options, decorrelationRows: decorrelation.rows)
    windows = WindowedCorrelation(
      first: followed.first, second: followed.second, recordings: input.recordings,
      windowRows: WindowedCorrelation.windowRows(decorrelationRows: decorrelation.rows),
      componentCount: options.leadingComponentCount, threads: threads)
    (self.moments, self.variates) = (moments, variates)
    (firstVariates, secondVariates) = (first, second)
    (decorrelationRows, isDecorrelationLimited) = (decorrelation.rows, decorrelation.isLimited)
    drifts = options.drifts
    (secondsPerRow, recordingNames) = (input.secondsPerRow, input.recordingNames)
  }

  private static func meanAlignment(_ input: SimilarityInput, _ threads: Int) -> KernelAlignment {
    KernelAlignment(
      ViewMoments(
        first: input.first.means(of: input.recordings),
        second: input.second.means(of: input.recordings), threads: threads))
  }

  private static func spacedAlignment(
    _ input: SimilarityInput, _ gapRows: Int, _ threads: Int
  ) -> KernelAlignment {
    let rows = input.recordings.flatMap {
      Array(stride(from: $0.lowerBound, to: $0.upperBound, by: gapRows))
    }
    return KernelAlignment(
      ViewMoments(
        first: input.first.rows(at: rows), second: input.second.rows(at: rows), threads: threads))
  }

  private static func dissimilarities(
    _ input: SimilarityInput, _ options: SimilarityOptions, _ gapRows: Int
  ) -> RepresentationalSimilarity {
    let sample = RowSample(
      count: options.dissimilarityRowCount, of: input.recordings, seed: options.seed,
      purpose: "similarity/dissimilarities")
    return RepresentationalSimilarity(
      first: input.first, second: input.second, sample: sample, gapRows: gapRows,
      threads: options.threads)
  }
}

/// Retrieval of one sample of rows in each space.
private struct Retrievals {
  let heldOut: Retrieval?
  let canonical: Retrieval
  let plain: Retrieval?

  init(
    _ input: SimilarityInput, _ options: SimilarityOptions, _ moments: ViewMoments,
    _ first: Matrix, _ second: Matrix, _ correlations: [Double], _ gapRows: Int
  ) {
    let sample = RowSample(
      count: options.retrievalRowCount, of: input.recordings, seed: options.seed,
      purpose: "similarity/retrieval")
    heldOut = Retrieval.heldOut(input, sample, options, gapRows: gapRows)
    let weights = correlations.map { max(0, $0).squareRoot() }
    canonical = Retrieval(
      first: first.rows(at: sample.rows).scalingColumns(by: weights),
      second: second.rows(at: sample.rows).scalingColumns(by: weights), sample: sample,
      gapRows: gapRows, threads: options.threads)
    plain =
      input.first.columns == input.second.columns
      ? Retrieval(
        first: input.first.rows(at: sample.rows).less(moments.firstMean),
        second: input.second.rows(at: sample.rows).less(moments.secondMean), sample: sample,
        gapRows: gapRows, threads: options.threads) : nil
  }
}

extension Matrix {
  /// Each row less `mean`.
  fileprivate func less(_ mean: [Double]) -> Matrix { block(0..<rows, less: mean) }

  /// Each column times its factor.
  func scalingColumns(by factors: [Double]) -> Matrix {
    var values = elements
    for row in 0..<rows {
      for column in factors.indices { values[row * columns + column] *= factors[column] }
    }
    return Matrix(rows: rows, columns: columns, elements: values)
  }
}
