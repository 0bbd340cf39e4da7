import Tensors

/// Singular vector canonical correlation analysis (SVCCA): canonical correlations of the leading
/// principal components of both views.
///
/// Source: Raghu et al. 2017. Each view keeps the fewest components whose squared singular values
/// sum to at least `varianceShare` of all.
///
///     T = Λ_x^(−½) U_xᵀ XᵀY U_y Λ_y^(−½),   SVCCA = mean of the singular values of T
///
/// with U and Λ the kept eigenvectors and eigenvalues of `XᵀX` and `YᵀY`. Invariant to rotations
/// and to one scale of each view, not to all linear maps. O(K³).
package struct SubspaceSimilarity: Sendable, Equatable {
  /// `[R]`, descending; R the smaller number of kept components.
  package let correlations: [Double]
  /// How many components each view keeps.
  package let firstComponentCount: Int
  package let secondComponentCount: Int

  /// Nil where a view has no variation.
  package init?(_ moments: ViewMoments, varianceShare: Double = 0.99) {
    guard let first = LeadingSubspace(moments.firstProducts, share: varianceShare),
      let second = LeadingSubspace(moments.secondProducts, share: varianceShare)
    else { return nil }
    let whitened = first.whitening.times(moments.crossProducts)
      .times(second.whitening.transposed)
    correlations = SingularValues(of: whitened).values.map { min(1, $0) }
    firstComponentCount = first.whitening.rows
    secondComponentCount = second.whitening.rows
  }

  /// The mean canonical correlation.
  package var mean: Double { correlations.mean }
}

/// The leading principal components of a matrix of products.
private struct LeadingSubspace {
  /// `Λ^(−½) Uᵀ`, `[kept, K]`.
  let whitening: Matrix

  init?(_ products: Matrix, share: Double) {
    guard products.isFinite else { return nil }
    let eigen = SymmetricEigen(of: products)
    let values = Array(eigen.values.map { max(0, $0) }.reversed())
    let total = values.reduce(0, +)
    guard let largest = values.first, total > 0 else { return nil }
    var kept = 0
    var sum = 0.0
    // Components at the level of rounding are noise, whatever the share.
    while kept < values.count, sum < share * total, values[kept] > 1e-12 * largest {
      sum += values[kept]
      kept += 1
    }
    let width = products.columns
    var rows: [Double] = []
    for place in 0..<kept {
      let index = width - 1 - place
      let scale = 1 / values[place].squareRoot()
      rows += eigen.vectors.elements[(index * width)..<((index + 1) * width)].map { $0 * scale }
    }
    whitening = Matrix(rows: kept, columns: width, elements: rows)
  }
}

extension [Double] {
  /// The mean; not a number where there is none.
  var mean: Double { isEmpty ? .nan : reduce(0, +) / Double(count) }
}
