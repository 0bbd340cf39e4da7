import CMKTEngine
import CMKTFormat
import Tensors
import Testing

@Suite struct UntrainedTwinTests {
  /// With a learning rate of almost nothing, training ends where it starts.
  @Test(arguments: [Method.sew, .cmStew])
  func trainingStartsFromTheTwin(method: Method) throws {
    let features = SyntheticFeatures.file()
    let still = try quickFit(
      features, method: method,
      recipe: quickRecipe("training.epochs=1", "optimiser.learning-rate=1e-9")
    ).model
    let twin = try still.untrained()
    #expect(twin.weights.map(\.name) == still.weights.map(\.name))
    for (first, second) in zip(twin.weights, still.weights) {
      #expect(
        zip(first.tensor.elements, second.tensor.elements).allSatisfy { abs($0 - $1) < 1e-6 },
        "\(first.name)")
    }
    let trained = try quickFit(
      features, method: method, recipe: quickRecipe("training.epochs=3")
    ).model
    #expect(trained.weights != still.weights)
    #expect(try trained.untrained().weights == twin.weights)
  }
}
