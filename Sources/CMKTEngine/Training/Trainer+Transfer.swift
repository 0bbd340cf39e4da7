import CMKTFormat
import Tensors

/// The steps of the methods with teachers.
extension Trainer {
  /// Less the mean of its recording, the only row of a recording is nothing.
  ///
  /// - Throws: `badRequest` where no recording has two windows to align.
  func checkCentring() throws(EngineFailure) {
    let options = TransferOptions(request.recipe, plan: request.method.plan)
    guard options.alpha > 0, options.alignsPooled, options.centresRecordings else { return }
    let plan = BatchPlan(
      data: data, sequences: data.plan.train, recipe: request.recipe, seed: request.seed,
      purpose: "")
    let names = plan.windows.map { data.sequences.recordings[$0.sequence] }
    guard Set(names).count == names.count else { return }
    throw .badRequest(
      reason: "alignment.level=pooled leaves one row of each recording, and "
        + "alignment.centring=recording takes its mean away",
      remedy: "set alignment.centring=batch, alignment.level=frame, or shorter windows")
  }

  /// `stage`, or where there are several teachers, its part for teacher `index`.
  private func stage(_ stage: Stage, ofTeacher index: Int) -> Stage {
    let name = data.strong[index].contract.name
    return data.strong.count == 1 ? stage : Stage("\(stage.name)/\(name)")
  }

  /// Step 1: every strong encoder and its heads on the task, and the weak modality alone for
  /// comparison.
  func trainTeachers(
    _ networks: ModelNetworks, course: inout Course
  ) throws(EngineFailure) {
    var standings: [(name: String, standing: Standing)] = []
    for (index, strong) in data.strong.enumerated() {
      let teacher = pathTask(
        networks.strongPaths[index], of: strong, stage: stage(.first, ofTeacher: index),
        title: "strong encoder (\(strong.contract.name))", streamName: "strong")
      try run(teacher, course: &course)
      let standing = try standing(of: teacher)
      course.scores += standing.scores
      standings.append((strong.contract.name, standing))
    }
    guard request.recipe.flag(.compareWeak), !request.method.plan.teachesItself else { return }
    let reference = try trainReference(course: &course)
    course.scores += reference.scores
    for (name, standing) in standings {
      warnIfWeaker(name, strong: standing, reference: reference, observer: course.observer)
    }
  }

  /// The weak path with its teachers; the task that is deployed.
  func transfer(
    _ networks: ModelNetworks, stage: Stage, course: inout Course
  ) throws(EngineFailure) -> PathTask {
    let settings = TransferOptions(request.recipe, plan: request.method.plan)
    let exchange = try SequenceExchange(
      request.method.plan.pairing, of: data, seed: request.seed)
    var branches: [TransferBranch] = []
    for (index, strong) in data.strong.enumerated() {
      let latents =
        settings.isTuned ? nil : try frozenLatents(networks, teacher: index, course: &course)
      branches.append(
        TransferBranch(
          index: index, networks: networks, modality: exchange?.exchanged(strong) ?? strong,
          frozenLatents: latents.map { exchange?.exchanged($0, axis: strong.axis) ?? $0 },
          settings: settings,
          data: data))
    }
    let task = TransferTask(
      stage: stage, networks: networks, branches: branches, settings: settings, data: data,
      recipe: request.recipe, compute: compute)
    try run(task, course: &course)
    return task.weak
  }

  /// The latents by teacher `index`, `[n, K]`, of every sequence that trains or selects; with
  /// folds those of a training group come from a teacher that did not see it, labelled or not.
  ///
  /// Latents are kept where the rows are; those with folds always in memory.
  private func frozenLatents(
    _ networks: ModelNetworks, teacher index: Int, course: inout Course
  ) throws(EngineFailure) -> InputRows {
    let strong = data.strong[index]
    func latents(of indices: [Int], by path: NetworkPath) throws(EngineFailure) -> RowLatents {
      try RowLatents(of: indices, by: path, modality: strong, compute: compute)
    }
    let taught = data.plan.train + data.plan.valid + data.plan.unlabelled
    let count = request.recipe.integer(.teacherFolds)
    if count == 0, strong.inputs.isReadAhead {
      return try InputRows(
        latentsOf: taught, by: networks.strongPaths[index], modality: strong, compute: compute)
    }
    var all = try latents(of: taught, by: networks.strongPaths[index])
    guard count > 0 else { return InputRows(all.values) }
    let common = all
    let folds = try TeacherFolds(count: count, of: data)
    for (fold, heldOut) in folds.heldOut.enumerated() {
      let seen = folds.data(withoutFold: fold, of: data)
      let path = initialNetworks.strongPaths[index]
      let task = pathTask(
        path, of: strong, stage: Stage("\(stage(.first, ofTeacher: index).name)/fold\(fold + 1)"),
        title: "strong encoder (\(strong.contract.name)), fold \(fold + 1) of \(count)",
        streamName: "strong", data: seen)
      try run(task, on: seen, course: &course)
      let unlabelled = folds.heldOutUnlabelled[fold]
      let own = try latents(of: data.plan.train + unlabelled, by: path)
      let axes = LatentAxes(
        from: own.rows(of: seen.plan.train), to: common.rows(of: seen.plan.train),
        level: compute.level)
      for sequence in heldOut + unlabelled {
        all.replace(axes.moved(own.rows(of: [sequence]), level: compute.level), of: sequence)
      }
    }
    return InputRows(all.values)
  }

  /// Trains the weak modality alone, from the same start as the method `unimodal` would.
  func trainReference(
    as stage: Stage = .reference, course: inout Course
  ) throws(EngineFailure) -> Standing {
    var builder = ArchitectureBuilder(data: data, request: request)
    builder.isWeakAlone = true
    let alone = ModelNetworks(initialising: builder.architecture, seed: request.seed)
    let task = pathTask(alone.weakPath, of: data.weak, stage: stage, title: weakTitle)
    try run(task, on: data.weakAlone, course: &course)
    return try standing(of: task)
  }
}
