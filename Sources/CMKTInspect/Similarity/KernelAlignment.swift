/// Linear centred kernel alignment (CKA), biased and debiased.
///
/// Biased (Kornblith et al. 2019), X and Y centred:
///
///     CKA = ‖XᵀY‖² / (‖XᵀX‖ ‖YᵀY‖)
///
/// It is above 0 for independent views of few rows. Debiased: U-centred inner products (Székely &
/// Rizzo 2014) in place of the plain ones, as Nguyen et al. 2021. For linear kernels of centred
/// rows, with d = |x_i|² and e = |y_i|², these are exactly
///
///     ⟨X, Y⟩_U = ‖XᵀY‖² − n/(n−2) Σ d e + Σ d Σ e / ((n−1)(n−2))
///
/// up to a factor that cancels, so no n × n matrix is needed: O(n K²). The estimate may be
/// negative, and has no value where an own product is not above 0, which happens for very few
/// rows. Invariant to rotations and one scale of each view. Rows are taken as independent:
/// neighbouring frames are not, so the debiasing is complete only on distant rows or on means.
package struct KernelAlignment: Sendable, Equatable {
  /// Nil where a view has no variation.
  package let biased: Double?
  /// Nil for fewer than four rows, or where an own product is not above 0.
  package let debiased: Double?
  /// n.
  package let rowCount: Int

  /// Alignment of the rows that `moments` sums.
  package init(_ moments: ViewMoments) {
    rowCount = moments.rowCount
    let cross = moments.crossProducts.squaredNorm
    let first = moments.firstProducts.squaredNorm
    let second = moments.secondProducts.squaredNorm
    let scale = (first * second).squareRoot()
    biased = scale > 0 ? cross / scale : nil
    let (firstTrace, secondTrace) = (moments.firstProducts.trace, moments.secondProducts.trace)
    let ownFirst = Self.unbiased(
      first, moments.firstLengths, firstTrace * firstTrace, moments.rowCount)
    let ownSecond = Self.unbiased(
      second, moments.secondLengths, secondTrace * secondTrace, moments.rowCount)
    let shared = Self.unbiased(
      cross, moments.crossLengths, firstTrace * secondTrace, moments.rowCount)
    if let ownFirst, let ownSecond, let shared, ownFirst > 1e-12 * first,
      ownSecond > 1e-12 * second
    {
      debiased = shared / (ownFirst * ownSecond).squareRoot()
    } else {
      debiased = nil
    }
  }

  private static func unbiased(
    _ square: Double, _ lengths: Double, _ traces: Double, _ rowCount: Int
  ) -> Double? {
    guard rowCount > 3 else { return nil }
    let n = Double(rowCount)
    return square - n / (n - 2) * lengths + traces / ((n - 1) * (n - 2))
  }
}
