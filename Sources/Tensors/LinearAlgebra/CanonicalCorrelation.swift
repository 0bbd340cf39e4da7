/// Canonical correlation analysis of two views, with a ridge on each covariance.
///
/// Hotelling 1936: directions a, b that maximise the correlation of `X_w a` and `X_s b`.
package struct CanonicalCorrelation: Sendable {
  package let weakMean: [Double]
  package let strongMean: [Double]
  /// `[K_w, R]`: columns are directions, of unit (ridged) variance; R = min(K_w, K_s).
  package let weakDirections: Matrix
  /// `[K_s, R]`.
  package let strongDirections: Matrix
  /// `[R]`, descending: the singular values of `Σ_ww^(−½) Σ_ws Σ_ss^(−½)`.
  package let correlations: [Double]

  /// - `weak`: `[n, K_w]`, `strong`: `[n, K_s]`.
  /// - `ridge`: ε.
  /// - Throws: `TensorsFailure.tooFewRows` unless n exceeds both widths;
  ///   `.notPositiveDefinite` where a covariance is singular despite the ridge, or not finite.
  package init(
    weak: Tensor<Double>, strong: Tensor<Double>, ridge: Double, compute: Compute
  ) throws(TensorsFailure) {
    precondition(weak.shape.count == 2 && strong.shape.count == 2, "matrices")
    precondition(weak.shape[0] == strong.shape[0], "views of the same rows")
    let weakStorage = Storage<Double>(count: weak.elements.count)
    let strongStorage = Storage<Double>(count: strong.elements.count)
    weakStorage.assign(weak.elements)
    strongStorage.assign(strong.elements)
    let pair = try CovariancePair(
      weak: weakStorage, weakSize: weak.shape[1], strong: strongStorage,
      strongSize: strong.shape[1], rows: weak.shape[0], weights: nil, ridge: ridge,
      compute: compute)
    try self.init(
      weakMean: pair.weakMean, strongMean: pair.strongMean, covariance: pair.covariance,
      weakCovariance: pair.weakCovariance, strongCovariance: pair.strongCovariance,
      level: compute.level)
  }

  /// The analysis of the rows that `sums` has seen.
  ///
  /// - Throws: as `init(weak:strong:ridge:compute:)`.
  package init(
    _ sums: CovarianceSums, ridge: Double, level: KernelLevel
  ) throws(TensorsFailure) {
    let largest = max(sums.weakMean.count, sums.strongMean.count)
    guard sums.count > largest else {
      throw .tooFewRows(found: sums.count, latentSize: largest)
    }
    try self.init(
      weakMean: sums.weakMean, strongMean: sums.strongMean, covariance: sums.covariance,
      weakCovariance: sums.weakCovariance(ridge: ridge),
      strongCovariance: sums.strongCovariance(ridge: ridge), level: level)
  }

  /// - Parameters: means, covariances with their ridges.
  private init(
    weakMean: [Double], strongMean: [Double], covariance: Matrix, weakCovariance: Matrix,
    strongCovariance: Matrix, level: KernelLevel
  ) throws(TensorsFailure) {
    let weakInverse = try Cholesky(of: weakCovariance, what: "covariance of the weak view")
      .inverseLower
    let strongInverse = try Cholesky(of: strongCovariance, what: "covariance of the strong view")
      .inverseLower
    let whitened = weakInverse.times(covariance, level: level)
      .times(strongInverse.transposed, level: level)
    let parts = SingularValues(of: whitened)
    self.weakMean = weakMean
    self.strongMean = strongMean
    weakDirections = weakInverse.transposed.times(parts.left, level: level)
    strongDirections = strongInverse.transposed.times(parts.right, level: level)
    correlations = parts.values
  }
}
