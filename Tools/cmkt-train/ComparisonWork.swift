import CMKTEngine
import CMKTFormat
import Foundation
import Synchronization
import ToolSupport

/// The models of a comparison: trains those that are missing, and scores all.
struct ComparisonWork: Sendable {
  let plan: ComparisonPlan
  let folder: String
  /// What is scored of each cell's features.
  let split: EvaluationSplit
  private var inputs: [Input]
  private let jobCount: Int
  /// Of each model.
  private let threadCount: Int
  private let isForced: Bool
  private let command: String
  private let console: Console
  private let additions: Additions
  /// What a reader of the results must know of the data, one sentence each.
  private(set) var warnings: [String] = []

  /// A features file, whole and for each fold.
  private struct Input: Sendable {
    var path: String
    var digests: FileDigests
    var groups: GroupNumbers
    /// By fold from 1; the file as it is without folds.
    var features: [FeaturesFile]
    /// By fold, the delays that a search has found, by target.
    var delaySeconds: [[String: Double]]

    func features(of cell: ComparisonCell) -> FeaturesFile { features[(cell.fold ?? 1) - 1] }

    func delaySeconds(of cell: ComparisonCell) -> [String: Double] {
      delaySeconds[(cell.fold ?? 1) - 1]
    }
  }

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
    inputs = try invocation.strings("features").map { try Self.input($0, plan: plan) }
    additions = try Additions(invocation.strings("add"), plan: plan)
    try makeFolders()
    try searchDelays()
    warnings = try dataWarnings()
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
          let heads = try ModelFile.read(path).file.architecture.heads
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

  /// What training each method would warn of, whether it is trained now or was before.
  private func dataWarnings() throws -> [String] {
    var warnings: [String] = []
    var seen: Set<String> = []
    for cell in plan.cells {
      // Encoders, seeds and methods of the same modalities see the same data.
      let key = "\(cell.run.dataSet) \(cell.fold ?? 0) \(cell.method.needsStrong)"
      guard seen.insert(key).inserted else { continue }
      let input = inputs[cell.run.dataSet]
      let data = try TrainingData(
        features: input.features(of: cell),
        request: plan.request(of: cell, delaySeconds: input.delaySeconds(of: cell)))
      for warning in data.warnings where !warnings.contains(warning) { warnings.append(warning) }
    }
    return warnings
  }

  private static func input(_ path: String, plan: ComparisonPlan) throws -> Input {
    let names = Set([plan.weak] + plan.strong)
    var (features, digests) = try FeaturesFile.read(path, modalities: names)
    // Without one of them the failure is to name the modalities that there are.
    if !names.isSubset(of: features.modalities.keys) { features = try FeaturesFile.read(path).0 }
    let folds = try plan.folds.map { fold in
      guard let fold else { return features }
      return try features.leavingOut(
        fold: fold, of: plan.foldCount, isNested: plan.evaluation == .nested)
    }
    return Input(
      path: path, digests: digests, groups: GroupNumbers(of: features.sequences), features: folds,
      delaySeconds: folds.map { _ in [:] })
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

  /// The `content` digest of each features file.
  var fingerprints: [String] { inputs.map(\.digests.content) }

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
    let trained = state.trainedCount
    progress.finish("\(cells.count) models, \(cells.count - trained) of them found finished")
    var results = ComparisonResults(plan: plan, scores: try state.scores())
    results.additions = try additions.scores(beside: results) { run in
      // Folds differ in their splits alone.
      (inputs[run.dataSet].features[0], inputs[run.dataSet].groups)
    }
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
    let model =
      try finishedModel(at: path, request: request, features: features, input: input)
      ?? train(request, features: features, input: input, path: path, state: state)
    return try CellScore(
      model: model, features: features, split: split, groups: input.groups, threads: threadCount)
  }

  /// The model at `path`, with all its digests checked, or nil where there is none to keep.
  ///
  /// - Throws: exit code 73 where it was trained otherwise and may not be replaced.
  private func finishedModel(
    at path: String, request: TrainingRequest, features: FeaturesFile, input: Input
  ) throws -> ModelFile? {
    guard Files.exists(path) else { return nil }
    if isForced, (try? ModelFile.read(path)) == nil { return nil }
    let model = try ModelFile.read(path).file
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

  private func train(
    _ request: TrainingRequest, features: FeaturesFile, input: Input, path: String,
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
    state.countTrained()
    return model
  }
}

/// What the jobs of a comparison share.
private final class WorkState: Sendable {
  private struct Content {
    var nextIndex = 0
    var results: [Result<CellScore, any Error>?]
    var trainedCount = 0
    var warnings: Set<String> = []
  }
  private let content: Mutex<Content>

  init(count: Int) {
    content = Mutex(Content(results: Array(repeating: nil, count: count)))
  }

  /// The index of a cell to work on; nil where none is left or one has failed.
  func next() -> Int? {
    content.withLock { content in
      let hasFailed = content.results.contains { if case .failure = $0 { true } else { false } }
      guard !hasFailed, content.nextIndex < content.results.count else { return nil }
      defer { content.nextIndex += 1 }
      return content.nextIndex
    }
  }

  func finish(_ index: Int, _ result: sending Result<CellScore, any Error>) {
    content.withLock { $0.results[index] = result }
  }

  func countTrained() { content.withLock { $0.trainedCount += 1 } }

  /// Whether `warning` was not given yet.
  func isNew(_ warning: String) -> Bool {
    content.withLock { $0.warnings.insert(warning).inserted }
  }

  var trainedCount: Int { content.withLock { $0.trainedCount } }

  var doneCount: Int { content.withLock { $0.results.count { $0 != nil } } }

  func scores() throws -> [CellScore] {
    try content.withLock { content in try content.results.compactMap { try $0?.get() } }
  }
}
