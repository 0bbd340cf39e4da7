/// The trace norm of the whitened cross-covariance and its gradient in the three covariances.
///
///     T = L_w⁻¹ Σ_ws L_s⁻ᵀ,  Σ = L Lᵀ (Cholesky): the singular values of Σ_ww^(−½) Σ_ws Σ_ss^(−½)
///     value = Σ_i √(σ_i² + δ²) − δ,   P = T (TᵀT + δ²)^(−½)
///     ∂/∂Σ_ws = L_w⁻ᵀ P L_s⁻¹,  ∂/∂Σ_ww = −½ L_w⁻ᵀ P Tᵀ L_w⁻¹,  ∂/∂Σ_ss = −½ L_s⁻ᵀ PᵀT L_s⁻¹
///
/// The δ makes the value smooth at σ = 0, and it depends on T through TᵀT alone, so repeated and
/// tiny singular values have a bounded, well-defined gradient. It costs at most δ each.
struct TraceNorm {
  static let smoothing = 1e-5
  let value: Double
  let crossGradient: Matrix
  let weakGradient: Matrix
  let strongGradient: Matrix

  init(of pair: CovariancePair, level: KernelLevel) throws(TensorsFailure) {
    let weak = try Cholesky(of: pair.weakCovariance, what: "covariance of the weak latents")
      .inverseLower
    let strong = try Cholesky(of: pair.strongCovariance, what: "covariance of the strong latents")
      .inverseLower
    let (weakTransposed, strongTransposed) = (weak.transposed, strong.transposed)
    let whitened = weak.times(pair.covariance, level: level).times(strongTransposed, level: level)
    guard whitened.elements.allSatisfy(\.isFinite) else {
      throw .notPositiveDefinite(what: "covariance of the latents")
    }
    let transposed = whitened.transposed
    // The smaller Gram matrix has the same singular values, without the needless zeros.
    let isWide = whitened.rows < whitened.columns
    let gram =
      isWide
      ? whitened.times(transposed, level: level) : transposed.times(whitened, level: level)
    let square = Self.smoothing * Self.smoothing
    let eigen = SymmetricEigen(of: gram)
    let roots = eigen.values.map { (max($0, 0) + square).squareRoot() }
    value = roots.reduce(0) { $0 + ($1 - Self.smoothing) }
    var scaled = eigen.vectors
    for i in 0..<scaled.rows { for j in 0..<scaled.columns { scaled[i, j] /= roots[i] } }
    let inverseRoot = eigen.vectors.transposed.times(scaled, level: level)
    let polar =
      isWide
      ? inverseRoot.times(whitened, level: level) : whitened.times(inverseRoot, level: level)
    crossGradient = weakTransposed.times(polar, level: level).times(strong, level: level)
    weakGradient = weakTransposed.times(polar.times(transposed, level: level), level: level)
      .times(weak, level: level).scaled(by: -0.5)
    strongGradient =
      strongTransposed
      .times(polar.transposed.times(whitened, level: level), level: level)
      .times(strong, level: level).scaled(by: -0.5)
  }
}
