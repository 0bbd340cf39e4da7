import CMKTFormat
import Tensors

extension Alignment {
  /// The canonical analysis of the weak and strong latents that `sums` has seen, with a ridge.
  ///
  /// - Throws: `tooFewFrames`, or `numerics` where a covariance is singular despite the ridge.
  init(_ sums: CovarianceSums, ridge: Double, compute: Compute) throws(EngineFailure) {
    do throws(TensorsFailure) {
      let analysis = try CanonicalCorrelation(sums, ridge: ridge, level: compute.level)
      self.init(
        weakMean: analysis.weakMean, strongMean: analysis.strongMean,
        weakDirections: analysis.weakDirections.tensor,
        strongDirections: analysis.strongDirections.tensor, correlations: analysis.correlations,
        ridge: ridge)
    } catch {
      throw EngineFailure(error, stage: "canonical analysis of the latents")
    }
  }
}

extension Matrix {
  /// The same matrix as a tensor.
  fileprivate var tensor: Tensor<Double> { Tensor(shape: [rows, columns], elements: elements) }
}
