package import Tensors

/// The rigid motion that brings one encoder's latent to the axes of another's.
///
/// Orthogonal Procrustes (Schönemann 1966): with both latents centred on the rows of the fit,
/// `R = argmin ‖Z R − Z₀‖ = U Vᵀ` for `Zᵀ Z₀ = U S Vᵀ`; a row z becomes `(z − mean) R + mean₀`.
package struct LatentAxes: Sendable {
  private let mean: [Double]
  private let goalMean: [Double]
  /// `[K, K]`.
  private let rotation: Matrix

  /// The motion from `latents` to `goal`, `[n, K]` each, row by row of the same frames.
  ///
  /// - Complexity: O(n·K² + K³).
  package init(from latents: Tensor<Float>, to goal: Tensor<Float>, level: KernelLevel) {
    precondition(latents.shape == goal.shape, "latents of the same frames")
    mean = Self.means(of: latents)
    goalMean = Self.means(of: goal)
    let cross = Self.centred(latents, mean).transposed
      .times(Self.centred(goal, goalMean), level: level)
    let factors = SingularValues(of: cross)
    rotation = factors.left.times(factors.right.transposed, level: level)
  }

  /// `latents`, `[n, K]`, on the other axes.
  package func moved(_ latents: Tensor<Float>, level: KernelLevel) -> Tensor<Float> {
    let result = Self.centred(latents, mean).times(rotation, level: level)
    let width = goalMean.count
    return Tensor(
      shape: latents.shape,
      elements: result.elements.enumerated().map { Float($1 + goalMean[$0 % width]) })
  }

  private static func means(of tensor: Tensor<Float>) -> [Double] {
    let width = tensor.shape[1]
    var sums = [Double](repeating: 0, count: width)
    for (index, value) in tensor.elements.enumerated() { sums[index % width] += Double(value) }
    return sums.map { $0 / Double(max(tensor.shape[0], 1)) }
  }

  private static func centred(_ tensor: Tensor<Float>, _ mean: [Double]) -> Matrix {
    Matrix(
      rows: tensor.shape[0], columns: mean.count,
      elements: tensor.elements.enumerated().map { Double($1) - mean[$0 % mean.count] })
  }
}
