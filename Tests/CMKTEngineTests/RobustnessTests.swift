import CMKTEngine
import CMKTFormat
import Testing

@Suite struct RobustnessTests {
  let features = SyntheticFeatures.file(sequenceCount: 24)

  private func points(
    _ words: [String], of features: FeaturesFile? = nil, seed: UInt64 = 1
  ) throws -> [Double] {
    let model = try quickFit(self.features, method: .unimodal).model
    let robustness = try Robustness(
      model: model, features: features ?? self.features, split: .test,
      corruptions: Corruption.parse(words), seed: seed, threads: 1)
    return robustness.points.map { metric("ccc (concatenated)", of: $0.targets[0].columns) }
  }

  @Test func wordsNameLevels() throws {
    #expect(
      try Corruption.parse(["noise=0.5", "1", "drop=0", "0.25"]).map(\.description)
        == ["noise=0.5", "noise=1", "drop=0", "drop=0.25"])
    #expect(try Corruption.parse([]).isEmpty)
    for words in [["0.5"], ["noise"], ["noise=-1"], ["drop=1.5"], ["drop=x"], ["noise=nan"], [""]] {
      #expect(throws: EngineFailure.self) { try Corruption.parse(words) }
    }
    let failure = #expect(throws: EngineFailure.self) { try Corruption.parse(["nois=1"]) }
    #expect(failure?.description.contains("did you mean 'noise'?") == true)
  }

  @Test func scoresFallAsInputsGetWorse() throws {
    let values = try points(["noise=0", "1", "4", "drop=0", "0.5"])
    #expect(values[0] > values[1] && values[1] > values[2])
    #expect(values[0] == values[3] && values[3] > values[4])
  }

  @Test func drawsDependOnSeedAndSequenceAlone() throws {
    let words = ["noise=1", "drop=0.3"]
    let values = try points(words)
    #expect(try points(words) == values)
    #expect(try points(words, seed: 2) != values)
    var renamed = features
    renamed.sequences.ids[0] = "another training sequence"
    #expect(try points(words, of: renamed) == values)
    renamed.sequences.ids[23] = "another test sequence"
    #expect(try points(words, of: renamed) != values)
  }

  @Test func withoutAnyRowNothingIsKnown() throws {
    let model = try quickFit(features, method: .unimodal).model
    let robustness = try Robustness(
      model: model, features: features, split: .test, corruptions: Corruption.parse(["drop=1"]),
      seed: 1, threads: 1)
    let score = metric("ccc (concatenated)", of: robustness.points[0].targets[0].columns)
    #expect(abs(score) < 0.1)
  }
}
