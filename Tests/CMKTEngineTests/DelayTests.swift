import CMKTEngine
import CMKTFormat
import Tensors
import Testing

@Suite struct DelayTests {
  /// Labels that lag by three frames of 0.5 s.
  let features = lagging(SyntheticFeatures.file(sequenceCount: 24), frames: 3)

  private static func lagging(_ features: FeaturesFile, frames: Int) -> FeaturesFile {
    var result = features
    for index in 0..<features.sequences.count {
      let range = features.sequences.frames(of: index)
      for row in range {
        result.targets["mood"]?.values.elements[row] =
          features.targets["mood"]?.values.elements[max(row - frames, range.lowerBound)] ?? 0
      }
    }
    return result
  }

  private func searchRecipe(_ changes: String...) throws -> Recipe {
    var recipe = try quickRecipe(
      "delay.mode=search", "delay.maximum=3", "delay.step=0.5", "training.epochs=12",
      "encoder.kind=gru")
    for change in changes { try recipe.set(assignment: change) }
    return recipe
  }

  private func search(
    _ features: FeaturesFile, targets: [String] = ["mood"], recipe: Recipe? = nil
  ) throws -> DelaySearch {
    let request = try TrainingRequest(
      method: .cmStew, weak: "weak", strong: ["strong"], targets: targets,
      recipe: recipe ?? searchRecipe(), seed: 1)
    return DelaySearch(features: features, request: request, threads: 1)
  }

  @Test func searchFindsTheLag() throws {
    let curves = try search(features).curves()
    let curve = try #require(curves.first)
    #expect(curve.points.map(\.seconds) == [0, 0.5, 1, 1.5, 2, 2.5, 3])
    #expect(curve.metric == "ccc (concatenated)")
    #expect(try search(features).run() == ["mood": 1.5])
    let best = try #require(curve.best?.score)
    #expect(best > 0.6)
    // Nothing that a causal encoder has read yet tells of later frames.
    #expect(try #require(curve.points.last?.score) < best - 0.1)
  }

  @Test func everyCandidateSeesTheSameLabelsAndNoTestData() throws {
    let recipe = try searchRecipe("training.epochs=2")
    var other = features
    other.modalities["strong"] = nil
    for index in 0..<features.sequences.count {
      let range = features.sequences.frames(of: index)
      let isTest = features.sequences.splits[index] == .test
      for row in isTest ? range : range.prefix(6) {
        other.targets["mood"]?.values.elements[row] = 100
      }
    }
    #expect(
      try search(features, recipe: recipe).curves() == search(other, recipe: recipe).curves())
  }

  /// The weights are those of all targets; the search has those on frames alone.
  @Test func weightsOfTheTargetsGoWithThem() throws {
    func curves(_ targets: [String], _ weights: String) throws -> [DelayCurve] {
      let recipe = try searchRecipe(
        "training.epochs=2", "delay.maximum=0.5", "task.target-weights=\(weights)")
      return try search(features, targets: targets, recipe: recipe).curves()
    }
    let weighted = try curves(["mood", "whole", "positive"], "1,5,3")
    #expect(try weighted == curves(["mood", "positive"], "1,3"))
    #expect(try weighted != curves(["mood", "positive"], "3,1"))
    #expect(try curves(["whole", "mood"], "1,0") == curves(["mood"], "1"))
  }

  @Test func requestWinsOverRecipeAndRecipeOverFile() throws {
    var filed = features
    filed.targets["mood"]?.delaySeconds = 1
    func delay(_ mode: String, _ given: [String: Double]) throws -> Double {
      var request = try TrainingRequest(
        method: .unimodal, weak: "weak", strong: [], targets: ["mood"],
        recipe: quickRecipe("training.epochs=1", "delay.seconds=2", "delay.mode=\(mode)"), seed: 1)
      request.delaySeconds = given
      let trainer = try Trainer(features: filed, fingerprint: "f", request: request, threads: 1)
      return try trainer.fit().model.architecture.heads[0].delaySeconds
    }
    #expect(try delay("file", [:]) == 1)
    #expect(try delay("fixed", [:]) == 2)
    #expect(try delay("search", ["mood": 0.5]) == 0.5)
    #expect(throws: EngineFailure.self) { try delay("search", [:]) }
    #expect(throws: EngineFailure.self) { try delay("file", ["mood": -1]) }
    #expect(throws: EngineFailure.self) { try delay("file", ["mood": .nan]) }
  }

  @Test func searchesThatCannotBeSaySo() throws {
    func message(_ search: DelaySearch) -> String {
      #expect(throws: EngineFailure.self) { try search.run() }?.description ?? ""
    }
    #expect(try message(search(features, targets: ["whole"])).contains("a target on frames"))
    let long = try searchRecipe("delay.maximum=60")
    #expect(try message(search(features, recipe: long)).contains("lower delay.maximum"))
    let reversed = try searchRecipe("delay.minimum=4")
    #expect(try message(search(features, recipe: reversed)).contains("delay.minimum"))
    var untimed = features
    untimed.timeBase = .index
    untimed.frameIntervals = nil
    #expect(try message(search(untimed)).contains("step in seconds"))
  }
}
