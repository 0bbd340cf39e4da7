import CMKTEngine
import CMKTFormat
import Tensors
import Testing

@Suite struct LevelTests {
  let features = LevelFeatures.file()

  private func axis(_ level: Level) throws -> RowAxis {
    try features.rowAxis(of: level, at: "/test")
  }

  private func link(_ source: Level, _ goal: Level) throws -> RowLink {
    RowLink(
      from: try axis(source), to: try axis(goal), sequenceCount: features.sequences.count)
  }

  @Test func coarserRowsAreMadeOfTheFinerThatTheyHold() throws {
    let words = try #require(features.segments["words"])
    let toWords = try link(.frame, .segment("words"))
    let toSequences = try link(.segment("words"), .sequence)
    for word in 0..<words.count {
      #expect(
        Array(toWords.members(of: word)) == Array(words.frameBegin[word]..<words.frameEnd[word]))
    }
    for sequence in 0..<features.sequences.count {
      let expected = (0..<words.count).filter { words.sequence[$0] == sequence }
      #expect(Array(toSequences.members(of: sequence)) == expected)
    }
    #expect(try link(.sequence, .sequence).members(of: 3) == [3])
  }

  @Test func finerRowsTakeTheOneThatHoldsThem() throws {
    let words = try #require(features.segments["words"])
    let toFrames = try link(.segment("words"), .frame)
    var gaps = 0
    for frame in 0..<features.sequences.frameCount {
      let holder = (0..<words.count).filter {
        words.frameBegin[$0] <= frame && frame < words.frameEnd[$0]
      }
      #expect(Array(toFrames.members(of: frame)) == holder)
      gaps += holder.isEmpty ? 1 : 0
    }
    #expect(gaps > 10)
    let sequence = words.sequence[40]
    #expect(try link(.sequence, .segment("words")).members(of: 40) == [sequence])
  }

  @Test func windowsKeepSegmentsWhole() throws {
    let words = try axis(.segment("words"))
    let all = Array(0..<features.sequences.count)
    let windows = Window.cutting(
      all, of: features.sequences, length: 7, hop: 7, keeping: [words])
    var seen: Set<Int> = []
    for window in windows {
      #expect(window.frames.count >= 7)
      seen.formUnion(words.rows(in: window))
    }
    #expect(seen.count == words.count)
    #expect(Set(windows.flatMap(\.frames)).count == features.sequences.frameCount)
    let cut = Window.cutting(all, of: features.sequences, length: 7, hop: 7)
    #expect(Set(cut.flatMap { words.rows(in: $0) }).count < words.count)
    let whole = Window.cutting(
      all, of: features.sequences, length: 7, hop: 3, keeping: [try axis(.sequence)])
    #expect(whole == Window.whole(all, of: features.sequences))
  }

  @Test func segmentTargetsAreLearntAndAnswered() throws {
    let result = try quickFit(
      features, method: .unimodal, targets: ["tone", "mood", "whole"],
      recipe: quickRecipe("window.frames=9"))
    let heads = result.model.architecture.heads
    #expect(heads.map(\.level) == ["segment:words", "frame", "sequence"])
    #expect(heads.map(\.pooling) == [.mean, .none, .mean])
    let evaluation = try Evaluation(model: result.model, features: features, split: .test)
    #expect(metric("ccc (concatenated)", of: evaluation.targets[0].columns) > 0.6)
    let words = try axis(.segment("words"))
    let predictions = try #require(evaluation.predictions["tone"])
    for (values, sequence) in zip(predictions, evaluation.sequences) {
      #expect(values.shape == [words.rows(of: sequence).count, 1])
    }
    let lines = evaluation.predictionTable(features: features).text.split(separator: "\n")
    let rows = evaluation.sequences.map { words.rows(of: $0).count }.reduce(0, +)
    #expect(lines.count { $0.contains(",tone,") } == rows)
  }

  @Test(arguments: [
    ("spoken", "tone"), ("spoken", "whole"), ("spoken", "mood"), ("overall", "whole"),
  ])
  func coarseModalitiesLearnTheirTargets(modality: String, target: String) throws {
    let result = try quickFit(features, method: .unimodal, weak: modality, targets: [target])
    let losses = try #require(
      result.model.training.history.first { $0.name == "step1/train/loss" }?.values)
    #expect(try #require(losses.min()) < 0.7 * losses[0])
    let predictor = try Predictor(model: result.model)
    let rows = try axis(try #require(features.targets[target]).level).rows(of: 2).count
    let predictions = try predictor.predictions(for: features, sequences: [1, 2])
    #expect(predictions[target]?[1].shape[0] == rows)
  }

  @Test func missingSegmentsAreNamed() throws {
    let model = try quickFit(
      features, method: .unimodal, targets: ["tone"], recipe: quickRecipe("training.epochs=1")
    ).model
    var other = features
    other.segments["utterances"] = other.segments.removeValue(forKey: "words")
    let failure = #expect(throws: EngineFailure.self) {
      try Predictor(model: model).predictions(for: other, sequences: [0])
    }
    #expect(failure?.description.contains("utterances") == true)
  }
}
