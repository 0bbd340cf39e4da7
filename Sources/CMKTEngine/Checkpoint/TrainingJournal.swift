package import CMKTFormat

/// What a training run has done so far, so that it can be cut anywhere and go on to the same bytes.
///
/// All training is a pure function of the request, the data and the kernels, but for the stages:
/// the journal keeps what each finished one left behind, and where the running one stands. A run
/// that resumes goes through the same code from its beginning; finished stages are restored
/// instead of trained. One journal serves one run.
package final class TrainingJournal {
  private let checkpoint: ModelFile?
  private let stepInterval: Int
  private let isStopRequested: () -> Bool
  private let save: (ModelFile) -> Void
  private var state: TrainingState
  /// Stages that this run has asked for: their names must be unique.
  private var seen: Set<Stage> = []
  private var stepsSinceSaving = 0
  private var skeleton: (() throws(EngineFailure) -> ModelFile)?

  /// A journal that goes on from `checkpoint`, or starts.
  ///
  /// - Parameters:
  ///   - checkpoint: an unfinished model; checked against the run when that begins.
  ///   - stepInterval: saves after so many steps; 0: only when the run is to stop.
  ///   - isStopRequested: asked after each step; where it is true, the run saves and ends with
  ///     `interrupted`.
  ///   - save: takes each checkpoint, on the thread that trains.
  package init(
    resuming checkpoint: ModelFile? = nil, every stepInterval: Int = 0,
    stopsWhen isStopRequested: @escaping () -> Bool = { false },
    save: @escaping (ModelFile) -> Void = { _ in }
  ) {
    self.checkpoint = checkpoint
    self.stepInterval = stepInterval
    self.isStopRequested = isStopRequested
    self.save = save
    state = checkpoint?.state ?? TrainingState()
  }

  /// Binds the journal to a run.
  ///
  /// - Parameter skeleton: the model as it stands, with the record of the run and no history.
  /// - Throws: `checkpointMismatch` where the checkpoint is of another run.
  func begin(
    _ skeleton: @escaping () throws(EngineFailure) -> ModelFile
  ) throws(EngineFailure) {
    self.skeleton = skeleton
    guard let checkpoint else { return }
    let differences = checkpoint.differencesFromRun(try skeleton())
    guard differences.isEmpty else { throw .checkpointMismatch(differences: differences) }
  }

  /// Lets go of the run, which holds the journal and all its data.
  func end() { skeleton = nil }

  /// What `stage` left behind, if it is over; or where it stands, if it had begun.
  ///
  /// - Precondition: each stage is asked for once in a run.
  func record(of stage: Stage) -> (finished: FinishedStage?, running: RunningStage?) {
    precondition(seen.insert(stage).inserted, "stage \(stage.name) stands twice in a run")
    let running = state.running.flatMap { $0.name == stage.name ? $0 : nil }
    return (state.finished.first { $0.name == stage.name }, running)
  }

  /// Notes that a step is done, and saves where that is due.
  ///
  /// - Parameter cursor: where the stage stands.
  /// - Throws: `interrupted` after saving, where the run is to stop; what `cursor` throws.
  func stepEnded(
    _ cursor: () throws(EngineFailure) -> RunningStage
  ) throws(EngineFailure) {
    stepsSinceSaving += 1
    let stops = isStopRequested()
    guard stops || (stepInterval > 0 && stepsSinceSaving >= stepInterval) else { return }
    let running = try cursor()
    state.running = running
    try saveCheckpoint()
    if stops { throw .interrupted(stage: running.name, epoch: running.epoch, step: running.step) }
  }

  /// Notes that a stage is over.
  ///
  /// - Throws: `interrupted` after saving, where the run is to stop.
  func stageEnded(_ stage: FinishedStage, at cursor: RunningStage) throws(EngineFailure) {
    state.finished.append(stage)
    state.running = nil
    guard isStopRequested() else { return }
    try saveCheckpoint()
    throw .interrupted(stage: cursor.name, epoch: cursor.epoch, step: cursor.step)
  }

  private func saveCheckpoint() throws(EngineFailure) {
    stepsSinceSaving = 0
    // Stages that run on their own, as tests do, have no model around them.
    guard let skeleton else { return }
    var model = try skeleton()
    model.isFinished = false
    model.state = state
    model.training.history =
      state.finished.flatMap(\.history) + (state.running?.history ?? [])
    save(model)
  }
}
