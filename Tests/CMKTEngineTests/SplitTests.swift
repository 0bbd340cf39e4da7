import CMKTEngine
import CMKTFormat
import Testing

@Suite struct SplitTests {
  private func table(_ splits: [Split], speakers: [String]) -> SequenceTable {
    SequenceTable(
      ids: splits.indices.map { "s\($0)" }, recordings: splits.indices.map { "r\($0)" },
      speakers: speakers, splits: splits, offsets: Array(0...splits.count))
  }

  @Test func ownValidationSplitIsKept() throws {
    let sequences = table(
      [.train, .valid, .test, .none, .unlabelled, .train],
      speakers: Array(
        repeating: "", count: 6))
    let plan = try SplitPlan(of: sequences, fraction: 0.15)
    #expect(plan.train == [0, 5] && plan.valid == [1] && plan.test == [2])
    #expect(plan.unlabelled == [4])
    #expect(!plan.isHeldOut)
  }

  @Test func heldOutGroupsAreWholeAndDoNotDependOnOrder() throws {
    let speakers = (0..<80).map { "speaker\($0 / 2)" }
    let plan = try SplitPlan(
      of: table(Array(repeating: .train, count: 80), speakers: speakers), fraction: 0.15)
    #expect(plan.isHeldOut)
    #expect(plan.valid.count == 12)
    let chosen = Set(plan.valid.map { speakers[$0] })
    #expect(chosen.count == 6)
    #expect(chosen.isDisjoint(with: plan.train.map { speakers[$0] }))
    let reversed = try SplitPlan(
      of: table(Array(repeating: .train, count: 80), speakers: speakers.reversed()), fraction: 0.15)
    #expect(Set(reversed.valid.map { speakers.reversed()[$0] }) == chosen)
  }

  /// Own splits, and a group held out: neither scores a group that trained without labels.
  @Test func unlabelledSequencesOfScoredGroupsAreNotUsed() throws {
    let sequences = table(
      [.train, .valid, .test, .unlabelled, .unlabelled, .unlabelled, .unlabelled],
      speakers: ["a", "b", "c", "a", "b", "c", "d"])
    let plan = try SplitPlan(of: sequences, fraction: 0.15)
    #expect(plan.unlabelled == [3, 6] && plan.unusedUnlabelled == [4, 5])
    let heldOut = try SplitPlan(
      of: table(
        [.train, .train, .unlabelled, .unlabelled], speakers: ["a", "b", "a", "b"]), fraction: 0.5)
    #expect(heldOut.isHeldOut)
    #expect(heldOut.unlabelled == heldOut.train.map { $0 + 2 })
    #expect(heldOut.unusedUnlabelled == heldOut.valid.map { $0 + 2 })
  }

  @Test func warningsTellWhatDoesNotTrainOrSelect() throws {
    func warnings(_ features: FeaturesFile, _ method: Method, _ weights: String) throws -> [String]
    {
      let request = try TrainingRequest(
        method: method, weak: "weak", strong: method.needsStrong ? ["strong"] : [],
        targets: ["mood", "whole"], recipe: quickRecipe("task.target-weights=\(weights)"), seed: 1)
      return try TrainingData(features: features, request: request).warnings
    }
    var features = SyntheticFeatures.file(sequenceCount: 24)
    #expect(try warnings(features, .cmStew, "1").isEmpty)
    for index in features.sequences.splits.indices
    where features.sequences.splits[index] == .valid {
      for frame in features.sequences.frames(of: index) {
        features.targets["mood"]?.valid[frame] = false
      }
    }
    let unlabelled = "the validation data have no labels"
    #expect(try warnings(features, .unimodal, "1").isEmpty)
    #expect(try warnings(features, .unimodal, "1,0").contains { $0.hasPrefix(unlabelled) })
    features.targets["whole"]?.valid.replaceSubrange(20..<22, with: [false, false])
    #expect(try warnings(features, .unimodal, "1").contains { $0.hasPrefix(unlabelled) })
    features.sequences.splits[3] = .unlabelled
    features.sequences.speakers[3] = features.sequences.recordings[23]
    #expect(
      try warnings(features, .cmStew, "1").contains { $0.hasPrefix("1 groups of unlabelled") })
    #expect(try warnings(features, .unimodal, "1").count == 1)
  }

  @Test func tooLittleDataIsRefused() throws {
    #expect(throws: EngineFailure.self) {
      try SplitPlan(of: table([.test], speakers: [""]), fraction: 0.15)
    }
    #expect(throws: EngineFailure.self) {
      try SplitPlan(of: table([.train], speakers: [""]), fraction: 0.15)
    }
    #expect(try SplitPlan(of: table([.train], speakers: [""]), fraction: 0).valid.isEmpty)
  }

  @Test func windowsCoverEverythingAndReachTheEnd() {
    var sequences = table([.train, .train], speakers: ["", ""])
    sequences.offsets = [0, 4, 15]
    let windows = Window.cutting([0, 1], of: sequences, length: 4, hop: 3)
    #expect(windows.map(\.frames) == [0..<4, 4..<8, 7..<11, 10..<14, 11..<15])
    #expect(windows.map(\.sequence) == [0, 1, 1, 1, 1])
    #expect(Window.cutting([1], of: sequences, length: 0, hop: 1).map(\.frames) == [4..<15])
  }
}
