import CMKTEngine
import CMKTFormat
import Foundation
import ToolSupport

/// The models of a comparison: trains those that are missing, and scores all.
struct ComparisonWork: Sendable {
  let plan: ComparisonPlan
  let folder: String
  /// What is scored of each cell's features.
  let split: EvaluationSplit
  private(set) var inputs: [TrainingInput]
  private let jobCount: Int
  /// Of each model.
  private let threadCount: Int
  private let isForced: Bool
  private let command: String
  private let console: Console
  private var additions: [ComparisonResults.Addition] = []
  /// What a reader of the results must know of the data, one sentence each.
  private(set) var warnings: [String] = []

  init(plan: ComparisonPlan, invocation: Invocation) throws {
    self.plan = plan
    folder = invocation.string("output")
    console = invocation.console
    isForced = invocation.isForced
    command = invocation.canonicalCommand
    jobCount = invocation.integer("jobs")
    let processors = invocation.threads ?? ProcessInfo.processInfo.activeProcessorCount
    threadCount = max(1, processors / jobCount)
    split =
      plan.evaluation == .nested || invocation.string("report") == "test" ? .test : .valid
    inputs = try invocation.strings("features").map { try TrainingInput($0, plan: plan) }
    try checkInputs()
    let fraction = plan.recipe.number(.validationFraction)
    let sequences = try inputs.map { [split] input in
      try input.sequences(
        of: split, heldOut: fraction, remedy: "leave out --report test, or this file")
    }
    let tables = try Additions(invocation.strings("add"), plan: plan)
    additions = try tables.scores(in: plan) { [inputs] run in
      // Folds differ in their splits alone.
      let input = inputs[run.dataSet]
      return (input.features[0], input.groups, sequences[run.dataSet])
    }
    try makeFolders()
    Interruption.advise("the same command goes on where it stood")
    try searchDelays()
    warnings = try inputs.warnings(plan: plan)
  }

  /// - Throws: exit code 64 where the same data stand twice, or a model would replace a features
  ///   file.
  private func checkInputs() throws {
    try inputs.checkDiffer()
    for cell in plan.cells {
      let model = "\(folder)/models/\(plan.fileName(of: cell))"
      for input in inputs where Files.areSame(model, input.path) {
        throw ToolFailure.usage(
          "the model '\(model)' of --output would be the same file as FEATURES '\(input.path)'; "
            + "choose another folder")
      }
    }
  }

  /// Where the recipe asks for it, searches the delays of each features file and fold with the
  /// baseline, once for all methods; a baseline that is finished has them already.
  private mutating func searchDelays() throws {
    for dataSet in inputs.indices {
      for (index, fold) in plan.folds.enumerated() {
        guard let cell = plan.delayCell(dataSet: dataSet, fold: fold) else { continue }
        let request = try plan.request(of: cell)
        guard request.awaitsDelaySearch else { return }
        let path = "\(folder)/models/\(plan.fileName(of: cell))"
        if !isForced, Files.exists(path) {
          let heads = try Self.model(at: path).architecture.heads
          inputs[dataSet].delaySeconds[index] = Dictionary(
            heads.filter { $0.level == Level.frame.description }
              .map { ($0.target, $0.delaySeconds) }
          ) { first, _ in first }
          continue
        }
        let found = try DelaySearch(
          features: inputs[dataSet].features[index], request: request, threads: threadCount
        ).run()
        inputs[dataSet].delaySeconds[index] = found
        for (target, seconds) in found.sorted(by: { $0.key < $1.key }) {
          let place = plan.dataSets[dataSet] + (fold.map { ", fold \($0)" } ?? "")
          console.note("\(place): delay of \(target), searched on validation: \(seconds) s")
        }
      }
    }
  }

  private func makeFolders() throws {
    do {
      try FileManager.default.createDirectory(
        atPath: folder + "/models", withIntermediateDirectories: true)
    } catch {
      throw ToolFailure.cannotCreate(
        path: folder, "folder '\(folder)' cannot be made: \(error.localizedDescription)")
    }
  }

  /// Trains what is missing, and scores all.
  ///
  /// - Throws: the failure of the first cell that failed; the models of others stay.
  func run() throws -> ComparisonResults {
    let cells = plan.cells
    let progress = ProgressReport(console, label: "compare", total: cells.count, unit: "models")
    let state = WorkState(count: cells.count)
    DispatchQueue.concurrentPerform(iterations: min(jobCount, cells.count)) { _ in
      while let index = state.next() {
        do {
          state.finish(index, .success(try score(of: cells[index], state: state)))
        } catch {
          state.finish(index, .failure(failure(error, of: cells[index])))
        }
        progress.update(state.doneCount, detail: plan.fileName(of: cells[index]))
      }
    }
    let scores: [CellScore]
    do {
      scores = try state.scores()
    } catch {
      progress.finish()
      throw error
    }
    progress.finish(
      "\(counted(cells.count, "model")), \(state.foundCount) of them found finished")
    var results = ComparisonResults(plan: plan, scores: scores)
    results.additions = additions
    return results
  }

  private func failure(_ error: any Error, of cell: ComparisonCell) -> any Error {
    guard var failure = error as? ToolFailure ?? toolFailure(error) else { return error }
    failure.message = "\(plan.fileName(of: cell)): \(failure.message)"
    return failure
  }

  private func score(of cell: ComparisonCell, state: WorkState) throws -> CellScore {
    let input = inputs[cell.run.dataSet]
    let features = input.features(of: cell)
    let request = try plan.request(of: cell, delaySeconds: input.delaySeconds(of: cell))
    let path = "\(folder)/models/\(plan.fileName(of: cell))"
    let found = try finishedModel(at: path, request: request, features: features, input: input)
    if found != nil { state.countFound() }
    let model =
      try found ?? train(request, features: features, input: input, path: path, state: state)
    return try CellScore(
      model: model, features: features, split: split, groups: input.groups, threads: threadCount)
  }

  /// The model at `path`, with all its digests checked, or nil where there is none to keep.
  ///
  /// - Throws: exit code 73 where it was trained otherwise and may not be replaced.
  private func finishedModel(
    at path: String, request: TrainingRequest, features: FeaturesFile, input: TrainingInput
  ) throws -> ModelFile? {
    guard Files.exists(path) else { return nil }
    if isForced, (try? ModelFile.read(path)) == nil { return nil }
    let model = try Self.model(at: path)
    let difference = try request.difference(
      from: model, features: features, fingerprint: input.digests.content)
    guard let difference else { return model }
    guard isForced else {
      throw ToolFailure.cannotCreate(
        path: path,
        "the model that is there was trained otherwise (\(difference)); choose another folder, or "
          + "--force to train it again")
    }
    return nil
  }

  /// The model of a cell, with all its digests checked; a failure says what to do.
  private static func model(at path: String) throws -> ModelFile {
    do {
      return try ModelFile.read(path).file
    } catch {
      guard var failure = toolFailure(error) else { throw error }
      failure.message += "; --force trains it again"
      throw failure
    }
  }

  private func train(
    _ request: TrainingRequest, features: FeaturesFile, input: TrainingInput, path: String,
    state: WorkState
  ) throws -> ModelFile {
    let trainer = try Trainer(
      features: features, fingerprint: input.digests.content, request: request,
      threads: threadCount)
    var model = try trainer.fit { event in
      guard case .warning(let text) = event, !warnings.contains(text) else { return }
      if state.isNew(text) { console.warn(text) }
    }.model
    model.provenance = provenance(
      of: features, path: input.path, digests: input.digests, command: command)
    try Interruption.deferred {
      _ = try model.write(to: path, replacing: isForced)
    }
    return model
  }
}
