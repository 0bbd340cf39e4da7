package import CMKTFormat
import Networks
package import Tensors

/// The scores of one part of a run on the validation sequences, which selected it.
package struct ValidationScore: Sendable {
  package var stage: Stage
  /// What was scored, such as `strong encoder (text)`.
  package var title: String
  package var target: String
  package var columns: [ColumnScores]
  /// Why the figures are no fair estimate: always `selected`.
  package var marks: [EvaluationMark]
}

/// What a training run gives.
package struct TrainingResult: Sendable {
  package var model: ModelFile
  package var validation: [ValidationScore]
}

/// Trains a model as a request says.
package struct Trainer {
  private let features: FeaturesFile
  private let fingerprint: String
  let request: TrainingRequest
  let data: TrainingData
  let compute: Compute
  private var journal = TrainingJournal()

  /// A trainer of `request` on `features`, whose `content` digest is `fingerprint`.
  ///
  /// - Parameters:
  ///   - threads: at least 1; nil for all processors. Results do not depend on it.
  ///   - kernels: what this processor has; results depend on it in their last digits.
  /// - Throws: `unknownName` and `unusableData`, before any work.
  package init(
    features: FeaturesFile, fingerprint: String, request: TrainingRequest, threads: Int? = nil,
    kernels: KernelLevel = .best
  ) throws(EngineFailure) {
    self.features = features
    self.fingerprint = fingerprint
    self.request = request
    data = try TrainingData(features: features, request: request)
    compute = Compute.forThreads(threads, level: kernels)
    try ArchitectureBuilder(data: data, request: request).checkAttention()
    try checkAlignmentRows()
    try checkFolds()
    try checkCentring()
  }

  /// A teacher that goes on learning sees every training group.
  ///
  /// - Throws: `badRequest` for folds of such a teacher; `unusableData` for too few groups.
  private func checkFolds() throws(EngineFailure) {
    let recipe = request.recipe
    let count = recipe.integer(.teacherFolds)
    guard request.method.plan.teacher == .classifier, count > 0 else { return }
    guard recipe.choice(.strongMode) == "frozen" else {
      throw .badRequest(
        reason: "teacher.folds needs a strong encoder that is frozen in step 2",
        remedy: "set strong.mode=frozen, or teacher.folds=0")
    }
    _ = try TeacherFolds(count: count, of: data)
  }

  /// How many rows a batch has for the correlation is known before any work.
  ///
  /// - Throws: `tooFewFrames` where a batch cannot have enough.
  private func checkAlignmentRows() throws(EngineFailure) {
    let recipe = request.recipe
    let settings = TransferOptions(recipe, plan: request.method.plan)
    guard settings.correlates, !data.strong.isEmpty else { return }
    let plan = BatchPlan(
      data: data, sequences: data.plan.train, recipe: recipe, seed: request.seed, purpose: "")
    let latentSize = recipe.integer(.encoderLatent)
    guard plan.smallestRowCount <= latentSize else { return }
    throw .tooFewFrames(found: plan.smallestRowCount, latentSize: latentSize)
  }

  /// Trains, and analyses the latents of what was trained.
  ///
  /// - Parameters:
  ///   - observer: told what happens.
  ///   - journal: what a run that was cut had done; takes checkpoints. It serves one run.
  /// - Throws: `diverged`, `tooFewFrames`; with a journal, `interrupted` and
  ///   `checkpointMismatch`.
  package func fit(
    observer: @escaping TrainingObserver = { _ in }, journal: TrainingJournal = TrainingJournal()
  ) throws(EngineFailure) -> TrainingResult {
    defer { journal.end() }
    return try noting(in: journal).train(observer: observer)
  }

  /// This trainer, whose stages note in `journal` what is done.
  func noting(in journal: TrainingJournal) -> Trainer {
    var trainer = self
    trainer.journal = journal
    return trainer
  }

  /// How `model` differs from what this trainer would make: one line for each field of its
  /// record, none where it was trained as asked.
  ///
  /// Weights are not compared.
  package func differences(from model: ModelFile) throws(EngineFailure) -> [String] {
    model.differencesFromRun(try skeleton(of: initialNetworks))
  }

  private func train(observer: @escaping TrainingObserver) throws(EngineFailure) -> TrainingResult {
    for warning in data.warnings { observer(.warning(warning)) }
    let networks = initialNetworks
    try journal.begin { () throws(EngineFailure) in try skeleton(of: networks) }
    var course = Course(observer: observer)
    let deployed: PathTask
    switch request.method.plan.teacher {
    case .none:
      deployed = pathTask(
        networks.weakPath, of: data.weak, stage: .first,
        title: request.method.plan.deploysStrong
          ? "strong modality alone (\(request.deployed))" : weakTitle)
      try run(deployed, course: &course)
    case .classifier:
      try trainTeachers(networks, course: &course)
      deployed = try transfer(networks, stage: .second, course: &course)
    case .autoencoder:
      deployed = try transfer(networks, stage: .joint, course: &course)
    }
    course.scores += try validationScores(of: deployed)
    var model = try model(of: networks, history: course.history, observer: observer)
    if request.recipe.flag(.postprocessingFit) {
      model.postprocessing = data.postprocessing(
        fitting: try validationPredictions(of: deployed), recipe: request.recipe)
      if !model.postprocessing.isEmpty {
        course.scores += try validationScores(of: deployed, chains: model.postprocessing)
      }
    }
    return TrainingResult(model: model, validation: course.scores)
  }

  /// What a run has to tell, as it goes on.
  struct Course {
    let observer: TrainingObserver
    var history: [HistoryCurve] = []
    var scores: [ValidationScore] = []
  }

  /// The networks of the request as they start.
  var initialNetworks: ModelNetworks {
    ModelNetworks(
      initialising: ArchitectureBuilder(data: data, request: request).architecture,
      seed: request.seed)
  }

  var weakTitle: String { "weak modality alone (\(request.weak))" }

  func run(
    _ task: any StageTask, on data: TrainingData? = nil, course: inout Course
  ) throws(EngineFailure) {
    course.history += try StageRunner(
      task: task, data: data ?? self.data, recipe: request.recipe, seed: request.seed,
      compute: compute, observer: course.observer, journal: journal
    ).run()
  }

  /// - Parameter data: whose training labels weigh the classes; nil for all of this trainer.
  func pathTask(
    _ path: NetworkPath, of modality: PreparedModality, stage: Stage, title: String,
    streamName: String = "weak", data: TrainingData? = nil
  ) -> PathTask {
    PathTask(
      stage: stage, title: title, streamName: streamName, modality: modality, path: path,
      data: data ?? self.data, recipe: request.recipe, compute: compute)
  }

  /// How well a modality does on validation.
  struct Standing {
    var scores: [ValidationScore]
    var loss: Double
  }

  func standing(of task: PathTask) throws(EngineFailure) -> Standing {
    Standing(
      scores: try validationScores(of: task),
      loss: try task.taskLoss(of: data.plan.valid) ?? .infinity)
  }

  /// By target, for each validation sequence: probabilities or values, delays applied.
  ///
  /// - Throws: `unreadable`, where rows are not in memory.
  private func validationPredictions(
    of task: PathTask
  ) throws(EngineFailure) -> [[Tensor<Float>]] {
    zip(data.targets, try task.outputs(of: data.plan.valid)).map { item, rows in
      rows.map { shifted(probabilities($0, kind: item.target.kind), by: item.delayFrames) }
    }
  }

  /// The scores of `task` on validation, after the output chains `chains` where there are any.
  func validationScores(
    of task: PathTask, chains: [String: [PostprocessingStep]] = [:]
  ) throws(EngineFailure) -> [ValidationScore] {
    guard !data.plan.valid.isEmpty else { return [] }
    let ids = Set(data.plan.valid.map { data.sequences.ids[$0] })
    let fittedOn = features.modalities[task.modality.contract.name]?.fittedOn ?? []
    let isContaminated = !ids.isDisjoint(with: fittedOn)
    var scores: [ValidationScore] = []
    for (item, predictions) in zip(data.targets, try validationPredictions(of: task)) {
      let chain = chains[item.name].map(Postprocessing.init(fitted:))
      if !chains.isEmpty, chain == nil { continue }
      let scorer = try TargetScorer(features: features, target: item.name)
      let predictions = chain.map { predictions.map($0.applied) } ?? predictions
      scores.append(
        ValidationScore(
          stage: task.stage, title: chain == nil ? task.title : task.title + ", post-processed",
          target: item.name,
          columns: scorer.scores(predictions, of: data.plan.valid),
          marks: isContaminated ? [.selected, .contaminated] : [.selected]))
    }
    return scores
  }

  /// Warns where the strong modality scores below the weak one alone, or equally with a higher
  /// loss: the point of the method is that it is stronger.
  func warnIfWeaker(
    _ name: String, strong: Standing, reference: Standing, observer: TrainingObserver
  ) {
    for (first, second) in zip(strong.scores, reference.scores) {
      guard let scorer = try? TargetScorer(features: features, target: first.target),
        let above = scorer.headline(first.columns), let below = scorer.headline(second.columns),
        (above.value, -strong.loss) < (below.value, -reference.loss)
      else { continue }
      let digits = { (value: Double) in "\((value * 1000).rounded() / 1000)" }
      observer(
        .warning(
          "on validation the strong modality '\(name)' scores "
            + "\(digits(above.value)) on '\(first.target)' with loss \(digits(strong.loss)), the "
            + "weak one alone \(digits(below.value)) with loss \(digits(reference.loss)) "
            + "(\(above.title)); it has little to teach, exchange the two"))
    }
  }

  /// The model as the networks stand, without history and analyses.
  ///
  /// - Throws: `diverged` where a weight is not finite.
  private func skeleton(of networks: ModelNetworks) throws(EngineFailure) -> ModelFile {
    func ids(_ indices: [Int]) -> [String] { indices.map { data.sequences.ids[$0] } }
    var normalisation = [data.weak.contract.name: data.weak.normalisation]
    for strong in data.strong { normalisation[strong.contract.name] = strong.normalisation }
    var model = ModelFile(
      architecture: networks.architecture, weights: try networks.weights(),
      normalisation: normalisation,
      training: TrainingRecord(
        recipe: request.recipe.json(for: request.method), seed: request.seed, history: [],
        trainIds: ids(request.trainingSequences(of: data.plan)), validIds: ids(data.plan.valid),
        testIds: ids(data.plan.test), dataFingerprint: fingerprint, dataName: features.name,
        kernels: compute.level.rawValue))
    model.training.method = request.method.rawValue
    model.licence = features.licence
    model.redistribution = features.redistribution
    return model
  }

  private func model(
    of networks: ModelNetworks, history: [HistoryCurve], observer: TrainingObserver
  ) throws(EngineFailure) -> ModelFile {
    var model = try skeleton(of: networks)
    model.training.history = history
    for (index, strong) in data.strong.enumerated() {
      do {
        model.alignment[strong.contract.name] = try latentAlignment(
          networks: networks, strongIndex: index)
      } catch .tooFewFrames(let found, let latentSize) {
        observer(
          .warning(
            "the latents of '\(strong.contract.name)' are not analysed: \(found) training frames "
              + "for a latent of width \(latentSize)"))
      }
    }
    return model
  }

  /// The canonical analysis of the latents on the training sequences, over the rows where both
  /// modalities are valid, on the coarser of their levels.
  ///
  /// One pass, a share of the sequences at a time: latents need not fit into memory.
  private func latentAlignment(
    networks: ModelNetworks, strongIndex: Int
  ) throws(EngineFailure) -> Alignment {
    let (weakPath, strongPath) = (networks.weakPath, networks.strongPaths[strongIndex])
    let strong = data.strong[strongIndex]
    var sums = CovarianceSums(weakSize: weakPath.latentSize, strongSize: strongPath.latentSize)
    let frames = data.plan.train.map(data.sequences.frames(of:))
    for share in PathPass.shares(of: frames) {
      let indices = Array(data.plan.train[share])
      let weakLatents = try PathPass(path: weakPath, compute: compute)
        .latents(of: data.weak.inputs, frames: indices.map(data.weak.axis.rows(of:)))
      let strongLatents = try PathPass(path: strongPath, compute: compute)
        .latents(of: strong.inputs, frames: indices.map(strong.axis.rows(of:)))
      for (place, window) in Window.whole(indices, of: data.sequences).enumerated() {
        let pair = data.meetings[strongIndex].pair(
          weak: weakLatents[place], strong: strongLatents[place], in: window, compute: compute)
        sums.add(weak: pair.weak, strong: pair.strong, level: compute.level)
      }
    }
    return try Alignment(sums, ridge: request.recipe.number(.alignmentRidge), compute: compute)
  }
}
