import CMKTEngine
import CMKTFormat
import Tensors
import Testing

@Suite struct RequestTests {
  let features = SyntheticFeatures.file()

  private func message(_ body: () throws -> Void) -> String {
    #expect(throws: EngineFailure.self) { try body() }?.description ?? ""
  }

  @Test func namesAreCheckedAndTheNearestSuggested() {
    #expect(message { _ = try quickFit(features, weak: "waek") }.contains("'weak'"))
    #expect(message { _ = try quickFit(features, targets: ["mod"]) }.contains("'mood'"))
    #expect(message { _ = try Method(named: "cmstew") }.contains("'cm-stew'"))
  }

  @Test func contradictionsAreRefused() throws {
    let recipe = Recipe()
    for (method, weak, strong, targets) in [
      (Method.cmStew, "a", [String](), ["t"]), (.cmStew, "a", ["b", "b"], ["t"]),
      (.strongOnly, "a", ["b", "c"], ["t"]), (.strongOnly, "a", [], ["t"]),
      (.selfTranslation, "a", ["b"], ["t"]),
      (.unimodal, "a", ["b"], ["t"]), (.cmStew, "a", ["a"], ["t"]), (.unimodal, "a", [], []),
      (.unimodal, "a", [], ["t", "t"]),
    ] {
      #expect(throws: EngineFailure.self) {
        try TrainingRequest(
          method: method, weak: weak, strong: strong, targets: targets, recipe: recipe, seed: 1)
      }
    }
  }

  @Test func notANumberInValidTargetsIsRefusedWithItsPlace() {
    var broken = features
    broken.targets["mood"]?.values.elements[17] = .nan
    let text = message { _ = try quickFit(broken) }
    #expect(text.contains("/targets/mood/values[17,0]") && text.contains("nan"))
  }

  @Test func invalidTargetRowsAreMasked() throws {
    var masked = features
    for row in stride(from: 0, to: 100, by: 3) {
      masked.targets["mood"]?.values.elements[row] = .nan
      masked.targets["mood"]?.valid[row] = false
    }
    let result = try quickFit(masked, recipe: quickRecipe("training.epochs=3"))
    #expect(result.model.weights.allSatisfy { $0.tensor.elements.allSatisfy(\.isFinite) })
  }

  @Test func tooLittleDataForTheCorrelationSaysWhatToChange() {
    let text = message {
      _ = try quickFit(
        features, recipe: quickRecipe("alignment.level=pooled", "encoder.latent=64"))
    }
    #expect(text.contains("batch.size") && text.contains("encoder.latent"))
  }

  @Test func smallBatchesAreMergedForTheCorrelation() throws {
    var warnings: [String] = []
    var batchCounts: Set<Int> = []
    let recipe = try quickRecipe(
      "alignment.level=pooled", "batch.size=2", "training.epochs=3", "window.frames=0")
    _ = try quickFit(features, recipe: recipe) {
      if case .warning(let text) = $0 { warnings.append(text) }
      if case .batch(let stage, _, _, _, _, let count) = $0, stage == .second {
        batchCounts.insert(count)
      }
    }
    // 8 sequences in batches of 2, each a row for a latent of width 4: one batch of all.
    #expect(batchCounts == [1])
    #expect(warnings.contains { $0.contains("were merged, to 8 or more") })
  }

  @Test func centringThatLeavesNothingIsRefused() {
    let text = message {
      _ = try quickFit(
        features,
        recipe: quickRecipe(
          "alignment.level=pooled", "alignment.centring=recording", "window.frames=0",
          "encoder.latent=2", "training.epochs=1"))
    }
    #expect(text.contains("alignment.centring=batch"))
  }

  @Test func divergenceIsAnError() {
    let text = message {
      _ = try quickFit(
        features, method: .unimodal,
        recipe: quickRecipe(
          "optimiser.learning-rate=10", "optimiser.clip-norm=0", "loss.regression=mse",
          "encoder.latent-activation=identity", "optimiser.weight-decay=10"))
    }
    #expect(text.contains("not finite"))
    #expect(text.contains("set optimiser.clip-norm=1"))
  }

  @Test func testSplitIsNeverRead() throws {
    var blind = features
    for index in features.sequences.ids.indices where features.sequences.splits[index] == .test {
      for frame in features.sequences.frames(of: index) {
        blind.targets["mood"]?.values.elements[frame] = -99
        for column in 0..<4 { blind.modalities["weak"]?.values.elements[4 * frame + column] = 1e4 }
        for column in 0..<5 {
          blind.modalities["strong"]?.values.elements[5 * frame + column] = -1e4
        }
      }
    }
    let recipe = try quickRecipe("training.epochs=4")
    #expect(try quickFit(features, recipe: recipe).model == quickFit(blind, recipe: recipe).model)
  }

  @Test func predictionTableHasARowForEachFrame() throws {
    let model = try quickFit(
      features, targets: ["mood", "third", "whole"], recipe: quickRecipe("training.epochs=1")
    ).model
    let evaluation = try Evaluation(model: model, features: features, split: .test)
    let lines = evaluation.predictionTable(features: features).text
      .split(separator: "\n").map(String.init)
    #expect(lines.count == 1 + 2 * evaluation.frameCount + 2 * evaluation.sequences.count)
    #expect(lines[0] == "id,time,target,prediction")
    let second = 2 * (features.sequences.offsets[10] + 1)
    let time = try #require(features.frameIntervals)[second]
    #expect(lines[2].hasPrefix("s10,\(time),mood,"))
    #expect(lines.last?.contains("whole/1") == true)
  }
}
