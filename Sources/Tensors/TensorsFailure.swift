/// What data can make impossible in the numerics.
package enum TensorsFailure: Error, Equatable, CustomStringConvertible {
  /// The correlation of K latents needs more than K rows.
  case tooFewRows(found: Int, latentSize: Int)
  /// A covariance is not positive definite, or not finite.
  case notPositiveDefinite(what: String)

  package var description: String {
    switch self {
    case .tooFewRows(let found, let latentSize):
      "correlation of the latents: expected more than \(latentSize) valid rows in a batch (the "
        + "latent size), found \(found); enlarge the batch, reduce the latent size, or align on "
        + "frames instead of pooled sequences"
    case .notPositiveDefinite(let what):
      "\(what): expected a finite positive definite matrix, found one that is not; raise the "
        + "ridge or lower the learning rate"
    }
  }
}
