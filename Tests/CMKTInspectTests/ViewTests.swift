import CMKTEngine
import CMKTFormat
import CMKTInspect
import Tensors
import TestSupport
import Testing

@Suite struct ViewTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func source(
    _ features: FeaturesFile, model: ModelFile? = nil, between text: String,
    stage: TrainingStage = .trained
  ) throws -> ViewSource {
    try features.write(to: folder.file("features.h5"), replacing: true)
    try model?.write(to: folder.file("model.h5"), replacing: true)
    let pair = try ViewSpecification.pair(text)
    return try ViewSource(
      modelPath: model == nil ? nil : folder.file("model.h5"),
      featuresPath: folder.file("features.h5"), between: pair.first, and: pair.second,
      stage: stage, threads: 2)
  }

  /// Two recordings, the second in two sequences that stand in the wrong order; frames of .5 s.
  private var timed: FeaturesFile {
    var features = FeaturesFile(
      sequences: SequenceTable(
        ids: ["a", "b2", "b1"], recordings: ["a", "b", "b"], speakers: ["", "", ""],
        splits: [.train, .train, .train], offsets: [0, 3, 5, 8]),
      timeBase: .seconds)
    let starts = [0, 0.5, 1, 1.5, 2, 0, 0.5, 1]
    features.frameIntervals = starts.flatMap { [$0, $0 + 0.5] }
    for (name, width) in [("one", 2), ("two", 1)] {
      features.modalities[name] = Modality(
        values: Tensor(
          shape: [8, width], elements: (0..<8 * width).map { Float($0 * $0 % 7) }),
        validity: .rows((0..<8).map { _ in true }),
        featureNames: (0..<width).map { "\(name)_\($0)" }, level: .frame)
    }
    var target = Target(
      values: Tensor(shape: [8, 1], elements: (0..<8).map { Float($0) }),
      valid: (0..<8).map { $0 != 7 }, level: .frame, kind: .regression)
    target.delaySeconds = 0.5
    features.targets["mood"] = target
    return features
  }

  @Test func viewsAreNamedWithTheirColumns() throws {
    let pair = try ViewSpecification.pair("weak-latent,truth[a,b..c,3]")
    #expect(pair.first == ViewSpecification(.weakLatent))
    #expect(
      pair.second
        == ViewSpecification(.modality("truth"), columns: [.one("a"), .run("b", "c"), .one("3")]))
    for text in ["a", "a,b,c", "a[1,b", ",b", "a[,1],b", ""] {
      #expect(throws: InspectFailure.self, "\(text)") { try ViewSpecification.pair(text) }
    }
  }

  @Test func columnsAreChosenByNameAndByNumber() throws {
    let rows = try source(timed, between: "one[one_1,0],two[two_0..0]").rows(of: [0])
    #expect(rows.firstNames == ["one_1", "one_0"] && rows.secondNames == ["two_0"])
    #expect(rows.first.columns == 2 && rows.second.columns == 1)
    for text in ["one[one_7],two", "one[9],two", "one[one_1..one_0],two"] {
      let source = try source(timed, between: text)
      #expect(throws: InspectFailure.self) { try source.rows(of: [0]) }
    }
  }

  @Test func rowsOfARecordingStandInTimeOrder() throws {
    let source = try source(timed, between: "one,two")
    let rows = try source.rows(of: [0, 1, 2])
    #expect(rows.recordings == [0..<3, 3..<8] && rows.recordingNames == ["a", "b"])
    #expect(rows.sequences == [0, 0, 0, 2, 2, 2, 1, 1])
    #expect(rows.seconds == [0.25, 0.75, 1.25, 0.25, 0.75, 1.25, 1.75, 2.25])
    #expect(rows.secondsPerRow == 0.5)
    #expect(rows.groupNames == ["a", "b"] && rows.groups == [0, 1])
    // y(t) describes x(t − 0.5 s): each row has the value of the next frame, where it is valid.
    let target = try source.target("mood", beside: rows)
    let values = target.values.elements
    #expect(values.map(\.isNaN) == [false, false, true, false, true, true, false, true])
    #expect(values.filter { !$0.isNaN } == [1, 2, 6, 4])
  }

  @Test func invalidRowsAreLeftOutAndStepsAreNotEqualThen() throws {
    var features = timed
    features.modalities["two"]?.validity = .rows((0..<8).map { $0 != 1 })
    let rows = try source(features, between: "one,two").rows(of: [0, 1, 2])
    #expect(rows.rowCount == 7 && rows.secondsPerRow == nil)
    #expect(rows.recordings == [0..<2, 2..<7])
  }

  @Test func pooledRowsAreMeans() throws {
    let source = try source(timed, between: "one,two")
    let frames = try source.rows(of: [0, 1, 2])
    let pooled = try source.rows(of: [0, 1, 2], as: .pooled)
    #expect(pooled.sequences == [0, 2, 1] && pooled.secondsPerRow == nil)
    for column in 0..<2 {
      let mean = (0..<3).reduce(0) { $0 + frames.first[$1, column] } / 3
      #expect(abs(pooled.first[0, column] - mean) < 1e-12)
    }
    let inputs = try source.inputs(of: source.first, beside: pooled)
    #expect(zip(inputs.values.elements, pooled.first.elements).allSatisfy { abs($0 - $1) < 1e-12 })
  }

  /// A modality of frames and one of sequences meet on sequences.
  @Test func levelsMeetOnTheCoarserOne() throws {
    var features = timed
    features.modalities["two"] = Modality(
      values: Tensor(shape: [3, 1], elements: [1, 5, 2]), validity: .rows([true, false, true]),
      featureNames: ["two_0"], level: .sequence)
    let source = try source(features, between: "one,two")
    let rows = try source.rows(of: [0, 1, 2])
    #expect(rows.sequences == [0, 2] && rows.axis.level == .sequence)
    let plain = try self.source(timed, between: "one,one").rows(of: [0])
    let mean = (0..<3).reduce(0) { $0 + plain.first[$1, 0] } / 3
    #expect(abs(rows.first[0, 0] - mean) < 1e-6)
    #expect(try source.target("mood", beside: rows).values.elements == [1.5, 6])
  }

  @Test func latentsAreThoseOfThePredictor() throws {
    let features = Sample.features
    let rows = try source(features, model: Sample.model, between: "weak-latent,strong-latent")
      .rows(of: [0, 2, 5])
    let pairs = try Predictor(model: Sample.model).latentPairs(
      of: "text", for: features, sequences: [0, 2, 5])
    #expect(rows.first.elements == pairs.flatMap(\.weak.elements).map { Double($0) })
    #expect(rows.second.elements == pairs.flatMap(\.strong.elements).map { Double($0) })
    #expect(rows.firstNames == ["0", "1"])
  }

  @Test func translationsStandBesideTheFeaturesThatTheyImitate() throws {
    let source = try source(
      Sample.features, model: Sample.model, between: "translated,strong-features")
    let rows = try source.rows(of: [4, 5])
    #expect(rows.firstNames == ["t0", "t1"] && rows.secondNames == ["t0", "t1"])
    // The sample normalises by mean 0 and scale 1.
    let text = try #require(Sample.features.modalities["text"])
    let range = (4 * 4 * 2)..<(6 * 4 * 2)
    #expect(rows.second.elements == text.values.elements[range].map { Double($0) })
    #expect(rows.firstTitle.contains("normalised features of text"))
    let inputs = try source.inputs(of: source.first, beside: rows)
    #expect(inputs.names == ["f0", "energy", "flat"] && inputs.values.rows == 8)
  }

  @Test func syntheticSourcesStateTheTruth() throws {
    var features = Sample.features
    features.modalities["latent_truth"] = features.modalities["text"]
    features.modalities["latent_truth"]?.extractor =
      "true latents; canonical correlations text-audio 0.9 0.5, text-video 0.8"
    features.modalities["latent_truth"]?.featureNames = ["shared_0", "audio_0"]
    func truth(_ text: String, model: ModelFile? = nil) throws -> [Double]? {
      let source = try source(features, model: model, between: text)
      return try source.trueCorrelations(beside: source.rows(of: [0, 1]))
    }
    #expect(try truth("weak-latent,strong-latent", model: Sample.model) == [0.9, 0.5])
    #expect(try truth("text,text") == nil)
    #expect(try truth("text,latent_truth") == nil)
    let values = try #require(features.modalities["latent_truth"]?.values.elements)
    // Within the recordings of four rows each.
    func centred(_ column: Int) -> [Double] {
      (0..<2).flatMap { recording in
        let own = (0..<4).map { Double(values[8 * recording + 2 * $0 + column]) }
        return own.map { $0 - own.reduce(0, +) / 4 }
      }
    }
    let (shared, shown) = (centred(0), centred(1))
    func product(_ first: [Double], _ second: [Double]) -> Double {
      zip(first, second).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let expected =
      product(shared, shown)
      / (product(shared, shared) * product(shown, shown)).squareRoot()
    let found = try #require(try truth("audio,latent_truth[shared_0]"))
    #expect(found.count == 1 && abs(found[0] - expected) < 1e-6)
    features.modalities["latent_truth"]?.extractor = "canonical correlations text-audio high"
    #expect(try truth("audio,text") == nil)
    features.modalities["latent_truth"] = nil
    #expect(try truth("audio,text") == nil)
  }

  @Test func whatIsMissingIsNamed() throws {
    #expect(throws: InspectFailure.self) { try source(timed, between: "weak-latent,one") }
    let failure = #expect(throws: InspectFailure.self) { try source(timed, between: "one,three") }
    #expect(failure?.description.contains("known: one, two") == true)
    var features = Sample.features
    features.modalities["audio"] = nil
    let weak = #expect(throws: InspectFailure.self) {
      try source(features, model: Sample.model, between: "weak-latent,strong-latent")
    }
    #expect(weak?.description.contains("'audio'; known: text") == true)
    var model = Sample.model
    model.architecture.strong[0].translator = nil
    model.weights.removeAll { $0.name.hasPrefix("translator") }
    #expect(throws: InspectFailure.self) {
      try source(Sample.features, model: model, between: "translated,strong-features")
        .rows(of: [0])
    }
  }

  @Test func beforeTrainingTheWeightsAreThoseOfTheSeed() throws {
    let untrained = try Sample.model.untrained()
    #expect(untrained.weights != Sample.model.weights)
    #expect(untrained == (try Sample.model.untrained()) && untrained.alignment.isEmpty)
    var other = Sample.model
    other.training.seed = 8
    #expect(try other.untrained().weights != untrained.weights)
    let rows = try source(
      Sample.features, model: Sample.model, between: "weak-latent,strong-latent", stage: .initial
    ).rows(of: [0])
    let pairs = try Predictor(model: untrained).latentPairs(
      of: "text", for: Sample.features, sequences: [0])
    #expect(rows.first.elements == pairs.flatMap(\.weak.elements).map { Double($0) })
  }
}
