import CMKTEngine
import CMKTFormat
import Tensors

/// Makes the table of each view.
struct ViewTables {
  let features: FeaturesFile
  let predictor: Predictor?
  let branch: StrongBranch?
  let stage: TrainingStage

  /// - Throws: `unusableData`, `contractMismatch`, `badRequest`, as the data and the model are.
  func table(
    _ content: ViewSpecification.Content, sequences: [Int]
  ) throws(EngineFailure) -> ViewTable {
    if case .modality(let name) = content { return try modality(name, sequences) }
    // The source has checked that views of a model have one.
    guard let predictor else {
      throw .badRequest(reason: "the view needs a model", remedy: "give MODEL.h5")
    }
    let weak = predictor.model.architecture.weak.name
    if content == .weakLatent {
      return try latent(
        of: weak, title: "weak latent (\(weak))", sequences,
        try predictor.weakLatents(for: features, sequences: sequences))
    }
    let strong = branch?.modality.name ?? ""
    switch content {
    case .strongLatent:
      return try latent(
        of: strong, title: "strong latent (\(strong))", sequences,
        try predictor.strongLatents(of: strong, for: features, sequences: sequences))
    case .strongFeatures:
      let found = try features.alignedModality(named: strong)
      return ViewTable(
        axis: found.axis, valid: found.modality.validRows, names: found.modality.featureNames,
        title: "features of \(strong), normalised as the model reads them",
        sequences: sequences, rows: try predictor.networkInputs(of: strong, for: features))
    default:
      return try translation(predictor, to: strong, sequences)
    }
  }

  private var suffix: String { stage == .initial ? ", before training" : "" }

  private func latent(
    of name: String, title: String, _ sequences: [Int], _ values: [Tensor<Float>]
  ) throws(EngineFailure) -> ViewTable {
    let found = try features.alignedModality(named: name)
    let width = values.first?.shape[1] ?? 0
    return ViewTable(
      axis: found.axis, valid: found.modality.validRows, names: (0..<width).map { "\($0)" },
      title: title + suffix, sequences: sequences, values: values)
  }

  private func translation(
    _ predictor: Predictor, to strong: String, _ sequences: [Int]
  ) throws(EngineFailure) -> ViewTable {
    let found = try predictor.translation(to: strong, for: features, sequences: sequences)
    let recipe = try? Recipe(json: predictor.model.training.recipe)
    let isLatent = recipe?.choice(.translationTarget) == "latent"
    let features = branch?.modality.featureNames ?? []
    let width = found.values.first?.shape[1] ?? 0
    let names = !isLatent && features.count == width ? features : (0..<width).map { "\($0)" }
    return ViewTable(
      axis: found.axis, valid: found.valid, names: names,
      title: "translation to "
        + (isLatent ? "the latent of \(strong)" : "the normalised features of \(strong)") + suffix,
      sequences: sequences, values: found.values)
  }

  /// A modality by itself, standardised by the training split, or by all where there is none.
  ///
  /// Canonical correlations do not depend on it, ridges and pictures do.
  private func modality(
    _ name: String, _ sequences: [Int]
  ) throws(EngineFailure) -> ViewTable {
    let (modality, axis) = try features.alignedModality(named: name)
    let table = features.sequences
    let training = (0..<table.count).filter { table.splits[$0] == .train }
    let fitted = training.isEmpty ? Array(0..<table.count) : training
    let normalisation = Normalisation(
      fitting: modality, rows: fitted.map(axis.rows(of:)).joined())
    let rows = Tensor(
      shape: [modality.rowCount, modality.featureCount],
      elements: normalisation.inputs(of: modality, rows: 0..<modality.rowCount))
    return ViewTable(
      axis: axis, valid: modality.validRows, names: modality.featureNames,
      title: "modality \(name), standardised by "
        + (training.isEmpty ? "all sequences" : "the training split"),
      sequences: sequences, rows: rows)
  }
}
