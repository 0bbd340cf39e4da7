import CMKTEngine
import CMKTFormat
import Tensors
import Testing

@Suite struct ReproductionTests {
  let features = SyntheticFeatures.file(sequenceCount: 24)

  private func model(_ method: Method, features: FeaturesFile) throws -> ModelFile {
    try quickFit(features, method: method, recipe: quickRecipe("training.epochs=2")).model
  }

  @Test(arguments: Method.allCases)
  func aModelComesOutOfItsRecord(method: Method) throws {
    // Trained on other splits than those of the file, as the folds of a comparison are.
    let fold = try features.leavingOut(fold: 1, of: 3, isNested: true)
    let model = try model(method, features: fold)
    let again = try Reproduction(of: model, features: features, fingerprint: "f").train(threads: 1)
    #expect(try model.firstDifference(from: again) == nil)
    #expect(again.training.validIds == model.training.validIds)
  }

  /// A fold leaves out the unlabelled sequences of its groups; so does its reproduction.
  @Test(arguments: [false, true]) func aFoldWithUnlabelledSequencesComesOut(isNested: Bool) throws {
    var features = features
    for index in 10..<20 {
      features.sequences.splits[index] = .unlabelled
      features.sequences.speakers[index] = features.sequences.recordings[index - 10]
    }
    let fold = try features.leavingOut(fold: 1, of: 3, isNested: isNested)
    let model = try model(.cmStew, features: fold)
    let again = try Reproduction(of: model, features: features, fingerprint: "f").train(threads: 1)
    #expect(try model.firstDifference(from: again) == nil)
  }

  @Test func theFirstDifferenceIsNamed() throws {
    let model = try model(.unimodal, features: features)
    var other = model
    other.weights[1].tensor.elements[0] += 1
    other.weights[3].tensor.elements[0] += 1
    let paths = [1, 3].map { "/weights/\(model.weights[$0].name)" }.sorted()
    #expect(try model.firstDifference(from: other) == paths[0])
    other = model
    other.licence = "another"
    #expect(try model.firstDifference(from: other) == "/@licence")
    other = model
    other.training.seed += 1
    #expect(try model.firstDifference(from: other) == "/training@seed")
    other = model
    other.provenance.steps.append(ProvenanceStep(tool: "t", version: "1", command: "c"))
    #expect(try model.firstDifference(from: other) == nil)
  }

  @Test func whatCannotBeReproducedIsRefused() throws {
    let model = try model(.unimodal, features: features)
    #expect(throws: EngineFailure.self) {
      try Reproduction(of: model, features: features, fingerprint: "other")
    }
    var old = model
    old.training.method = ""
    #expect(throws: EngineFailure.self) {
      try Reproduction(of: old, features: features, fingerprint: "f")
    }
    var unfinished = model
    unfinished.isFinished = false
    let failure = #expect(throws: EngineFailure.self) {
      try Reproduction(of: unfinished, features: features, fingerprint: "f")
    }
    #expect(failure == .unfinishedModel)
    var foreign = model
    foreign.training.kernels = "v9"
    #expect(throws: EngineFailure.self) {
      try Reproduction(of: foreign, features: features, fingerprint: "f")
    }
  }

  @Test func theStrongerModalityRanksFirst() throws {
    let features = SyntheticFeatures.file(weakNoise: 3, sequenceCount: 24)
    let groups = GroupNumbers(of: features.sequences)
    let modalities = try ["weak", "strong"].map { name in
      let scores = try [UInt64(1), 2].map { seed in
        let model = try quickFit(
          features, method: .unimodal, weak: name, recipe: quickRecipe("training.epochs=15"),
          seed: seed
        ).model
        return try CellScore(
          model: model, features: features, split: .valid, groups: groups, threads: 1
        ).targets[0]
      }
      return (name: name, scores: scores)
    }
    let ranking = Ranking(modalities: modalities, seeds: [1, 2], replicateCount: 200)
    #expect(ranking.places.map(\.modality) == ["strong", "weak"])
    #expect(ranking.target == "mood" && ranking.headline == "ccc (concatenated)")
    #expect(ranking.places[0].behind == nil)
    #expect(try #require(ranking.places[1].behindMean) > 0)
    #expect(ranking.groupCount == 2)
  }
}
