import CMKTEngine
import CMKTFormat
import Tensors
import Testing

/// Cross-fitted teachers, and sequences without labels.
@Suite struct TeacherTests {
  let features = SyntheticFeatures.file(sequenceCount: 24)

  private func curves(_ features: FeaturesFile, _ settings: String...) throws -> [HistoryCurve] {
    var recipe = try quickRecipe("training.epochs=3", "compare.weak=false")
    for setting in settings { try recipe.set(assignment: setting) }
    return try quickFit(features, recipe: recipe).model.training.history
  }

  @Test func foldsPartTheGroups() throws {
    var features = features
    for index in 0..<20 { features.sequences.speakers[index] = "p\(index % 7)" }
    let data = try TrainingData(
      features: features,
      request: TrainingRequest(
        method: .cmStew, weak: "weak", strong: ["strong"], targets: ["mood"], recipe: Recipe(),
        seed: 1))
    let folds = try TeacherFolds(count: 3, of: data)
    #expect(folds.heldOut.flatMap(\.self).sorted() == data.plan.train)
    for (index, heldOut) in folds.heldOut.enumerated() {
      let seen = folds.data(withoutFold: index, of: data).plan
      #expect(seen.valid == data.plan.valid && !heldOut.isEmpty)
      let groups = Set(heldOut.map(features.sequences.group))
      #expect(groups.isDisjoint(with: seen.train.map(features.sequences.group)))
    }
    #expect(throws: EngineFailure.self) { try TeacherFolds(count: 8, of: data) }
  }

  /// Other labels of one group reach every teacher but the one that gives that group's latents.
  @Test func aGroupsLatentsComeFromATeacherThatDidNotSeeIt() throws {
    let data = try TrainingData(
      features: features,
      request: TrainingRequest(
        method: .cmStew, weak: "weak", strong: ["strong"], targets: ["mood"], recipe: Recipe(),
        seed: 1))
    let blind = try TeacherFolds(count: 3, of: data).heldOut[1][0]
    var changed = features
    for frame in features.sequences.frames(of: blind) {
      changed.targets["mood"]?.values.elements[frame] += 1
    }
    let before = try curves(features, "teacher.folds=3")
    let after = try curves(changed, "teacher.folds=3")
    for (fold, isBlind) in [(1, false), (2, true), (3, false)] {
      let name = "step1/fold\(fold)/train/task"
      let values = try #require(before.first { $0.name == name }?.values)
      let others = try #require(after.first { $0.name == name }?.values)
      #expect((values == others) == isBlind, "\(name)")
    }
    let plain = try curves(features, "teacher.folds=0")
    let name = "step2/train/correlation"
    #expect(before.first { $0.name == name } != plain.first { $0.name == name })
    let main = "step1/train/task"
    #expect(before.first { $0.name == main } == plain.first { $0.name == main })
  }

  /// The teacher of all saw the labels of a group whose unlabelled sequences it would teach on.
  @Test func unlabelledSequencesOfAGroupTakeTheTeacherOfItsFold() throws {
    var foreign = features
    for index in 10..<20 { foreign.sequences.splits[index] = .unlabelled }
    var own = foreign
    for index in 10..<20 { own.sequences.speakers[index] = own.sequences.recordings[index - 10] }
    func correlation(_ features: FeaturesFile, _ folds: Int) throws -> [Double]? {
      try curves(features, "teacher.folds=\(folds)")
        .first { $0.name == "step2/train/correlation" }?.values
    }
    #expect(try correlation(foreign, 0) == correlation(own, 0))
    #expect(try correlation(foreign, 2) != correlation(own, 2))
  }

  /// Balanced weights of classes are labels too.
  @Test func aBlindTeacherDoesNotWeighClassesByWhatItDoesNotSee() throws {
    let recipe = try quickRecipe(
      "training.epochs=2", "compare.weak=false", "teacher.folds=3", "task.class-weights=balanced")
    let request = try TrainingRequest(
      method: .cmStew, weak: "weak", strong: ["strong"], targets: ["positive"], recipe: recipe,
      seed: 1)
    let data = try TrainingData(features: features, request: request)
    let blind = try TeacherFolds(count: 3, of: data).heldOut[1][0]
    var changed = features
    for frame in features.sequences.frames(of: blind) {
      changed.targets["positive"]?.values.elements[frame] = 1
    }
    func values(_ features: FeaturesFile, fold: Int) throws -> [Double] {
      let history = try quickFit(features, targets: ["positive"], recipe: recipe)
        .model.training.history
      return try #require(history.first { $0.name == "step1/fold\(fold)/train/task" }?.values)
    }
    #expect(try values(features, fold: 2) == values(changed, fold: 2))
    #expect(try values(features, fold: 1) != values(changed, fold: 1))
  }

  @Test func foldsNeedAFrozenTeacher() {
    #expect(throws: EngineFailure.self) {
      try curves(features, "teacher.folds=2", "strong.mode=tuned")
    }
  }

  @Test func axesUndoARigidMotion() {
    var world = SyntheticFeatures(state: 5)
    let goal = Tensor<Float>(shape: [40, 3], elements: (0..<120).map { _ in world.uniform() })
    let (cosine, sine) = (Float(0.6), Float(0.8))
    var moved = goal
    for row in 0..<40 {
      let (x, y) = (goal.elements[3 * row], goal.elements[3 * row + 1])
      moved.elements[3 * row] = cosine * x - sine * y + 2
      moved.elements[3 * row + 1] = sine * x + cosine * y - 1
      moved.elements[3 * row + 2] *= -1
    }
    let axes = LatentAxes(from: moved, to: goal, level: .portable)
    let back = axes.moved(moved, level: .portable)
    for (value, wanted) in zip(back.elements, goal.elements) { #expect(abs(value - wanted) < 1e-5) }
  }

  @Test func unlabelledSequencesTrainTheTransferAlone() throws {
    var unlabelled = features
    for index in 10..<20 { unlabelled.sequences.splits[index] = .unlabelled }
    var relabelled = unlabelled
    var reseen = unlabelled
    for index in 10..<20 {
      for frame in features.sequences.frames(of: index) {
        relabelled.targets["mood"]?.values.elements[frame] = 1e6
        reseen.modalities["strong"]?.values.elements[5 * frame] += 1
      }
    }
    func weights(_ file: FeaturesFile, _ method: Method, _ use: Bool = true) throws -> [NamedTensor]
    {
      let recipe = try quickRecipe(
        "training.epochs=3", "compare.weak=false", "transfer.unlabelled=\(use)")
      return try quickFit(file, method: method, recipe: recipe).model.weights
    }
    for method in [Method.cmStew, .sew] {
      let base = try weights(unlabelled, method)
      #expect(try weights(relabelled, method) == base)
      #expect(try weights(reseen, method) != base)
      #expect(try weights(reseen, method, false) == weights(unlabelled, method, false))
    }
    #expect(try weights(reseen, .unimodal) == weights(unlabelled, .unimodal))
  }
}
