import CMKTEngine
import CMKTFormat
import Tensors
import Testing

/// A small recipe that learns the synthetic world in a moment.
func quickRecipe(_ changes: String...) throws -> Recipe {
  var recipe = Recipe()
  let standard = [
    "encoder.hidden=8", "encoder.latent=4", "encoder.dropout=0.1", "batch.size=4",
    "optimiser.learning-rate=0.01", "training.epochs=40", "window.frames=20",
  ]
  for assignment in standard + changes { try recipe.set(assignment: assignment) }
  return recipe
}

/// Trains on `features` with the quick recipe.
func quickFit(
  _ features: FeaturesFile, method: Method = .cmStew, weak: String = "weak",
  strong: String = "strong", targets: [String] = ["mood"], recipe: Recipe? = nil, seed: UInt64 = 1,
  threads: Int = 1, observer: @escaping TrainingObserver = { _ in }
) throws -> TrainingResult {
  let request = try TrainingRequest(
    method: method, weak: weak, strong: method.needsStrong ? [strong] : [], targets: targets,
    recipe: recipe ?? quickRecipe(), seed: seed)
  return try Trainer(
    features: features, fingerprint: "f", request: request, threads: threads
  ).fit(observer: observer)
}

/// The metric called `title` of the only column of a target.
func metric(_ title: String, of columns: [ColumnScores]?) -> Double {
  columns?.first?.metrics.first { $0.title == title }?.value ?? .nan
}

@Suite struct TrainingTests {
  let features = SyntheticFeatures.file(sequenceCount: 24)

  @Test func unimodalLearnsWhatCanBeLearnt() throws {
    let result = try quickFit(features, method: .unimodal)
    let losses = try #require(
      result.model.training.history.first { $0.name == "step1/train/loss" }?.values)
    #expect(losses.count > 1)
    #expect(try #require(losses.last) < 0.6 * losses[0])
    let evaluation = try Evaluation(model: result.model, features: features, split: .test)
    #expect(metric("ccc (concatenated)", of: evaluation.targets.first?.columns) > 0.6)
    #expect(evaluation.marks.isEmpty)
  }

  @Test func cmStewTrainsEveryPartAndRecordsIt() throws {
    var warnings: [String] = []
    let result = try quickFit(features) {
      if case .warning(let text) = $0 { warnings.append(text) }
    }
    let model = result.model
    #expect(model.weights.map(\.name) == WeightName.entries(of: model.architecture).map(\.name))
    #expect(model.weights.contains { $0.name.hasPrefix("translator/strong/") })
    let curves = model.training.history.map(\.name)
    for curve in ["step1/train/task", "reference/valid/task", "step2/train/correlation"] {
      #expect(curves.contains(curve))
    }
    let alignment = try #require(model.alignment["strong"])
    #expect(alignment.correlations.count == 4)
    #expect(alignment.correlations[0] > 0.5 && alignment.correlations[0] <= 1)
    #expect(model.training.recipe == (try quickRecipe()).json(for: .cmStew))
    #expect(Set(result.validation.map(\.stage)) == [.first, .second, .reference])
    #expect(warnings.isEmpty)
  }

  @Test(arguments: ["positive", "third", "whole"]) func otherKindsOfTargetsAreLearnt(
    target: String
  ) throws {
    let result = try quickFit(features, targets: [target])
    let losses = try #require(
      result.model.training.history.first { $0.name == "step2/train/task" }?.values)
    #expect(try #require(losses.min()) < 0.9 * losses[0])
    let evaluation = try Evaluation(model: result.model, features: features, split: .test)
    let predictions = try #require(evaluation.predictions[target])
    if target == "third" {
      #expect(predictions.allSatisfy { abs($0.elements.prefix(3).reduce(0, +) - 1) < 1e-5 })
    }
    if target == "whole" { #expect(predictions.allSatisfy { $0.shape == [1, 2] }) }
    if target == "positive" {
      #expect(metric("accuracy (has-zero)", of: evaluation.targets[0].columns) > 0.65)
    }
  }

  @Test func severalTargetsAtOnce() throws {
    let result = try quickFit(features, targets: ["mood", "positive", "whole"])
    #expect(result.model.architecture.heads.map(\.target) == ["mood", "positive", "whole"])
    let evaluation = try Evaluation(model: result.model, features: features, split: .valid)
    #expect(evaluation.targets.count == 3)
    #expect(evaluation.marks == [.selected])
  }

  @Test(arguments: [
    ["encoder.kind=gru"], ["translation.target=latent", "translation.loss=l1"],
    ["alignment.level=pooled", "batch.size=16"], ["strong.mode=tuned"],
    ["head.start=strong", "head.hidden=6"], ["loss.beta=0"], ["loss.alpha=0"],
    ["batch.order=bucketed"], ["loss.regression=mse"], ["encoder.layers=2"],
    ["alignment.kind=cosine"], ["alignment.kind=mse"], ["alignment.kind=none"],
    ["alignment.centring=recording"], ["teacher.folds=2"], ["strong.mode=tuned", "loss.beta=0"],
    ["alignment.centring=recording", "alignment.kind=cosine", "window.frames=7"],
    ["selection.loss=total"], ["strong.hidden=5", "translator.hidden=3", "translator.layers=2"],
  ]) func everySettingTrains(changes: [String]) throws {
    var recipe = try quickRecipe("training.epochs=4")
    for change in changes { try recipe.set(assignment: change) }
    let result = try quickFit(features, recipe: recipe)
    #expect(result.model.weights.allSatisfy { $0.tensor.elements.allSatisfy(\.isFinite) })
    let evaluation = try Evaluation(model: result.model, features: features, split: .test)
    let value = metric("ccc (concatenated)", of: evaluation.targets.first?.columns)
    #expect(value.isFinite)
  }

  @Test func threadsChangeNothing() throws {
    let recipe = try quickRecipe("training.epochs=5", "encoder.hidden=40", "encoder.latent=8")
    let one = try quickFit(features, recipe: recipe, threads: 1).model
    let two = try quickFit(features, recipe: recipe, threads: 2).model
    #expect(one == two)
    let other = try quickFit(features, recipe: recipe, seed: 2).model
    #expect(one.weights != other.weights)
  }

  @Test func theReferenceIsTheUnimodalModel() throws {
    let transfer = try quickFit(features).model.training.history
    let alone = try quickFit(features, method: .unimodal).model.training.history
    #expect(
      transfer.first { $0.name == "reference/train/loss" }?.values
        == alone.first { $0.name == "step1/train/loss" }?.values)
  }

  @Test func weakerStrongModalityIsWarnedAbout() throws {
    var warnings: [String] = []
    _ = try quickFit(
      SyntheticFeatures.file(weakNoise: 2, sequenceCount: 24), weak: "strong", strong: "weak"
    ) { if case .warning(let text) = $0 { warnings.append(text) } }
    #expect(warnings.contains { $0.contains("exchange the two") })
  }

  @Test func contaminatedValidationIsWarnedAbout() throws {
    var features = features
    features.modalities["strong"]?.fittedOn = features.sequences.ids
    var warnings: [String] = []
    let recipe = try quickRecipe("training.epochs=1")
    _ = try quickFit(features, recipe: recipe) {
      if case .warning(let text) = $0 { warnings.append(text) }
    }
    #expect(warnings.contains { $0.contains("the extractor of 'strong' was fitted on it") })
  }
}
