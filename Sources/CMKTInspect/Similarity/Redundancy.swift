import Tensors

/// How much of the variance of each view's columns the other view's variates account for.
///
/// Source: Stewart & Love 1968. For component i and a view of K columns
///
///     redundancy_i = ρ_i² · (1/K) Σ_j r(column j, own variate i)²
///
/// The sum over components is the total; it is the mean R² of the columns' regressions on the
/// other view where all components are taken on the rows that gave the directions. Elsewhere
/// variates are correlated, so that shares overlap and the sum may be too high.
package struct Redundancy: Sendable, Equatable {
  /// Of the first view given the second, `[R]`; and of the second given the first.
  package let first: [Double]
  package let second: [Double]
  /// The share of its own view's variance that each variate carries, `[R]`.
  package let firstShares: [Double]
  package let secondShares: [Double]

  /// Redundancy along `variates`.
  package init(_ variates: CanonicalVariates) {
    firstShares = Self.shares(variates.firstLoadings)
    secondShares = Self.shares(variates.secondLoadings)
    let squares = variates.correlations.map { $0 * $0 }
    first = zip(firstShares, squares).map { $0 * $1 }
    second = zip(secondShares, squares).map { $0 * $1 }
  }

  /// Sums over components.
  package var firstTotal: Double { first.reduce(0, +) }
  package var secondTotal: Double { second.reduce(0, +) }

  private static func shares(_ loadings: Matrix) -> [Double] {
    loadings.columnProducts(loadings).map { $0 / Double(max(1, loadings.rows)) }
  }
}
