package import Tensors

/// Canonical correlation analysis of two centred sets of columns with a ridge, whose directions
/// are judged without it.
///
/// Source: Hotelling 1936; the ridge as in DCCA (Andrew et al. 2013).
///
///     T = L_w⁻¹ Σ_ws L_s⁻ᵀ = U S Vᵀ,   L Lᵀ = Σ + r I,   A = L_w⁻ᵀ U,   B = L_s⁻ᵀ V
///
/// Covariances have the divisor `n − groups`. Other than `CanonicalCorrelation`, which a model
/// stores, it never fails: a singular covariance gets a larger ridge, and is told of.
package struct CanonicalAnalysis: Sendable {
  /// Columns are directions, `[Kw, R]` and `[Ks, R]`, R the smaller extent.
  package let weakDirections: Matrix
  package let strongDirections: Matrix
  /// Pearson correlation of each pair of projections on the data of the fit, `[R]`: without the
  /// ridge's shrinkage, in the order of the regularised values.
  package let correlations: [Double]

  /// Fits on rows that are centred already.
  ///
  /// `groupCount` is how many means were subtracted.
  package init(weak: Matrix, strong: Matrix, groupCount: Int = 1, ridge: Double) {
    let pair = CentredPair(weak: weak, strong: strong, groupCount: groupCount, ridge: ridge)
    self.init(pair, order: nil)
  }

  /// Fits with the strong rows in `order`, which leaves all but the cross-covariance as it is.
  init(_ pair: CentredPair, order: [Int]?) {
    let whitened = pair.weakInverse.times(pair.cross(order)).times(pair.strongInverse.transposed)
    let parts = SingularValues(of: whitened)
    let weak = pair.weakInverse.transposed.times(parts.left)
    let strong = pair.strongInverse.transposed.times(parts.right)
    weakDirections = weak
    strongDirections = strong
    let weakVariances = weak.columnProducts(pair.weakCovariance.times(weak))
    let strongVariances = strong.columnProducts(pair.strongCovariance.times(strong))
    correlations = parts.values.indices.map { rank in
      let scale = (weakVariances[rank] * strongVariances[rank]).squareRoot()
      return scale > 0 ? parts.values[rank] / scale : 0
    }
  }
}

/// Two centred sides of the same rows with what permutations of the rows leave alone.
struct CentredPair: Sendable {
  /// `[Kw, n]`.
  private let weakTransposed: Matrix
  private let strong: Matrix
  private let divisor: Double
  let weakCovariance: Matrix
  let strongCovariance: Matrix
  /// Inverse Cholesky factors of the covariances with their ridges.
  let weakInverse: Matrix
  let strongInverse: Matrix
  /// The ridges that were used: the given one, or more where a covariance is singular.
  let ridges: (weak: Double, strong: Double)

  init(weak: Matrix, strong: Matrix, groupCount: Int, ridge: Double) {
    divisor = Double(max(1, weak.rows - groupCount))
    weakTransposed = weak.transposed
    self.strong = strong
    weakCovariance = weakTransposed.times(weak).scaled(by: 1 / divisor)
    strongCovariance = strong.transposed.times(strong).scaled(by: 1 / divisor)
    let (weakInverse, weakRidge) = weakCovariance.inverseFactor(ridge: ridge)
    let (strongInverse, strongRidge) = strongCovariance.inverseFactor(ridge: ridge)
    self.weakInverse = weakInverse
    self.strongInverse = strongInverse
    ridges = (weakRidge, strongRidge)
  }

  /// The cross-covariance, `[Kw, Ks]`.
  func cross(_ order: [Int]?) -> Matrix {
    weakTransposed.times(order.map(strong.rows(at:)) ?? strong).scaled(by: 1 / divisor)
  }
}

extension Matrix {
  /// The inverse Cholesky factor with `ridge` on the diagonal, or with the least power of ten
  /// times the mean variance that makes the matrix positive definite beyond rounding.
  fileprivate func inverseFactor(ridge: Double) -> (inverse: Matrix, ridge: Double) {
    let trace = (0..<rows).reduce(0) { $0 + self[$1, $1] }
    let variance = trace > 0 ? trace / Double(max(1, rows)) : 1
    var added = ridge
    var relative = 1e-12
    while true {
      var regularised = self
      for index in 0..<rows { regularised[index, index] += added }
      if let factor = try? Cholesky(of: regularised, what: "covariance"),
        factor.lower.hasSoundPivots
      {
        return (factor.inverseLower, added)
      }
      // Only values that are not finite get here.
      guard relative < 1 else { return (.identity(rows), added) }
      added = max(added, relative * variance)
      relative *= 10
    }
  }

  /// Whether the pivots of a factor stand clear of rounding.
  private var hasSoundPivots: Bool {
    let pivots = (0..<rows).map { self[$0, $0] }
    guard let largest = pivots.max(), let smallest = pivots.min() else { return true }
    return smallest > 1e-7 * largest
  }
}
