import CMKTFormat
import Networks
import Tensors

/// The weak path with its teachers.
///
/// Step 2 of CM-StEW, `L_y + α L_cor + β L_tr`, and the only step of SEW, which adds `γ L_ae`.
/// Several teachers share the weights out evenly.
final class TransferTask: StageTask {
  let stage: Stage
  let title: String
  /// As of the weak modality alone, so that the two differ by the transfer only.
  let streamName = "weak"
  let unlabelled: [Int]
  /// The weak path as a task of its own.
  let weak: PathTask
  private let branches: [TransferBranch]
  private let settings: TransferOptions

  /// The transfer from `branches`; a classifier's strong branch is trained already.
  init(
    stage: Stage, networks: ModelNetworks, branches: [TransferBranch],
    settings: TransferOptions, data: TrainingData, recipe: Recipe, compute: Compute
  ) {
    self.stage = stage
    self.branches = branches
    self.settings = settings
    let teachers = branches.map(\.modality.contract.name).joined(separator: ", ")
    title = "weak path (\(data.weak.contract.name)) with \(teachers)"
    weak = PathTask(
      stage: stage, title: title, streamName: streamName, modality: data.weak,
      path: networks.weakPath, data: data, recipe: recipe, compute: compute)
    unlabelled = recipe.flag(.transferUnlabelled) ? data.plan.unlabelled : []
    if settings.startsFromStrongHead { copyHeads(from: networks.strongPaths[0]) }
  }

  var parameters: [Parameter<Float>] { weak.parameters + branches.flatMap(\.parameters) }

  var hasTransferTerms: Bool { true }

  var sources: [RowSource] { weak.sources + branches.flatMap(\.sources) }

  /// The weak heads start as the first teacher's.
  private func copyHeads(from strongPath: NetworkPath) {
    for (source, copy) in zip(strongPath.heads, weak.path.heads) {
      for (from, to) in zip(source.parameters, copy.parameters) { to.value = from.value }
    }
  }

  func terms(
    of batch: Batch, pass: ForwardPass<Float>, epoch: Int?
  ) throws(EngineFailure) -> [LossTerm] {
    // The weak path draws its masks first: they are those of the weak modality alone.
    let latent = try weak.latent(of: batch, pass: pass)
    var terms = weak.taskTerm(of: batch, latent: latent, pass: pass).map { [$0] } ?? []
    let share = settings.share(in: epoch) / Double(branches.count)
    for branch in branches {
      for term in try branch.terms(of: batch, weakLatent: latent, pass: pass) {
        // A dataset has one curve; several teachers have one each.
        let name = branches.count == 1 ? term.name : "\(term.name)/\(branch.modality.contract.name)"
        terms.append(LossTerm(name: name, weight: share * term.weight, value: term.value))
      }
    }
    return terms
  }

  func taskLoss(of sequences: [Int]) throws(EngineFailure) -> Double? {
    try weak.taskLoss(of: sequences)
  }
}
