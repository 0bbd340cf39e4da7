import CMKTEngine
import CMKTFormat
import Tensors

/// Makes the table of each view.
///
/// What a modality is standardised by is computed once, however many tables are made of it.
final class ViewTables {
  private let features: FeaturesFile
  private let predictor: Predictor?
  private let branch: StrongBranch?
  private let stage: TrainingStage
  private var standardised: [String: Standardised] = [:]

  /// A modality by itself.
  private struct Standardised {
    let rows: InputRows
    let axis: RowAxis
    let valid: [Bool]
    let names: [String]
    let title: String
  }

  init(
    features: FeaturesFile, predictor: Predictor?, branch: StrongBranch?, stage: TrainingStage
  ) {
    self.features = features
    self.predictor = predictor
    self.branch = branch
    self.stage = stage
  }

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
        axis: found.axis, valid: try found.rows.allValidRows, names: found.modality.featureNames,
        title: "features of \(strong), normalised as the model reads them",
        sequences: sequences,
        values: try tensors(
          try predictor.networkInputs(of: strong, for: features, sequences: sequences),
          of: sequences, on: found.axis))
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
      axis: found.axis, valid: try found.rows.allValidRows, names: (0..<width).map { "\($0)" },
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

  private func tensors(
    _ rows: InputRows, of sequences: [Int], on axis: RowAxis
  ) throws(EngineFailure) -> [Tensor<Float>] {
    try sequences.map { (sequence) throws(EngineFailure) in
      try rows.tensor(rows: [axis.rows(of: sequence)])
    }
  }

  private func modality(
    _ name: String, _ sequences: [Int]
  ) throws(EngineFailure) -> ViewTable {
    let found = try standardisedModality(name)
    return ViewTable(
      axis: found.axis, valid: found.valid, names: found.names, title: found.title,
      sequences: sequences, values: try tensors(found.rows, of: sequences, on: found.axis))
  }

  /// A modality by itself, standardised by the training split, or by all where there is none.
  ///
  /// Canonical correlations do not depend on it, ridges and pictures do.
  private func standardisedModality(_ name: String) throws(EngineFailure) -> Standardised {
    if let found = standardised[name] { return found }
    let (modality, axis, stored) = try features.alignedModality(named: name)
    let table = features.sequences
    let training = (0..<table.count).filter { table.splits[$0] == .train }
    let fitted = training.isEmpty ? Array(0..<table.count) : training
    let normalisation = try Normalisation(fitting: stored, in: fitted.map(axis.rows(of:)))
    let rows = try features.networkInputs(
      of: ModalityContract(name: name, modality: modality), axis: axis, scaledBy: normalisation)
    let result = Standardised(
      rows: rows, axis: axis, valid: try stored.allValidRows, names: modality.featureNames,
      title: "modality \(name), standardised by "
        + (training.isEmpty ? "all sequences" : "the training split"))
    standardised[name] = result
    return result
  }
}
