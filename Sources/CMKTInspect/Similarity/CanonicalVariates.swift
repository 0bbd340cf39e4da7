package import Tensors

/// Both views along canonical directions, with variates of unit variance on the rows at hand.
///
///     U = (X − x̄) A,   V = (Y − ȳ) B
///
/// The directions may come from these rows or from others: correlations are those of these rows.
package struct CanonicalVariates: Sendable {
  /// `[K1, R]` and `[K2, R]`: directions that give variance 1; 0 where there is no variation.
  package let firstDirections: Matrix
  package let secondDirections: Matrix
  /// Pearson correlation of each pair of variates on these rows, `[R]`.
  package let correlations: [Double]
  /// Pearson correlation of each column with the variates of its own view: `[K1, R]`, `[K2, R]`.
  package let firstLoadings: Matrix
  package let secondLoadings: Matrix
  /// Σ over columns of |covariance with the variate|, `[R]`: the weights of PWCCA.
  let firstWeights: [Double]
  let secondWeights: [Double]

  /// - Parameters:
  ///   - firstDirections: `[K1, R]`; `secondDirections` `[K2, R]`, of any scale.
  package init(_ moments: ViewMoments, firstDirections: Matrix, secondDirections: Matrix) {
    precondition(firstDirections.columns == secondDirections.columns, "pairs of directions")
    let divisor = Double(max(1, moments.rowCount - 1))
    let first = Side(moments.firstProducts, firstDirections, divisor)
    let second = Side(moments.secondProducts, secondDirections, divisor)
    let crossed = moments.crossProducts.times(second.directions)
    correlations = first.directions.columnProducts(crossed).map { $0 / divisor }
      .map { min(1, max(-1, $0)) }
    self.firstDirections = first.directions
    self.secondDirections = second.directions
    (firstLoadings, firstWeights) = (first.loadings, first.weights)
    (secondLoadings, secondWeights) = (second.loadings, second.weights)
  }

  /// Projection-weighted canonical correlation (PWCCA), weighted by how much of the first view
  /// each variate accounts for, and by the second view.
  ///
  /// Source: Morcos et al. 2018. `ρ = Σ_i α_i ρ_i / Σ_i α_i` with `α_i = Σ_j |⟨u_i, x_j⟩|`, u_i
  /// the variates and x_j the centred columns of the view. Not symmetric in the views. Nil
  /// where the view has no variation.
  package var projectionWeighted: (byFirst: Double?, bySecond: Double?) {
    (weightedMean(firstWeights), weightedMean(secondWeights))
  }

  private func weightedMean(_ weights: [Double]) -> Double? {
    let total = weights.reduce(0, +)
    guard total > 0 else { return nil }
    return zip(weights, correlations).reduce(0) { $0 + $1.0 * $1.1 } / total
  }

  /// How many components follow from the data; R.
  package var count: Int { correlations.count }
}

/// One view along its directions.
private struct Side {
  let directions: Matrix
  let loadings: Matrix
  let weights: [Double]

  init(_ products: Matrix, _ given: Matrix, _ divisor: Double) {
    let raw = products.times(given)
    let width = given.columns
    let scales = given.columnProducts(raw).map {
      $0 > 0 ? (divisor / $0).squareRoot() : 0
    }
    var (scaled, covariances) = (given, raw)
    for row in 0..<given.rows {
      for column in 0..<width {
        scaled.elements[row * width + column] *= scales[column]
        covariances.elements[row * width + column] *= scales[column] / divisor
      }
    }
    var weights = Array(repeating: 0.0, count: width)
    var loadings = covariances
    let deviations = products.inverseRootDiagonal.map { $0 * divisor.squareRoot() }
    for row in 0..<given.rows {
      for column in 0..<width {
        let index = row * width + column
        weights[column] += abs(covariances.elements[index])
        loadings.elements[index] =
          min(1, max(-1, covariances.elements[index] * deviations[row]))
      }
    }
    (directions, self.loadings, self.weights) = (scaled, loadings, weights)
  }
}
