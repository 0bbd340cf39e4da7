import CMKTEngine
import CMKTFormat
import Tensors
import Testing

/// Transfer between modalities of different levels: masked pooling to the coarser one.
@Suite struct MeetingTests {
  let features = LevelFeatures.file()

  @Test(arguments: ["spoken", "overall"]) func coarseStrongModalitiesTeachFrames(
    strong: String
  ) throws {
    var warnings: [String] = []
    let result = try quickFit(
      features, strong: strong, targets: ["mood", "whole"],
      recipe: quickRecipe("batch.size=2")
    ) { if case .warning(let text) = $0 { warnings.append(text) } }
    let model = result.model
    #expect(model.architecture.weak.level == "frame")
    #expect(
      model.architecture.strong[0].modality.level == features.modalities[strong]?.level.description)
    // On frames the strong heads hold the latent of the row that a frame lies in.
    #expect(model.architecture.strong[0].heads.map(\.pooling)[0] == .hold)
    for curve in ["step1/train/task", "step2/train/translation", "step2/train/correlation"] {
      let values = try #require(model.training.history.first { $0.name == curve }?.values)
      #expect(try #require(values.dropFirst().min()) < values[0], "\(curve)")
    }
    let alignment = try #require(model.alignment[strong])
    #expect(alignment.correlations[0] > 0.5)
    // 2 sequences are 2 rows for a latent of width 4: too few, so batches were merged.
    #expect(warnings.contains { $0.contains("were merged") } == (strong == "overall"))
    let evaluation = try Evaluation(model: model, features: features, split: .test)
    #expect(metric("ccc (concatenated)", of: evaluation.targets[0].columns) > 0.3)
  }

  @Test func fineStrongModalitiesTeachSegments() throws {
    let result = try quickFit(
      features, weak: "spoken", strong: "strong", targets: ["tone", "whole"],
      recipe: quickRecipe("training.epochs=30"))
    let history = result.model.training.history
    let curve = try #require(history.first { $0.name == "step2/train/translation" }?.values)
    #expect(try #require(curve.min()) < 0.9 * curve[0])
    #expect(result.model.architecture.strong[0].heads.map(\.pooling) == [.mean, .mean])
  }

  @Test func latentsMeetInTheMeanOfTheValidFrames() throws {
    let model = try quickFit(
      features, strong: "spoken", recipe: quickRecipe("training.epochs=2")
    ).model
    let predictor = try Predictor(model: model)
    let sequences = [3, 7]
    let weak = try predictor.weakLatents(for: features, sequences: sequences)
    let strong = try predictor.strongLatents(of: "spoken", for: features, sequences: sequences)
    let pairs = try predictor.latentPairs(of: "spoken", for: features, sequences: sequences)
    let words = try #require(features.segments["words"])
    let frames = try #require(features.modalities["weak"])
    let spoken = try #require(features.modalities["spoken"])
    var skipped = 0
    for (place, sequence) in sequences.enumerated() {
      let first = features.sequences.offsets[sequence]
      let firstWord = words.sequence.firstIndex(of: sequence) ?? 0
      var expected: (weak: [Float], strong: [Float]) = ([], [])
      for word in 0..<words.count where words.sequence[word] == sequence {
        let valid = (words.frameBegin[word]..<words.frameEnd[word])
          .filter { frames.isValid(row: $0, column: 0) }
        skipped += words.frameEnd[word] - words.frameBegin[word] - valid.count
        guard spoken.isValid(row: word, column: 0), !valid.isEmpty else { continue }
        for column in 0..<4 {
          let sum = valid.reduce(0) { $0 + weak[place].elements[4 * ($1 - first) + column] }
          expected.weak.append(sum / Float(valid.count))
          expected.strong.append(strong[place].elements[4 * (word - firstWord) + column])
        }
      }
      #expect(pairs[place].strong.elements == expected.strong)
      #expect(pairs[place].weak.elements.count == expected.weak.count)
      for (found, mean) in zip(pairs[place].weak.elements, expected.weak) {
        #expect(abs(found - mean) < 1e-6)
      }
    }
    #expect(skipped > 0)
  }

  @Test func threadsChangeNothingBetweenLevels() throws {
    let recipe = try quickRecipe("training.epochs=3")
    func model(threads: Int) throws -> ModelFile {
      try quickFit(
        features, strong: "spoken", targets: ["mood", "tone"], recipe: recipe, threads: threads
      ).model
    }
    #expect(try model(threads: 1) == model(threads: 2))
  }

  /// Pairing costs time in proportion to the rows of a sequence.
  @Test(.timeLimit(.minutes(1))) func longSequencesMeetInTime() throws {
    let model = try quickFit(
      SyntheticFeatures.file(), targets: ["mood"], recipe: quickRecipe("training.epochs=1")
    ).model
    let count = 500_000
    let long = SyntheticFeatures.assemble(
      splits: [.test], length: count,
      weak: (0..<4 * count).map { Float($0 % 11) }, strong: (0..<5 * count).map { Float($0 % 7) },
      mood: [Float](repeating: 0, count: count))
    let pairs = try Predictor(model: model).latentPairs(of: "strong", for: long, sequences: [0])
    let modalities = try ["weak", "strong"].map { try #require(long.modalities[$0]) }
    let met = (0..<count).count { row in
      modalities.allSatisfy { $0.isValid(row: row, column: 0) }
    }
    #expect(pairs.map(\.weak.shape) == [[met, 4]])
  }
}
