import CMKTEngine
import CMKTFormat
import Tensors
import Testing

/// Whether a strong modality helps where it must.
@Suite struct TransferTests {
  /// A hidden process that the strong modality sees clearly and the weak one below four private
  /// processes, each stronger; the labels of few sequences, and noisy; many sequences without.
  private static func scarce(seed: UInt64) -> FeaturesFile {
    var world = SyntheticFeatures(state: seed)
    let (count, length, width) = (34, 60, 12)
    let mixing = (0..<(5 * width)).map { _ in world.uniform() }
    var weak: [Float] = []
    var strong: [Float] = []
    var labels: [Float] = []
    for _ in 0..<count {
      var states = [Float](repeating: 0, count: 5)
      for _ in 0..<length {
        for index in 0..<5 { states[index] = 0.9 * states[index] + 0.5 * world.uniform() }
        for column in 0..<width {
          let private_ = (1..<5).reduce(Float(0)) {
            $0 + 1.5 * mixing[$1 * width + column] * states[$1]
          }
          weak.append(mixing[column] * states[0] + private_ + 0.3 * world.uniform())
        }
        for column in 0..<5 {
          strong.append(states[0] * (column % 2 == 0 ? 1 : -1) + 0.1 * world.uniform())
        }
        labels.append(states[0] + 1.5 * world.uniform())
      }
    }
    return SyntheticFeatures.assemble(
      splits: (0..<count).map {
        $0 < 3 ? .train : $0 < 23 ? .unlabelled : $0 < 28 ? .valid : .test
      },
      length: length, weak: weak, strong: strong, mood: labels)
  }

  /// The mean over data and training seeds of the gain of `method` over the weak modality alone.
  private func gain(_ method: Method) throws -> Double {
    let recipe = try quickRecipe(
      "compare.weak=false", "window.frames=30", "optimiser.learning-rate=0.005")
    func score(_ method: Method, _ features: FeaturesFile, _ seed: UInt64) throws -> Double {
      let model = try quickFit(features, method: method, recipe: recipe, seed: seed).model
      let evaluation = try Evaluation(model: model, features: features, split: .test)
      return metric("ccc (concatenated)", of: evaluation.targets.first?.columns)
    }
    var sum = 0.0
    for seed in UInt64(1)...4 {
      let features = Self.scarce(seed: seed)
      let (own, alone) = try (score(method, features, seed), score(.unimodal, features, seed))
      sum += own - alone
    }
    return sum / 4
  }

  @Test(arguments: [Method.cmStew, .sew, .translationOnly])
  func theStrongModalityHelps(method: Method) throws {
    let gain = try gain(method)
    #expect(gain > 0.02)
  }

  @Test(arguments: [Method.shuffledPairing, .selfTranslation])
  func theControlsDoNot(method: Method) throws {
    let gain = try gain(method)
    #expect(gain < 0.01)
  }
}
