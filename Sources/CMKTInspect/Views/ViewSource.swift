package import CMKTEngine
package import CMKTFormat
import Tensors

/// At which point of its training a model is looked at.
package enum TrainingStage: String, CaseIterable, Sendable {
  /// With the weights of its seed, before any step.
  case initial
  case trained
}

/// Two views of one features file, with or without a model: what is compared, read and checked.
package struct ViewSource {
  package let features: FeaturesFile
  /// As it was trained, whatever the stage; nil where both views are modalities.
  package let model: ModelFile?
  package let first: ViewSpecification
  package let second: ViewSpecification
  package let stage: TrainingStage
  /// The strong branch that `strong-latent`, `strong-features` and `translated` speak of.
  package let branch: StrongBranch?
  private let tables: ViewTables
  let truth: KnownTruth?

  /// - Parameters:
  ///   - modelPath: nil where neither view needs a model.
  ///   - strong: the strong modality, where the model has several; nil for the first.
  ///   - stage: of the model.
  ///   - memory: the most bytes of rows to hold; nil for as many as there are.
  /// - Throws: `usage` where a view needs a model and there is none; `noStrongModality`,
  ///   `unknownName`, and what the format and the engine refuse.
  package init(
    modelPath: String?, featuresPath: String, between first: ViewSpecification,
    and second: ViewSpecification, strong: String? = nil, stage: TrainingStage = .trained,
    threads: Int, memory: RowMemory? = nil
  ) throws(InspectFailure) {
    if modelPath == nil, let view = [first, second].first(where: \.needsModel) {
      throw .usage(
        reason: "'\(view.name)' is a view of a model, and none is given",
        remedy: "give MODEL.h5 FEATURES.h5, or compare two modalities of FEATURES.h5")
    }
    let model = try modelPath.map { (path) throws(InspectFailure) in
      try formatting { () throws(FormatFailure) in try ModelFile.read(path).file }
    }
    let branch = try model.flatMap { (model) throws(InspectFailure) in
      try Self.branch(
        of: model, path: modelPath ?? "", named: strong,
        isNeeded: [first, second].contains { $0.needsModel && $0.content != .weakLatent })
    }
    let needed = [first, second].flatMap { view in
      Self.modalities(of: view.content, model: model, branch: branch)
    }
    let inspected = try InspectedFile(featuresPath)
    try self.init(
      model: model, features: try Self.features(inspected, needed: needed, memory: memory),
      truth: KnownTruth(of: inspected), between: first, and: second, branch: branch, stage: stage,
      threads: threads)
  }

  /// Of files that were read before.
  ///
  /// - Parameters:
  ///   - truth: what the features file states of its views.
  ///   - branch: the strong branch of `model` that the views speak of.
  /// - Throws: what the engine refuses.
  init(
    model: ModelFile?, features: FeaturesFile, truth: KnownTruth?,
    between first: ViewSpecification, and second: ViewSpecification, branch: StrongBranch?,
    stage: TrainingStage, threads: Int
  ) throws(InspectFailure) {
    self.first = first
    self.second = second
    self.stage = stage
    self.model = model
    self.features = features
    self.branch = branch
    self.truth = truth
    let predictor = try model.map { (model) throws(InspectFailure) in
      try engineering { () throws(EngineFailure) in
        try Predictor(model: stage == .initial ? model.untrained() : model, threads: threads)
      }
    }
    tables = ViewTables(features: features, predictor: predictor, branch: branch, stage: stage)
  }

  private static func branch(
    of model: ModelFile, path: String, named name: String?, isNeeded: Bool
  ) throws(InspectFailure) -> StrongBranch? {
    let branches = model.architecture.strong
    if let name {
      guard let found = branches.first(where: { $0.modality.name == name }) else {
        throw .unknownName(
          kind: "strong modality", name: name, known: branches.map(\.modality.name))
      }
      return found
    }
    if branches.isEmpty, isNeeded {
      throw .noStrongModality(file: path, method: model.architecture.method)
    }
    return branches.first
  }

  /// The modalities of the features file that a view is made of.
  ///
  /// A translation stands on the coarser level of the two, so that it needs to see the strong one.
  private static func modalities(
    of content: ViewSpecification.Content, model: ModelFile?, branch: StrongBranch?
  ) -> [String] {
    let weak = model.map { [$0.architecture.weak.name] } ?? []
    let strong = branch.map { [$0.modality.name] } ?? []
    switch content {
    case .weakLatent: return weak
    case .translated: return weak + strong
    case .strongLatent, .strongFeatures: return strong
    case .modality(let name): return [name]
    }
  }

  /// The features with the modalities `needed`, which the file must have.
  ///
  /// - Throws: `format` for a file of another kind; `unknownName`; what the format refuses.
  private static func features(
    _ file: InspectedFile, needed: [String], memory: RowMemory?
  ) throws(InspectFailure) -> FeaturesFile {
    guard file.kind == .features else {
      throw .format(
        .wrongKind(file: file.path, expected: .features, found: file.kind.rawValue))
    }
    let known = file.inventory.names(in: "/modalities")
    for name in needed where !known.contains(name) {
      throw .unknownName(kind: "modality in \(file.path)", name: name, known: known)
    }
    return try formatting { () throws(FormatFailure) in
      try FeaturesFile.read(file.path, modalities: Set(needed), memory: memory).file
    }
  }

  /// The sequences of `split`, in file order; those that selected the model are `valid`.
  ///
  /// - Throws: `engine` where there are none.
  package func sequences(of split: EvaluationSplit) throws(InspectFailure) -> [Int] {
    try engineering { () throws(EngineFailure) in
      try split.sequences(of: features, model: model)
    }
  }

  /// The rows of both views in `sequences`, where both are valid, on the coarser of their levels.
  ///
  /// - Parameter axis: a level of the file; where it is coarser, they meet there.
  /// - Throws: `unknownName` for columns; what the engine refuses.
  package func rows(
    of sequences: [Int], as kind: RowKind = .frames, meetingAtLeast axis: RowAxis? = nil
  ) throws(InspectFailure) -> ViewRows {
    let tables = (try table(first, sequences), try table(second, sequences))
    let columns = (
      first: try first.indices(in: tables.0.names), second: try second.indices(in: tables.1.names)
    )
    let meeting = ViewMeeting(
      tables.0, tables.1, sequenceCount: features.sequences.count, atLeast: axis)
    return rows(of: sequences, meeting, columns, as: kind)
  }

  /// The input features behind one view, beside `rows`: those of the modality that the view is made
  /// of, standardised as they enter the model or as the view of a modality has them.
  ///
  /// - Throws: what the engine refuses.
  package func inputs(
    of view: ViewSpecification, beside rows: ViewRows
  ) throws(InspectFailure) -> ViewInputs {
    let sequences = rows.distinctSequences
    let content: ViewSpecification.Content
    switch view.content {
    case .weakLatent, .translated:
      content = .modality(model?.architecture.weak.name ?? "")
    case .strongLatent: content = .strongFeatures
    case .strongFeatures, .modality: content = view.content
    }
    let table = try table(ViewSpecification(content), sequences)
    return ViewInputs(table, beside: rows, sequenceCount: features.sequences.count)
  }

  func table(
    _ view: ViewSpecification, _ sequences: [Int]
  ) throws(InspectFailure) -> ViewTable {
    try engineering { () throws(EngineFailure) in
      try tables.table(view.content, sequences: sequences)
    }
  }
}

/// Runs `body`, and passes on what the engine reports.
func engineering<Result>(
  _ body: () throws(EngineFailure) -> Result
) throws(InspectFailure) -> Result {
  do {
    return try body()
  } catch {
    throw .engine(error)
  }
}
