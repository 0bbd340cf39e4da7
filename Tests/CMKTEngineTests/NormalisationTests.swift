import CMKTEngine
import CMKTFormat
import Tensors
import Testing

@Suite struct NormalisationTests {
  let features = SyntheticFeatures.file(sequenceCount: 24)

  private func model(_ scope: String, of features: FeaturesFile? = nil) throws -> ModelFile {
    try quickFit(
      features ?? self.features,
      recipe: quickRecipe("normalisation.scope=\(scope)", "training.epochs=3")
    ).model
  }

  /// The features with recording `index` amplified and moved.
  private func amplified(_ index: Int) -> FeaturesFile {
    var result = features
    for frame in features.sequences.frames(of: index) {
      for column in 0..<4 {
        let value = features.modalities["weak"]?.values.elements[4 * frame + column] ?? 0
        result.modalities["weak"]?.values.elements[4 * frame + column] = 8 * value - 32
      }
    }
    return result
  }

  @Test func recordingsAreScaledByThemselves() throws {
    let model = try model("recording")
    #expect(model.architecture.weak.normalisation == "recording")
    #expect(model.architecture.strong[0].modality.normalisation == "recording")
    let index = features.sequences.count - 1
    func prediction(_ features: FeaturesFile, _ model: ModelFile) throws -> [Float] {
      try Predictor(model: model, threads: 1).predictions(for: features, sequences: [index])[
        "mood"]?
        .first?.elements ?? []
    }
    let plain = try prediction(features, model)
    let loud = try prediction(amplified(index), model)
    #expect(!plain.isEmpty && zip(plain, loud).allSatisfy { abs($0 - $1) < 1e-4 })
    let other = try self.model("training")
    #expect(other.architecture.weak.normalisation == nil)
    #expect(try prediction(features, other) != prediction(amplified(index), other))
  }

  @Test func sequencesOfOneRecordingShareTheirStatistics() throws {
    var joined = features
    joined.sequences.recordings = joined.sequences.recordings.indices.map { "r\($0 / 2)" }
    let model = try model("recording", of: joined)
    let predictor = try Predictor(model: model, threads: 1)
    let before = try predictor.predictions(for: joined, sequences: [0])["mood"]
    var moved = joined
    for element in (4 * joined.sequences.offsets[1])..<(4 * joined.sequences.offsets[2]) {
      moved.modalities["weak"]?.values.elements[element] += 5
    }
    #expect(try predictor.predictions(for: moved, sequences: [0])["mood"] != before)
    // Another recording does not matter.
    var elsewhere = joined
    for element in (4 * joined.sequences.offsets[2])..<(4 * joined.sequences.offsets[3]) {
      elsewhere.modalities["weak"]?.values.elements[element] += 5
    }
    #expect(try predictor.predictions(for: elsewhere, sequences: [0])["mood"] == before)
  }

  /// Sequence 19 trains and 20 validates: their common statistics would tell one of the other.
  @Test func aRecordingInTwoSplitsIsNotScaledByItself() throws {
    var shared = features
    shared.sequences.recordings[20] = shared.sequences.recordings[19]
    shared.sequences.speakers[20] = "another"
    let failure = #expect(throws: EngineFailure.self) { try model("recording", of: shared) }
    let text = failure?.description ?? ""
    #expect(text.contains("'r19' in train, valid"))
    #expect(text.contains("set normalisation.scope=training"))
    #expect(try model("training", of: shared).architecture.weak.normalisation == nil)
    // What no part of the run reads does not matter.
    shared.sequences.splits[20] = .none
    #expect(try model("recording", of: shared).architecture.weak.normalisation == "recording")
  }

  @Test func anUnknownScopeIsRefused() throws {
    var model = try model("training")
    model.architecture.weak.normalisation = "speaker"
    #expect(throws: EngineFailure.self) { try Predictor(model: model) }
    #expect(model.architecture.inconsistencies.count == 1)
  }
}
