import CMKTEngine
import CMKTFormat
import Tensors
import Testing

/// What the task losses count, seen through whole training runs.
@Suite struct TaskLossTests {
  private func finalLosses(_ curve: String, of result: TrainingResult) -> [Double] {
    result.model.training.history.first { $0.name == curve }?.values ?? []
  }

  private func recall(of label: Int, model: ModelFile, features: FeaturesFile) throws -> Double {
    let evaluation = try Evaluation(model: model, features: features, split: .train)
    let target = try #require(features.targets["rare"])
    var (right, count) = (0, 0)
    for (values, sequence) in zip(
      try #require(evaluation.predictions["rare"]), evaluation.sequences)
    {
      for (row, frame) in features.sequences.frames(of: sequence).enumerated()
      where Int(target.values.elements[frame]) == label {
        count += 1
        right += (values.elements[row] >= 0.5) == (label == 1) ? 1 : 0
      }
    }
    return Double(right) / Double(count)
  }

  /// A binary target that is rarely 1: balanced weights find it more often.
  @Test func balancedClassWeightsRaiseTheRecallOfTheRareClass() throws {
    var features = SyntheticFeatures.file(weakNoise: 1.5, sequenceCount: 24)
    var rare = try #require(features.targets["positive"])
    let mood = try #require(features.targets["mood"])
    rare.values.elements = mood.values.elements.map { $0 >= 0.9 ? 1 : 0 }
    rare.threshold = 0.9
    features.targets["rare"] = rare
    func fit(_ weights: String) throws -> ModelFile {
      try quickFit(
        features, method: .unimodal, targets: ["rare"],
        recipe: quickRecipe("training.epochs=10", "task.class-weights=\(weights)")
      ).model
    }
    let plain = try recall(of: 1, model: fit("none"), features: features)
    let balanced = try recall(of: 1, model: fit("balanced"), features: features)
    #expect(balanced > plain + 0.1, "\(plain) \(balanced)")
  }

  @Test func targetWeightsShareOutTheLoss() throws {
    let features = SyntheticFeatures.file()
    func losses(_ weights: String, _ targets: [String]) throws -> [Double] {
      let result = try quickFit(
        features, method: .unimodal, targets: targets,
        recipe: quickRecipe("training.epochs=2", "task.target-weights=\(weights)"))
      return finalLosses("step1/train/task", of: result)
    }
    // A target without weight teaches nothing: as if it were not there.
    #expect(try losses("1,0", ["mood", "third"]) == losses("1", ["mood"]))
    #expect(try losses("2,2", ["mood", "third"]) == losses("1", ["mood", "third"]))
    #expect(try losses("3,1", ["mood", "third"]) != losses("1", ["mood", "third"]))
    for wrong in ["1,2,3", "0", "0,0"] {
      let failure = #expect(throws: EngineFailure.self) {
        try losses(wrong, ["mood", "third"])
      }
      #expect(failure?.description.contains("task.target-weights") == true)
    }
  }

  /// The validation loss is 1 less the mean of the CCC of each sequence.
  @Test func concordanceBySequenceIsAveraged() throws {
    let features = SyntheticFeatures.file()
    let recipe = try quickRecipe("training.epochs=1", "loss.scope=sequence")
    let result = try quickFit(features, method: .unimodal, recipe: recipe)
    let evaluation = try Evaluation(model: result.model, features: features, split: .valid)
    // One sequence a recording, so the mean over recordings is the mean over sequences.
    let mean = metric("ccc (mean over recordings)", of: evaluation.targets[0].columns)
    let loss = try #require(finalLosses("step1/valid/task", of: result).last)
    #expect(abs(loss - (1 - mean)) < 1e-5)
    let batch = try quickFit(features, method: .unimodal, recipe: quickRecipe("training.epochs=1"))
    #expect(
      finalLosses("step1/train/task", of: batch) != finalLosses("step1/train/task", of: result))
    // One row a sequence has no concordance of its own: as over the batch.
    func whole(_ scope: String) throws -> [Double] {
      let recipe = try quickRecipe("training.epochs=2", "loss.scope=\(scope)")
      return finalLosses(
        "step1/train/task",
        of: try quickFit(features, method: .unimodal, targets: ["whole"], recipe: recipe))
    }
    #expect(try whole("sequence") == whole("batch"))
  }

  @Test func multilabelTargetsAreLearntAndScoredByLabelAndTogether() throws {
    var features = SyntheticFeatures.file(sequenceCount: 24)
    let mood = try #require(features.targets["mood"])
    var labels = Target(
      values: Tensor(
        shape: [mood.rowCount, 2],
        elements: mood.values.elements.flatMap { [$0 >= 0 ? 1 : 0, abs($0) >= 0.5 ? 1 : 0] }),
      valid: mood.valid, level: .frame, kind: .multilabel)
    labels.names = ["high", "strong"]
    features.targets["labels"] = labels
    let result = try quickFit(
      features, method: .unimodal, targets: ["labels"],
      recipe: quickRecipe("task.class-weights=balanced"))
    let evaluation = try Evaluation(model: result.model, features: features, split: .test)
    let columns = evaluation.targets[0].columns
    #expect(columns.map(\.column) == ["high", "strong", "(all labels)"])
    let area = columns[0].metrics.first { $0.name == "roc auc" }?.value
    #expect(try #require(area) > 0.8)
    #expect(columns[2].metrics.map(\.name).contains("exact match"))
    let groups = try TargetScorer(features: features, target: "labels").scoresByGroup(
      try #require(evaluation.predictions["labels"]), of: evaluation.sequences)
    #expect(groups.map(\.group) == ["r22", "r23"])
    let rows = groups.map { $0.columns[0].metrics[0].rowCount }
    #expect(rows.reduce(0, +) == columns[0].metrics[0].rowCount)
  }
}
