import CMKTEngine
import CMKTFormat
import Tensors
import Testing

@Suite struct ComparisonTests {
  let features = SyntheticFeatures.file(sequenceCount: 24)

  private func plan(
    dataSets: [String] = ["a"], methods: [Method] = [.cmStew], seeds: [UInt64] = [1, 2],
    pairing: SeedPairing = .crossed, evaluation: ComparisonProtocol = .split, folds: Int = 1
  ) throws -> ComparisonPlan {
    try ComparisonPlan(
      dataSets: dataSets, encoders: [], methods: methods, seeds: seeds, pairing: pairing,
      evaluation: evaluation, foldCount: folds, weak: "weak", strong: ["strong"],
      targets: ["mood"], recipe: quickRecipe("training.epochs=2"))
  }

  @Test func everyModelHasANameOfItsOwn() throws {
    let plan = try plan(dataSets: ["a", "b"], seeds: [1, 2, 3], folds: 4)
    let names = plan.cells.map(plan.fileName)
    #expect(names.count == 2 * 3 * 2 * 4)
    #expect(Set(names).count == names.count)
    #expect(names.first == "a.bigru.unimodal.seed-1.fold-1.h5")
    #expect(plan.methods == [.unimodal, .cmStew])
  }

  @Test func zippedSeedsGoWithTheirFile() throws {
    let plan = try plan(dataSets: ["a", "b"], seeds: [5, 6], pairing: .zipped)
    #expect(
      plan.runs == [ComparisonRun(dataSet: 0, seed: 5), ComparisonRun(dataSet: 1, seed: 6)])
    #expect(throws: EngineFailure.self) { try self.plan(seeds: [1, 2], pairing: .zipped) }
  }

  @Test func contradictionsAreRefused() {
    #expect(throws: EngineFailure.self) { try plan(evaluation: .nested) }
    #expect(throws: EngineFailure.self) { try plan(seeds: [1, 1]) }
    #expect(throws: EngineFailure.self) { try plan(dataSets: ["a", "a"]) }
    #expect(throws: EngineFailure.self) { try plan(methods: [.cmStew, .cmStew]) }
  }

  @Test(arguments: [false, true]) func foldsShareOutTheGroups(isNested: Bool) throws {
    let table = features.sequences
    var seen: [Int: Int] = [:]
    for fold in 1...5 {
      let splits = try features.leavingOut(fold: fold, of: 5, isNested: isNested).sequences.splits
      for (index, split) in splits.enumerated() {
        switch table.splits[index] {
        case .test: #expect(split == .none)
        default:
          let isOut = split == (isNested ? .test : .valid)
          #expect(isOut || split == .train)
          if isOut { seen[index, default: 0] += 1 }
        }
      }
    }
    let members = table.splits.indices.filter { table.splits[$0] != .test }
    #expect(members.allSatisfy { seen[$0] == 1 })
    #expect(throws: EngineFailure.self) {
      try features.leavingOut(fold: 1, of: 23, isNested: isNested)
    }
  }

  @Test(arguments: [false, true]) func foldsLeaveOutWhatTheirGroupsHaveUnlabelled(
    isNested: Bool
  ) throws {
    var features = features
    for index in 10..<20 {
      features.sequences.splits[index] = .unlabelled
      features.sequences.speakers[index] = features.sequences.recordings[index - 10]
    }
    for fold in 1...3 {
      let table = try features.leavingOut(fold: fold, of: 3, isNested: isNested).sequences
      for index in 0..<10 {
        let expected: Split = table.splits[index] == .train ? .unlabelled : .none
        #expect(table.splits[index + 10] == expected)
      }
      #expect(table.splits[10..<20].contains(.none))
    }
  }

  @Test(arguments: ["mood", "positive", "third", "whole"]) func sumsOfGroupsGiveTheHeadline(
    target: String
  ) throws {
    let recipe = try quickRecipe("training.epochs=2")
    let model = try quickFit(features, method: .unimodal, targets: [target], recipe: recipe).model
    let groups = GroupNumbers(of: features.sequences)
    let score = try CellScore(
      model: model, features: features, split: .all, groups: groups, threads: 1)
    let item = try #require(score.targets.first)
    let scorer = try TargetScorer(features: features, target: target)
    let headline = try #require(scorer.headline(item.columns))
    let table = ScoreTable(
      metric: item.metric, runs: [ComparisonRun(dataSet: 0, seed: 1)], sums: [[item.sums]])
    let value = try #require(table.values(of: 0)[0])
    #expect(item.headline == headline.title)
    #expect(abs(value - headline.value) < 1e-9)
    #expect(item.sums.count == groups.names.count)
  }

  @Test func finishedModelsAreKnownAgain() throws {
    let plan = try plan()
    let cell = try #require(plan.cells.last)
    let request = try plan.request(of: cell)
    let model = try Trainer(features: features, fingerprint: "f", request: request, threads: 1)
      .fit().model
    func difference(_ request: TrainingRequest, fingerprint: String = "f") throws -> String? {
      try request.difference(from: model, features: features, fingerprint: fingerprint)
    }
    #expect(try difference(request) == nil)
    #expect(try difference(request, fingerprint: "g") == "features file")
    #expect(try difference(plan.request(of: plan.cells[0])) == "method")
    var other = request
    other.seed = 7
    #expect(try difference(other) == "seed")
    try other.recipe.set("loss.alpha", to: "0.5")
    other.seed = request.seed
    #expect(try difference(other) == "recipe")
    let fold = try features.leavingOut(fold: 1, of: 3, isNested: true)
    #expect(
      try request.difference(from: model, features: fold, fingerprint: "f")
        == "training sequences")
  }

  @Test func scoresOfFoldsAreOfTheFoldAlone() throws {
    let plan = try plan(evaluation: .nested, folds: 4)
    let groups = GroupNumbers(of: features.sequences)
    var counted = [Int](repeating: 0, count: groups.names.count)
    for cell in plan.cells.prefix(4) {
      let fold = try features.leavingOut(fold: cell.fold ?? 0, of: 4, isNested: true)
      let model = try Trainer(
        features: fold, fingerprint: "f", request: try plan.request(of: cell), threads: 1
      ).fit().model
      let score = try CellScore(
        model: model, features: fold, split: .test, groups: groups, threads: 1)
      #expect(score.marks.isEmpty)
      for (group, sums) in (score.targets.first?.sums ?? []).enumerated() where sums[0].count > 0 {
        counted[group] += 1
        #expect(!model.training.trainIds.contains("s\(group)"))
        #expect(!model.training.validIds.contains("s\(group)"))
      }
    }
    #expect(counted == features.sequences.splits.map { $0 == .test ? 0 : 1 })
  }
}
