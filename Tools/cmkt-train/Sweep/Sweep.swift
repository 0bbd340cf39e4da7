import CMKTEngine
import CMKTFormat
import Foundation
import Tensors
import ToolSupport

/// A sweep that has begun: its folder, its cells, and where its features files are.
struct Sweep: Sendable {
  let folder: SweepFolder
  let expansion: SweepExpansion
  /// Of the features files, as this process reaches them.
  let paths: [String]

  /// The sweep in the folder at `path`.
  ///
  /// - Throws: exit code 66 where there is none, 65 where its plan is damaged.
  init(in path: String) throws {
    folder = SweepFolder(path: path)
    guard let plan = try folder.plan() else {
      throw ToolFailure.noInput(
        path: path,
        "'\(path)' holds no sweep, there is no plan.json in it; begin one with "
          + "cmkt-train sweep PLAN.json -o FOLDER")
    }
    guard let kernels = plan.kernels, plan.features.allSatisfy({ $0.content != nil }) else {
      throw ToolFailure(
        .badData, "'\(folder.planPath)' was not written by a sweep: kernels or digests are missing",
        fields: [.init("path", .string(folder.planPath))])
    }
    expansion = try SweepExpansion(
      plan, contents: plan.features.compactMap(\.content), kernels: kernels)
    paths = plan.features.map { Self.path($0.path, from: path) }
  }

  private init(folder: SweepFolder, expansion: SweepExpansion, paths: [String]) {
    self.folder = folder
    self.expansion = expansion
    self.paths = paths
  }

  /// Begins the sweep of the plan at `planPath` in `folder`, or joins it there.
  ///
  /// - Parameter isPretended: whether nothing is written.
  /// - Returns: the sweep, and its features files, which are read to begin it.
  /// - Throws: exit code 73 where the folder holds another sweep.
  static func begin(
    planPath: String, folder path: String, isPretended: Bool = false
  ) throws -> (Sweep, [TrainingInput]) {
    var plan = try SweepPlan(json: SweepFolder.text(of: planPath))
    let base = planPath.lastIndex(of: "/").map { String(planPath[...$0]) } ?? "."
    let paths = plan.features.map { Self.path($0.path, from: base) }
    for path in paths { try Files.checkReadable(path) }
    let inputs = try Self.inputs(of: plan, paths: paths)
    let contents = inputs.fingerprints
    let folder = SweepFolder(path: path)
    for index in plan.features.indices { plan.features[index].content = contents[index] }
    if let known = try folder.plan() {
      return (try Sweep(joining: known, as: plan, in: folder, paths: paths), inputs)
    }
    let kernels = plan.kernels ?? .best
    plan.kernels = kernels
    let sweep = Sweep(
      folder: folder,
      expansion: try SweepExpansion(plan, contents: contents, kernels: kernels), paths: paths)
    try sweep.checkNames(inputs)
    guard !isPretended else { return (sweep, inputs) }
    try folder.make()
    for index in plan.features.indices {
      plan.features[index].path = folder.relative(paths[index])
    }
    if try folder.save(plan) { return (sweep, inputs) }
    guard let known = try folder.plan() else { return (sweep, inputs) }
    return (try Sweep(joining: known, as: plan, in: folder, paths: paths), inputs)
  }

  /// - Throws: exit code 73 where `known` is not the same sweep as `plan`.
  private init(
    joining known: SweepPlan, as plan: SweepPlan, in folder: SweepFolder, paths: [String]
  ) throws {
    guard known.isSame(as: plan), let kernels = known.kernels else {
      throw ToolFailure.cannotCreate(
        path: folder.path,
        "'\(folder.path)' holds the sweep of another plan or of other data; choose another folder")
    }
    self.init(
      folder: folder,
      expansion: try SweepExpansion(
        known, contents: plan.features.compactMap(\.content), kernels: kernels),
      paths: paths)
  }

  private static func path(_ path: String, from folder: String) -> String {
    path.hasPrefix("/") ? path : (folder.hasSuffix("/") ? folder : folder + "/") + path
  }

  /// The features files, read.
  ///
  /// - Throws: exit code 65 where one is not what the plan says.
  func inputs() throws -> [TrainingInput] {
    for path in paths { try Files.checkReadable(path) }
    return try Self.inputs(of: expansion.plan, paths: paths)
  }

  private static func inputs(of plan: SweepPlan, paths: [String]) throws -> [TrainingInput] {
    let comparison = try plan.comparison(at: [:])
    let inputs = try paths.map { try TrainingInput($0, plan: comparison) }
    for (input, features) in zip(inputs, plan.features) {
      guard let content = features.content, content != input.digests.content else { continue }
      throw ToolFailure(
        .badData,
        "'\(input.path)' has content digest \(input.digests.content), the plan expects \(content); "
          + "give the features file that the sweep began with", path: input.path)
    }
    try inputs.checkDiffer()
    return inputs
  }

  /// - Throws: what every model of a kind would fail with, such as an unknown modality.
  private func checkNames(_ inputs: [TrainingInput]) throws {
    let comparison = expansion.comparisons[0]
    var inputs = inputs
    // Delays that are yet to be searched have no part in names.
    for index in inputs.indices where comparison.recipe.choice(.delayMode) == "search" {
      inputs[index].assume(Dictionary(comparison.targets.map { ($0, 0) }) { $1 })
    }
    _ = try inputs.warnings(plan: comparison)
  }

  /// - Throws: exit code 64 where this processor cannot train what the sweep trains.
  func checkKernels() throws(ToolFailure) {
    guard !expansion.kernels.isAvailable else { return }
    throw .usage(
      "the sweep trains with kernels \(expansion.kernels.rawValue), which this processor does not "
        + "run; its best is \(KernelLevel.best.rawValue): name that in the plan of a new sweep")
  }

  /// The model of `cell` that is there, with all its digests checked; nil without one.
  ///
  /// - Throws: exit code 65 where it is damaged or no model of this cell.
  func model(of cell: SweepCell, inputs: [TrainingInput]) throws -> ModelFile? {
    let path = folder.model(of: cell)
    guard Files.exists(path) else { return nil }
    let model = try ModelFile.read(path).file
    let input = inputs[cell.cell.run.dataSet]
    var request = try expansion.request(of: cell)
    if request.awaitsDelaySearch { request.delaySeconds = model.delaySeconds }
    let difference = try request.difference(
      from: model, features: input.features(of: cell.cell), fingerprint: input.digests.content,
      kernels: expansion.kernels)
    guard let difference else { return model }
    throw ToolFailure(
      .badData, "'\(path)' was trained otherwise (\(difference)).", path: path)
  }
}

extension ModelFile {
  /// The delays of the targets on frames.
  var delaySeconds: [String: Double] {
    Dictionary(
      architecture.heads.filter { $0.level == Level.frame.description }
        .map { ($0.target, $0.delaySeconds) }
    ) { first, _ in first }
  }
}
