import CMKTEngine
import CMKTFormat
import ToolSupport

/// One run of `fit`: its logs, its checkpoint and its model file.
struct FitRun {
  let output: String
  let watcher: Watcher
  private let invocation: Invocation
  private let provenance: Provenance
  private let fingerprint: String
  private let checkpoint: CheckpointFile
  private let log: TrainingLog?
  /// With `--resume`, the model that is there already.
  private let finished: (file: ModelFile, digests: FileDigests)?
  /// What to go on from.
  private let resumed: ModelFile?

  /// Looks for what an earlier run left, and opens the logs.
  ///
  /// - Throws: exit code 73 where a log cannot be made, or where a checkpoint stands in the way;
  ///   65 where what is there cannot be read.
  init(invocation: Invocation, fingerprint: String, provenance: Provenance) throws {
    self.invocation = invocation
    self.provenance = provenance
    self.fingerprint = fingerprint
    output = invocation.string("output")
    checkpoint = CheckpointFile(output: output)
    let isResumed = invocation.flag("resume")
    finished =
      isResumed && !invocation.isForced && Files.exists(output)
      ? try ModelFile.read(output) : nil
    resumed =
      finished == nil
      ? try checkpoint.open(resuming: isResumed, replacing: invocation.isForced) : nil
    log = try invocation.optionalString("log").map { try TrainingLog(path: $0) }
    let board = try invocation.optionalString("tensorboard").map { try TensorBoardLog(folder: $0) }
    watcher = Watcher(console: invocation.console, log: log, board: board)
    if finished == nil { try begin() }
  }

  /// The delays of the targets on frames that an earlier run has found; none without one.
  var earlierDelaySeconds: [String: Double] {
    let heads = (finished?.file ?? resumed)?.architecture.heads ?? []
    return Dictionary(
      heads.filter { $0.level == "frame" }.map { ($0.target, $0.delaySeconds) }
    ) { first, _ in first }
  }

  /// The digest of the model that an earlier run of this command finished; nil where there is
  /// none.
  ///
  /// - Throws: exit code 73 where the output is another model.
  func finishedBefore(by trainer: Trainer) throws -> String? {
    guard let (model, digests) = finished else { return nil }
    let differences = model.isFinished ? try trainer.differences(from: model) : ["it is unfinished"]
    guard differences.isEmpty else {
      throw ToolFailure.cannotCreate(
        path: output,
        "'\(output)' exists and is not of this run: \(differences.joined(separator: "; ")); give "
          + "another name, or --force to replace it")
    }
    checkpoint.remove()
    invocation.console.note("\(baseName(output)) was finished before")
    return digests.content
  }

  /// Trains from the checkpoint or from the start, saves the model, and removes the checkpoint.
  ///
  /// A signal ends the process after the batch, with a checkpoint.
  func train(_ trainer: Trainer) throws -> (TrainingResult, FileDigests) {
    let journal = TrainingJournal(
      resuming: resumed, every: invocation.optionalInteger("checkpoint-every") ?? 0,
      stopsWhen: { Interruption.isRequested }, save: save)
    do {
      return try Interruption.deferred {
        var result = try trainer.fit(observer: { watcher.take($0) }, journal: journal)
        result.model.provenance = provenance
        let saved = try result.model.write(to: output, replacing: invocation.isForced)
        checkpoint.remove()
        return (result, saved)
      }
    } catch {
      log?.record("failed", [.init("message", .string("\(error)"))])
      if case EngineFailure.diverged = error, checkpoint.exists {
        invocation.console.note("the last good checkpoint stays in \(baseName(checkpoint.path))")
      }
      throw error
    }
  }

  private func begin() throws {
    let run: [JSONValue.Member] = [
      .init("command", .string(invocation.canonicalCommand)), .init("data", .string(fingerprint)),
    ]
    if let resumed {
      try log?.append([.init("event", "resume")] + run + resumed.position)
      invocation.console.note("going on from \(baseName(checkpoint.path))")
    } else {
      try log?.append([.init("event", "start")] + run)
    }
  }

  /// Saves a checkpoint; training goes on where that fails, and says so.
  private func save(_ model: ModelFile) {
    var model = model
    model.provenance = provenance
    do {
      try checkpoint.save(model)
    } catch {
      invocation.console.warn("the checkpoint is not saved: \(error)")
      log?.record("warning", [.init("message", .string("the checkpoint is not saved: \(error)"))])
      return
    }
    let isStopping = Interruption.isRequested
    log?.record(isStopping ? "interrupted" : "checkpoint", model.position)
    if isStopping {
      invocation.console.note(
        "\(baseName(checkpoint.path)) saved; the same command with --resume goes on")
    }
  }

  /// Notes the end of the run.
  ///
  /// - Returns: the seconds since `start`.
  func end(_ saved: FileDigests, since start: ContinuousClock.Instant) -> Double {
    let duration = ContinuousClock.now - start
    let seconds =
      Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
    log?.record(
      "end", [.init("seconds", .number(seconds)), .init("model", .string(saved.content))])
    return seconds
  }
}
