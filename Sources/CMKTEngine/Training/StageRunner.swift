import CMKTFormat
import Networks
import Tensors

/// One term of a loss, before its weight.
struct LossTerm {
  let name: String
  let weight: Double
  let value: Variable<Float>
}

/// What one stage of training does with a batch, and how it is judged.
protocol StageTask: AnyObject {
  var stage: Stage { get }
  /// What is trained, for people.
  var title: String { get }
  /// Names the random streams: stages of one name see the same order and the same masks.
  var streamName: String { get }
  /// What the optimiser changes, in a fixed order.
  var parameters: [Parameter<Float>] { get }
  /// What batches read.
  var sources: [RowSource] { get }
  /// The training sequences that have no labels and train nevertheless.
  var unlabelled: [Int] { get }
  /// Whether there may be other terms than the task's.
  var hasTransferTerms: Bool { get }
  /// The terms of the loss of `batch`; none where no row of it counts.
  ///
  /// `pass` drops out in training, and not in validation. `epoch` counts from 1; it is nil in
  /// validation, where no weight depends on it.
  func terms(of batch: Batch, pass: ForwardPass<Float>, epoch: Int?)
    throws(EngineFailure) -> [LossTerm]
  /// The task loss over all of `sequences`, each passed whole; nil where no row counts.
  func taskLoss(of sequences: [Int]) throws(EngineFailure) -> Double?
}

extension StageTask {
  var unlabelled: [Int] { [] }
}

/// Runs the epochs of one stage: batches, optimiser, schedule, early stopping, best weights.
struct StageRunner {
  let task: any StageTask
  let data: TrainingData
  let recipe: Recipe
  let seed: UInt64
  let compute: Compute
  let observer: TrainingObserver
  var journal = TrainingJournal()

  /// What the steps of a stage share and do not change, but for the optimiser's means.
  private struct Tools {
    let plan: BatchPlan
    let optimiser: Optimiser<Float>
    let schedule: LearningRateSchedule
    let tape: Tape<Float>
  }

  /// Trains; afterwards the parameters hold the weights of the best epoch.
  ///
  /// A stage that the journal knows to be over is restored, and one that had begun goes on.
  ///
  /// - Returns: the curves, one value for each epoch.
  /// - Throws: `diverged` where a term, a gradient or a weight is not finite; `tooFewFrames`;
  ///   `interrupted` where the journal is told to stop; `checkpointMismatch` where its record of
  ///   the stage does not fit.
  func run() throws(EngineFailure) -> [HistoryCurve] {
    let record = journal.record(of: task.stage)
    if let finished = record.finished {
      try task.restore(finished.parameters)
      return finished.history
    }
    let plan = BatchPlan(
      data: data, sequences: data.plan.train, unlabelled: task.unlabelled, recipe: recipe,
      seed: seed, purpose: task.streamName)
    let tools = Tools(
      plan: plan, optimiser: recipe.optimiser(of: task.parameters),
      schedule: recipe.schedule(stepsPerEpoch: plan.batches(epoch: 1).count),
      tape: Tape<Float>(compute: compute))
    var state = RunningStage(name: task.stage.name, parameters: task.snapshot())
    if let running = record.running {
      state = running
      try resume(running, tools)
      observer(.stageResumed(stage: task.stage, epoch: state.epoch, step: state.step))
    }
    try runEpochs(&state, tools)
    return try finish(state)
  }

  private func runEpochs(_ state: inout RunningStage, _ tools: Tools) throws(EngineFailure) {
    let checks = BatchPlan(
      data: data, sequences: data.plan.valid, recipe: recipe, seed: seed, purpose: "valid")
    let rule = recipe.stoppingRule
    let limit = recipe.integer(.epochs)
    while true {
      try trainEpoch(&state, tools)
      let rate = tools.schedule.rate(
        atStep: max(0, state.step - 1), plateauFactor: state.rateFactor)
      var values = state.sums.means("train")
      var verdict = StoppingRule.Verdict()
      if let validation = try validate(checks, state) {
        values += validation.values
        verdict = rule.judge(validation.selection, &state)
        if verdict.isBest { state.best = task.snapshot() }
      }
      state.history.record(values, stage: task.stage)
      observer(
        .epoch(
          EpochReport(
            stage: task.stage, title: task.title, epoch: state.epoch, epochLimit: limit,
            step: state.step, values: values, isBest: verdict.isBest, learningRate: rate)))
      let isLast = verdict.stops || state.epoch >= limit
      if isLast {
        observer(
          .stageEnded(
            stage: task.stage, bestEpoch: state.bestEpoch > 0 ? state.bestEpoch : state.epoch,
            epochs: state.epoch, stoppedEarly: verdict.stops))
        return
      }
      state.beginEpoch()
    }
  }

  private func finish(_ state: RunningStage) throws(EngineFailure) -> [HistoryCurve] {
    if state.bestEpoch > 0 { try task.restore(state.best) }
    try journal.stageEnded(
      FinishedStage(
        name: task.stage.name, parameters: task.snapshot(), history: state.history),
      at: state)
    return state.history
  }

  // MARK: Steps

  /// Runs the batches of the epoch that are not done yet.
  private func trainEpoch(
    _ state: inout RunningStage, _ tools: Tools
  ) throws(EngineFailure) {
    let batches = tools.plan.batches(epoch: state.epoch)
    let sources = task.sources
    sources.plan(batches)
    while state.batch < batches.count {
      sources.advance(to: state.batch)
      tools.tape.reset()
      tools.optimiser.learningRate = tools.schedule.rate(
        atStep: state.step, plateauFactor: state.rateFactor)
      try trainBatch(batches[state.batch], &state, tools)
      state.batch += 1
      state.step += 1
      observer(
        .batch(
          stage: task.stage, title: task.title, epoch: state.epoch,
          epochLimit: recipe.integer(.epochs), batch: state.batch, batchCount: batches.count))
      let reached = state
      try journal.stepEnded { () throws(EngineFailure) in try cursor(at: reached, tools) }
    }
    tools.tape.reset()
  }

  /// One step of the optimiser; none where no row of the batch counts.
  private func trainBatch(
    _ batch: Batch, _ state: inout RunningStage, _ tools: Tools
  ) throws(EngineFailure) {
    let random = RandomStream(
      seed: seed, purpose: "dropout/\(task.streamName)", step: state.step)
    let terms = try task.terms(
      of: batch, pass: ForwardPass(tools.tape, training: random), epoch: state.epoch)
    guard !terms.isEmpty else { return }
    let values = terms.map(\.value.scalar)
    for (term, value) in zip(terms, values) where !value.isFinite {
      throw diverged("the \(term.name) loss", state)
    }
    state.sums.add(terms, values: values, rows: Double(batch.frameCount))
    tools.tape.backward(
      from: tools.tape.sum(terms.map { (weight: $0.weight, term: $0.value) }))
    let limit = recipe.number(.clipNorm)
    let norm = tools.optimiser.step(clippingTo: limit > 0 ? limit : nil, level: compute.level)
    guard norm.isFinite else {
      let worst = terms.map(\.name).joined(separator: " + ")
      throw diverged("the gradient of \(worst)", state)
    }
  }

  private func diverged(_ term: String, _ state: RunningStage) -> EngineFailure {
    .diverged(stage: task.title, epoch: state.epoch, step: state.step + 1, term: term)
  }

  // MARK: Checkpoints

  /// `state` with all that the next batch depends on.
  ///
  /// - Throws: `diverged` where a weight is not finite: such a checkpoint would be of no use.
  private func cursor(
    at state: RunningStage, _ tools: Tools
  ) throws(EngineFailure) -> RunningStage {
    var cursor = state
    cursor.parameters = task.snapshot()
    for named in cursor.parameters where !named.tensor.elements.allSatisfy(\.isFinite) {
      throw diverged("weight \(named.name)", state)
    }
    cursor.updates = tools.optimiser.stepCount
    cursor.moments = tools.optimiser.moments.map { NamedTensor(name: $0.name, tensor: $0.tensor) }
    return cursor
  }

  private func resume(_ running: RunningStage, _ tools: Tools) throws(EngineFailure) {
    // Joined batches are of other number in other epochs.
    guard (1...recipe.integer(.epochs)).contains(running.epoch),
      (0...tools.plan.batches(epoch: running.epoch).count).contains(running.batch),
      running.step >= 0, running.updates >= 0
    else {
      throw .checkpointMismatch(differences: ["the position in stage \(running.name) is none"])
    }
    try task.check(running.best)
    try task.restore(running.parameters)
    do throws(NetworksFailure) {
      try tools.optimiser.restore(
        moments: running.moments.map { ($0.name, $0.tensor) }, stepCount: running.updates)
    } catch {
      throw .checkpointMismatch(differences: ["stage \(running.name): \(error)"])
    }
  }

  // MARK: Validation

  /// The loss that selects, and the curves, of the validation sequences; nil without any.
  private func validate(
    _ plan: BatchPlan, _ state: RunningStage
  ) throws(EngineFailure) -> (selection: Double, values: [(name: String, value: Double)])? {
    guard !plan.windows.isEmpty, let taskLoss = try task.taskLoss(of: data.plan.valid) else {
      return nil
    }
    guard taskLoss.isFinite else { throw diverged("the validation loss", state) }
    let sums = task.hasTransferTerms ? try termSums(plan.inOrder) : []
    // The task loss of the whole set replaces the mean over batches.
    let parts = sums.means("valid").filter { $0.name != "valid/task" && $0.name != "valid/loss" }
    let weighted = parts.map { part in
      part.value * (sums.first { "valid/\($0.name)" == part.name }?.weight ?? 0)
    }
    let loss = taskLoss + weighted.reduce(0, +)
    guard loss.isFinite else {
      let term = parts.first { !$0.value.isFinite }?.name ?? "loss"
      throw diverged("the validation's \(term)", state)
    }
    let selection = recipe.choice(.selectionLoss) == "task" ? taskLoss : loss
    return (selection, [("valid/loss", loss), ("valid/task", taskLoss)] + parts)
  }

  /// The terms of validation batches, added up.
  private func termSums(_ batches: [Batch]) throws(EngineFailure) -> [TermSum] {
    let tape = Tape<Float>(compute: compute, isRecording: false)
    var sums: [TermSum] = []
    let sources = task.sources
    sources.plan(batches)
    for (index, batch) in batches.enumerated() {
      sources.advance(to: index)
      tape.reset()
      let terms = try task.terms(of: batch, pass: ForwardPass(tape), epoch: nil)
      sums.add(terms, values: terms.map(\.value.scalar), rows: Double(batch.frameCount))
    }
    return sums
  }
}
