import CMKTEngine
import CMKTFormat
import Testing

/// A small recipe with transformers, which learns the synthetic world.
private func transformerRecipe(_ changes: String...) throws -> Recipe {
  var recipe = try quickRecipe(
    "encoder.kind=transformer", "encoder.heads=2", "encoder.hidden=16", "training.epochs=25",
    "optimiser.learning-rate=0.003")
  for change in changes { try recipe.set(assignment: change) }
  return recipe
}

@Suite struct TransformerModelTests {
  let features = SyntheticFeatures.file(sequenceCount: 24)

  @Test func aTransformerLearnsAndTransfers() throws {
    let result = try quickFit(features, recipe: transformerRecipe("encoder.span-frames=6"))
    let model = result.model
    #expect(model.weights.map(\.name) == WeightName.entries(of: model.architecture).map(\.name))
    let branch = try #require(model.architecture.strong.first)
    for part: any SequenceConfiguration in [
      model.architecture.encoder, branch.encoder, try #require(branch.translator),
    ] {
      #expect(part.kind == .transformer)
      #expect(
        part.attention == AttentionConfiguration(heads: 2, feedForwardSize: 64, spanFrames: 6))
    }
    let evaluation = try Evaluation(model: model, features: features, split: .test)
    #expect(metric("ccc (concatenated)", of: evaluation.targets.first?.columns) > 0.5)
  }

  @Test func predictionsDoNotDependOnCompanyOrThreads() throws {
    let model = try quickFit(features, recipe: transformerRecipe("training.epochs=2")).model
    let all = Array(0..<features.sequences.count)
    let together = try #require(
      try Predictor(model: model, threads: 2).predictions(for: features, sequences: all)["mood"])
    let predictor = try Predictor(model: model, threads: 1)
    for index in all {
      let alone = try predictor.predictions(for: features, sequences: [index])
      #expect(alone["mood"]?.first == together[index])
    }
  }

  @Test func trainingDoesNotDependOnThreads() throws {
    func model(_ threads: Int) throws -> ModelFile {
      try quickFit(features, recipe: transformerRecipe("training.epochs=2"), threads: threads).model
    }
    #expect(try model(1) == model(3))
  }

  @Test func theTranslatorMayBeOfAnotherKind() throws {
    let recipe = try transformerRecipe("training.epochs=1", "translator.kind=gru")
    let branch = try #require(
      try quickFit(features, recipe: recipe).model.architecture.strong.first)
    #expect(branch.encoder.kind == .transformer)
    #expect(branch.translator?.kind == .gru && branch.translator?.attentionHeads == nil)
    let other = try quickRecipe("training.epochs=1", "translator.kind=transformer")
    let reverse = try #require(
      try quickFit(features, recipe: other).model.architecture.strong.first)
    #expect(reverse.encoder.kind == .bigru && reverse.encoder.attentionHeads == nil)
    #expect(reverse.translator?.kind == .transformer)
  }

  @Test func headsThatDoNotDivideTheWidthAreRefusedBeforeAnyWork() throws {
    let recipe = try transformerRecipe("encoder.heads=3")
    #expect(
      throws: EngineFailure.badSetting(
        key: "encoder.heads", expected: "a divisor of the width 16", found: "3")
    ) { try quickFit(features, recipe: recipe) }
  }

  @Test func windowsKnowTheirPlaceInTheSequence() {
    let windows = Window.cutting([1], of: features.sequences, length: 8, hop: 5)
    let first = features.sequences.frames(of: 1).lowerBound
    #expect(windows.count > 2)
    #expect(windows.map(\.start) == windows.map { $0.frames.lowerBound - first })
    #expect(windows.last?.frames.upperBound == features.sequences.frames(of: 1).upperBound)
  }
}
