import Foundation
import Tensors

/// How well the best rotation (or reflection) carries one view to the other.
///
/// Source: orthogonal Procrustes (Schönemann 1966) as shape distance (Williams et al. 2021; Ding
/// et al. 2021). Views are centred and scaled to unit Frobenius norm; the narrower one is thought
/// of with columns of zeros.
///
///     similarity = ‖XᵀY‖_* / (‖X‖ ‖Y‖),   distance = √(2 − 2 similarity)
///     angle = acos similarity
///
/// Invariant to rotations and one scale of each view. O(K³).
package struct ProcrustesSimilarity: Sendable, Equatable {
  /// From 0 to 1.
  package let similarity: Double
  /// From 0 to √2.
  package var distance: Double { max(0, 2 - 2 * similarity).squareRoot() }
  /// From 0 to π/2.
  package var angleRadians: Double { acos(similarity) }

  /// Nil where a view has no variation.
  package init?(_ moments: ViewMoments) {
    let scale = (moments.firstProducts.trace * moments.secondProducts.trace).squareRoot()
    guard scale > 0, scale.isFinite, moments.crossProducts.isFinite else { return nil }
    let nuclear = SingularValues(of: moments.crossProducts).values.reduce(0, +)
    similarity = min(1, max(0, nuclear / scale))
  }
}

extension Matrix {
  /// The sum of the diagonal.
  var trace: Double { (0..<min(rows, columns)).reduce(0) { $0 + elements[$1 * columns + $1] } }
}
