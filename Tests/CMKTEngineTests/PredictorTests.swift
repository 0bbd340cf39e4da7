import CMKTEngine
import CMKTFormat
import Tensors
import Testing

@Suite struct PredictorTests {
  let features = SyntheticFeatures.file()

  private func model(targets: [String] = ["mood"]) throws -> ModelFile {
    try quickFit(features, targets: targets, recipe: quickRecipe("training.epochs=3")).model
  }

  @Test func strongModalityIsNotNeeded() throws {
    let model = try model(targets: ["mood", "whole"])
    var weakAlone = features
    weakAlone.modalities["strong"] = nil
    let all = Array(0..<features.sequences.count)
    let predictor = try Predictor(model: model)
    let with = try predictor.predictions(for: features, sequences: all)
    let without = try predictor.predictions(for: weakAlone, sequences: all)
    #expect(with == without)
    for (index, values) in try #require(with["mood"]).enumerated() {
      #expect(values.shape == [features.sequences.frames(of: index).count, 1])
    }
  }

  @Test func predictionsDoNotDependOnCompanyOrThreads() throws {
    let model = try model()
    let all = Array(0..<features.sequences.count)
    let together = try #require(
      try Predictor(model: model, threads: 2).predictions(for: features, sequences: all)["mood"])
    let predictor = try Predictor(model: model, threads: 1)
    for index in all {
      let alone = try predictor.predictions(for: features, sequences: [index])
      #expect(alone["mood"]?.first == together[index])
    }
  }

  @Test func invalidValuesCountAsTheMean() throws {
    let model = try model()
    var other = features
    let row = 3  // marked as not valid
    #expect(other.modalities["weak"]?.isValid(row: row, column: 0) == false)
    other.modalities["weak"]?.values.elements[4 * row] = 1e9
    let predictor = try Predictor(model: model)
    #expect(
      try predictor.predictions(for: features, sequences: [0])
        == predictor.predictions(for: other, sequences: [0]))
  }

  @Test func latentsHaveARowForEachFrame() throws {
    let predictor = try Predictor(model: model())
    let weak = try predictor.weakLatents(for: features, sequences: [1, 2])
    let strong = try predictor.strongLatents(of: "strong", for: features, sequences: [1, 2])
    #expect(weak.map(\.shape) == strong.map(\.shape))
    #expect(weak[0].shape == [features.sequences.frames(of: 1).count, 4])
    #expect(throws: EngineFailure.self) {
      try predictor.strongLatents(of: "strng", for: features, sequences: [0])
    }
  }

  @Test func otherFeaturesAreRefusedFieldByField() throws {
    let predictor = try Predictor(model: model())
    var other = features
    other.modalities["weak"]?.featureNames[2] = "loudness"
    other.modalities["weak"]?.hopSeconds = 0.25
    let failure = #expect(throws: EngineFailure.self) {
      try predictor.predictions(for: other, sequences: [0])
    }
    #expect(
      failure
        == .contractMismatch(
          modality: "weak",
          differences: [
            "features that are missing: 'f2'", "features not known: 'loudness'",
            "hop should be 0.5 s, is 0.25 s",
          ]))
    other = features
    other.modalities["weak"]?.featureNames.swapAt(0, 3)
    let swapped = #expect(throws: EngineFailure.self) {
      try predictor.predictions(for: other, sequences: [0])
    }
    #expect(swapped?.description.contains("another order: feature 0 should be 'f0'") == true)
    other.modalities["weak"] = features.modalities["strong"]
    let wrongWidth = #expect(throws: EngineFailure.self) {
      try predictor.predictions(for: other, sequences: [0])
    }
    #expect(wrongWidth?.description.contains("feature count should be 4, is 5") == true)
    other.modalities["weak"] = nil
    #expect(throws: EngineFailure.self) {
      try predictor.predictions(for: other, sequences: [0])
    }
  }

  @Test func featuresOfAnotherNormaliserAreSuspected() throws {
    let model = try model()
    #expect(try model.scaleSuspicion(of: features) == nil)
    var other = features
    let width = 4
    for index in 0..<(other.modalities["weak"]?.values.elements.count ?? 0)
    where index % width < 2 {
      other.modalities["weak"]?.values.elements[index] *= 1000
    }
    let suspicion = try model.scaleSuspicion(of: other)
    #expect(suspicion?.hasPrefix("2 of 4 features of 'weak' are scaled unlike") == true)
  }

  @Test func standardisedFeaturesAreSuspectedWhereTheModelKnowsRawOnes() throws {
    let model = try model()
    var other = features
    var modality = try #require(other.modalities["weak"])
    let rows = RowsInMemory(modality)
    let own = try Normalisation(fitting: rows, in: [0..<modality.rowCount])
    var block = rows.block(rows: 0..<modality.rowCount)
    own.scale(0..<block.rowCount, of: &block)
    modality.values = Tensor(shape: modality.values.shape, elements: block.values)
    other.modalities["weak"] = modality
    var raw = model
    raw.normalisation["weak"]?.mean = [40, 50, 60, 70]
    raw.normalisation["weak"]?.scale = [20, 30, 20, 30]
    #expect(modality.rowCount >= 100)
    #expect(try raw.scaleSuspicion(of: other)?.contains("standardised") == true)
  }

  @Test func brokenModelsAreRefused() throws {
    let sound = try model()
    var missing = sound
    missing.weights.removeFirst()
    #expect(throws: EngineFailure.self) { try Predictor(model: missing) }
    var broken = sound
    broken.weights[0].tensor.elements[0] = .nan
    #expect(throws: EngineFailure.self) { try Predictor(model: broken) }
    var bare = sound
    bare.normalisation = [:]
    #expect(throws: EngineFailure.self) { try Predictor(model: bare) }
  }

  @Test func delayMovesPredictionsBackToTheirTime() throws {
    var model = try model()
    let plain = try #require(
      try Predictor(model: model).predictions(for: features, sequences: [0])["mood"]?.first)
    model.architecture.heads[0].delaySeconds = 1.5
    let late = try #require(
      try Predictor(model: model).predictions(for: features, sequences: [0])["mood"]?.first)
    #expect(late.shape == plain.shape)
    #expect(Array(late.elements.dropFirst(3)) == Array(plain.elements.dropLast(3)))
    #expect(late.elements.prefix(4).allSatisfy { $0 == plain.elements[0] })
    var untimed = features
    untimed.timeBase = .index
    untimed.frameIntervals = nil
    #expect(throws: EngineFailure.self) {
      try Predictor(model: model).predictions(for: untimed, sequences: [0])
    }
  }
}
