import CMKTEngine
import CMKTFormat
import Foundation
import ToolSupport

/// One worker on a sweep: trains the cells of its share that are not done, beside other workers.
struct SweepWork: Sendable {
  private let sweep: Sweep
  private let inputs: [TrainingInput]
  private let keeper: ClaimKeeper
  private let state: SweepState
  private let cellCount: Int
  private let jobCount: Int
  /// Of each cell.
  private let threadCount: Int
  private let checkpointInterval: Int
  /// By address, the failures of before that are to be tried again, and when they were noted.
  private let retried: [String: Date]
  /// The addresses of the models that were there before; what comes later was checked when it was
  /// saved.
  private let earlier: Set<String>
  private let console: Console

  /// - Parameter retriesFailures: whether cells that have failed before are tried again.
  init(
    sweep: Sweep, inputs: [TrainingInput], share: SweepShare, retriesFailures: Bool,
    invocation: Invocation
  ) throws {
    try sweep.checkKernels()
    try sweep.folder.make()
    self.sweep = sweep
    self.inputs = inputs
    let cells = sweep.expansion.cells.filter { share.contains($0.number) }
    cellCount = cells.count
    state = SweepState(cells)
    keeper = ClaimKeeper(
      WorkClaims(in: sweep.folder.claims, expirySeconds: invocation.optionalNumber("expiry")))
    jobCount = invocation.integer("jobs")
    threadCount =
      invocation.threads ?? max(1, ProcessInfo.processInfo.activeProcessorCount / jobCount)
    checkpointInterval = invocation.optionalInteger("checkpoint-every") ?? 0
    var retried: [String: Date] = [:]
    if retriesFailures {
      for cell in cells { retried[cell.address] = sweep.folder.failureDate(of: cell) }
    }
    self.retried = retried
    earlier = Set(cells.filter { Files.exists(sweep.folder.model(of: $0)) }.map(\.address))
    console = invocation.console
  }

  /// Works until no cell of the share is left.
  ///
  /// A signal ends the process after a checkpoint of each cell that runs.
  /// - Throws: what keeps this worker from going on, such as a full disk.
  func run() throws -> SweepState {
    let progress = ProgressReport(console, label: "sweep", total: cellCount, unit: "cells")
    try Interruption.deferred {
      DispatchQueue.concurrentPerform(iterations: min(jobCount, max(1, cellCount))) { _ in
        while !Interruption.isRequested, let step = state.next() {
          switch step {
          case .wait(let seconds): wait(seconds)
          case .cell(let cell):
            do {
              try attempt(cell)
            } catch {
              state.stop(failure(error, of: cell))
            }
            progress.update(
              state.count(.done) + state.count(.failed), detail: sweep.expansion.title(of: cell))
          }
        }
      }
      keeper.tidy(settled: state.settledAddresses)
      let (done, failed) = (state.count(.done), state.count(.failed))
      progress.finish(
        "\(counted(cellCount, "cell")): \(done) done, \(state.foundCount) of them found done"
          + (failed > 0 ? ", \(failed) failed" : ""))
      try state.check()
    }
    return state
  }

  /// Waits for other workers, or for a signal.
  private func wait(_ seconds: Double) {
    let end = ContinuousClock.now + .milliseconds(Int64(seconds * 1000))
    while !Interruption.isRequested, ContinuousClock.now < end {
      Thread.sleep(forTimeInterval: 0.05)
    }
    state.reopen()
  }

  private func failure(_ error: any Error, of cell: SweepCell) -> any Error {
    guard var failure = error as? ToolFailure ?? toolFailure(error) else { return error }
    failure.message = "\(sweep.expansion.title(of: cell)): \(failure.message)"
    return failure
  }

  /// Finds `cell` settled, or claims and trains it.
  private func attempt(_ cell: SweepCell) throws {
    if let standing = try settled(cell, isClaimed: false) {
      return state.finish(cell, standing, wasFound: standing == .done)
    }
    guard try keeper.take(cell.address) else {
      return state.finish(cell, .busy, wasFound: false)
    }
    defer { keeper.release(cell.address) }
    // Another worker may have finished it in between.
    if let standing = try settled(cell, isClaimed: true) {
      return state.finish(cell, standing, wasFound: standing == .done)
    }
    state.finish(cell, try train(cell), wasFound: false)
  }

  /// Whether `cell` is done or has failed; nil where there is work to do.
  ///
  /// - Parameter isClaimed: whether what is damaged may be removed.
  private func settled(_ cell: SweepCell, isClaimed: Bool) throws -> SweepState.Standing? {
    if !earlier.contains(cell.address), Files.exists(sweep.folder.model(of: cell)) { return .done }
    do {
      if try sweep.model(of: cell, inputs: inputs) != nil { return .done }
    } catch {
      guard let failure = error as? ToolFailure ?? toolFailure(error), failure.exitCode == .badData
      else { throw error }
      if isClaimed {
        console.warn("\(failure.message) It is trained again.")
        try? FileManager.default.removeItem(atPath: sweep.folder.model(of: cell))
      }
      return nil
    }
    guard let date = sweep.folder.failureDate(of: cell), date != retried[cell.address] else {
      return nil
    }
    return .failed
  }

  /// Trains `cell`, which this worker has claimed.
  private func train(_ cell: SweepCell) throws -> SweepState.Standing {
    let title = sweep.expansion.title(of: cell)
    do {
      try save(try fit(cell), of: cell)
      try? FileManager.default.removeItem(atPath: sweep.folder.failure(of: cell))
      return .done
    } catch let failure as EngineFailure {
      if case .interrupted = failure { return keeper.hasLost(cell.address) ? .busy : .open }
      console.warn("\(title): \(failure)")
      try sweep.folder.noteFailure(of: cell, title: title, message: failure.description)
      return .failed
    }
  }

  /// The model of `cell`, from its checkpoint or from the start.
  private func fit(_ cell: SweepCell) throws -> ModelFile {
    let input = inputs[cell.cell.run.dataSet]
    let features = input.features(of: cell.cell)
    let checkpoint = CheckpointFile(output: sweep.folder.model(of: cell))
    let resumed = checkpoint.exists ? try? checkpoint.open(resuming: true, replacing: false) : nil
    var request = try sweep.expansion.request(of: cell)
    if request.awaitsDelaySearch {
      request.delaySeconds = try delaySeconds(of: cell, checkpoint: resumed)
    }
    let trainer = try Trainer(
      features: features, fingerprint: input.digests.content, request: request,
      threads: threadCount, kernels: sweep.expansion.kernels)
    let provenance = provenance(
      of: features, path: input.path, digests: input.digests,
      command: SweepFolder.recordedCommand)
    func run(resuming model: ModelFile?) throws -> ModelFile {
      let journal = TrainingJournal(
        resuming: model, every: checkpointInterval, stopsWhen: { isToStop(cell) },
        save: { save($0, to: checkpoint, of: cell, provenance: provenance) })
      var model = try trainer.fit(observer: take, journal: journal).model
      model.provenance = provenance
      return model
    }
    do {
      return try run(resuming: resumed)
    } catch let failure as EngineFailure {
      guard case .checkpointMismatch = failure else { throw failure }
      console.warn("\(sweep.expansion.title(of: cell)): \(failure); it starts anew")
      return try run(resuming: nil)
    }
  }

  private func isToStop(_ cell: SweepCell) -> Bool {
    Interruption.isRequested || keeper.hasLost(cell.address)
  }

  private func take(_ event: TrainingEvent) {
    guard case .warning(let text) = event, state.isNew(text) else { return }
    console.warn(text)
  }

  /// Saves a checkpoint; training goes on where that fails, and says so.
  private func save(
    _ model: ModelFile, to checkpoint: CheckpointFile, of cell: SweepCell, provenance: Provenance
  ) {
    // Another worker has taken the cell over and may be further.
    guard !keeper.hasLost(cell.address) else { return }
    var model = model
    model.provenance = provenance
    do {
      try checkpoint.save(model)
    } catch {
      console.warn("a checkpoint is not saved: \(error)")
    }
  }

  /// Saves the model of `cell`, unless another worker was quicker.
  private func save(_ model: ModelFile, of cell: SweepCell) throws {
    do throws(FormatFailure) {
      _ = try model.write(to: sweep.folder.model(of: cell), replacing: false)
    } catch {
      guard case .exists = error else { throw error }
    }
    CheckpointFile(output: sweep.folder.model(of: cell)).remove()
  }

  /// The delays that `cell` is trained with: those of the baseline that stands for it, found once.
  private func delaySeconds(
    of cell: SweepCell, checkpoint: ModelFile?
  ) throws -> [String: Double] {
    guard let source = sweep.expansion.delayCell(of: cell) else { return [:] }
    if let known = state.delaySeconds(of: source.address) { return known }
    let model = try? sweep.model(of: source, inputs: inputs)
    if let model = model ?? checkpoint { return model.delaySeconds }
    let found = try DelaySearch(
      features: inputs[source.cell.run.dataSet].features(of: source.cell),
      request: sweep.expansion.request(of: source), threads: threadCount,
      kernels: sweep.expansion.kernels, stopsWhen: { isToStop(cell) }
    ).run()
    state.keep(found, of: source.address)
    return found
  }
}
