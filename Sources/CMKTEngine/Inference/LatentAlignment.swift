import CMKTFormat
import Tensors

extension Alignment {
  /// The canonical analysis of weak and strong latents, `[n, K]` each, with a ridge.
  ///
  /// - Throws: `tooFewFrames`, or `numerics` where a covariance is singular despite the ridge.
  init(
    weak: Tensor<Float>, strong: Tensor<Float>, ridge: Double, compute: Compute
  ) throws(EngineFailure) {
    func doubles(_ tensor: Tensor<Float>) -> Tensor<Double> {
      Tensor<Double>(shape: tensor.shape, elements: tensor.elements.map { Double($0) })
    }
    do throws(TensorsFailure) {
      let analysis = try CanonicalCorrelation(
        weak: doubles(weak), strong: doubles(strong), ridge: ridge, compute: compute)
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
