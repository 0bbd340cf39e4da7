import CMKTEngine
import CMKTFormat
import Tensors

/// The weak and the strong latent of a model on the split that it was evaluated on, compared.
struct LatentViews: Sendable {
  let label: String
  let strongName: String
  let rows: ViewRows
  /// Nil where there are no sound values.
  let analysis: CorrelationAnalysis?
  let similarity: Similarity?
  /// Held-out correlations within recordings before and after training; nil where either has none.
  let progress: (before: [Double], after: [Double])?
  /// What a synthetic source knows of the same correlations, falling; nil for other data.
  let truth: [Double]?
  /// Which input features carry the variates of the weak and of the strong latent.
  let structure: [(side: String, modality: String, coefficients: StructureCoefficients)]
  /// The first target of the model beside the rows.
  let target: ViewTarget?
  /// Whether the directions were fitted on other data than these rows.
  let hasStoredDirections: Bool
  /// Who saw these rows in training.
  let marks: [EvaluationMark]
  /// Why the rows do not tell of new people; nil where they may.
  let warning: String?

  /// Permutations and draws of groups: enough for a picture.
  private static let drawCount = 199

  /// - Throws: what the engine refuses.
  init(
    _ given: GivenModel, _ work: ModelAtWork, strong: String, threads: Int
  ) throws(InspectFailure) {
    label = given.label
    strongName = strong
    guard let branch = given.model.architecture.strong.first(where: { $0.modality.name == strong })
    else {
      throw .noStrongModality(file: given.path, method: given.model.architecture.method)
    }
    let source = try Self.source(given.model, work, branch, stage: .trained, threads)
    let rows = try source.rows(of: work.evaluation.sequences)
    self.rows = rows
    marks = work.evaluation.marks
    warning = TrainedGroups.warning(
      TrainedGroups(of: given.model, in: work.features.file)?
        .count(among: work.evaluation.sequences), split: work.evaluation.split.rawValue)
    let views = rows.paired
    let isSeen = marks.contains(.trained) || marks.contains(.unknown)
    let stored = isSeen ? nil : given.model.alignment[strong].map(StoredDirections.init)
    hasStoredDirections = stored != nil
    var options = CorrelationOptions()
    options.permutationCount = Self.drawCount
    options.bootstrapCount = Self.drawCount
    options.examinesInSample = false
    options.threads = threads
    if let ridge = given.model.alignment[strong]?.ridge { options.ridge = ridge }
    let isSound = rows.rowCount > 1 && Self.isFinite(rows.first) && Self.isFinite(rows.second)
    guard isSound else {
      (analysis, similarity, progress, target) = (nil, nil, nil, nil)
      (truth, structure) = (nil, [])
      return
    }
    let analysis = CorrelationAnalysis(of: views, stored: stored, options)
    self.analysis = analysis
    let directions = stored ?? analysis.directions
    similarity = Self.similarity(views, directions, analysis, options)
    structure = try Self.structure(source, rows, directions, threads)
    truth = try source.trueCorrelations(beside: rows)
    progress = Self.progress(given.model, work, branch, views, options)
    target = try? given.model.architecture.heads.first.map { (head) throws(InspectFailure) in
      try source.target(head.target, beside: rows)
    }
  }

  private static func isFinite(_ matrix: Matrix) -> Bool {
    matrix.elements.allSatisfy(\.isFinite)
  }

  private static func similarity(
    _ views: PairedViews, _ directions: StoredDirections, _ analysis: CorrelationAnalysis,
    _ options: CorrelationOptions
  ) -> Similarity? {
    var similarityOptions = SimilarityOptions(threads: options.threads)
    similarityOptions.foldCount = options.foldCount
    similarityOptions.ridge = options.ridge
    similarityOptions.decorrelationRows = analysis.decorrelationRows
    similarityOptions.drifts = analysis.drifts
    return Similarity(
      SimilarityInput(
        first: views.first, second: views.second, recordings: views.recordings,
        recordingNames: views.recordingNames, groups: views.groups,
        secondsPerRow: views.secondsPerRow, firstDirections: directions.first,
        secondDirections: directions.second), similarityOptions)
  }

  private static func structure(
    _ source: ViewSource, _ rows: ViewRows, _ directions: StoredDirections, _ threads: Int
  ) throws(InspectFailure) -> [(
    side: String, modality: String, coefficients: StructureCoefficients
  )] {
    var found: [(side: String, modality: String, coefficients: StructureCoefficients)] = []
    for (side, view, values, directions) in [
      ("weak", source.first, rows.first, directions.first),
      ("strong", source.second, rows.second, directions.second),
    ] {
      let inputs = try source.inputs(of: view, beside: rows)
      found.append(
        (
          side, source.modality(behind: view) ?? "",
          StructureCoefficients(
            features: inputs.values, names: inputs.names, variates: values.times(directions),
            threads: threads)
        ))
    }
    return found
  }

  private static func source(
    _ model: ModelFile, _ work: ModelAtWork, _ branch: StrongBranch, stage: TrainingStage,
    _ threads: Int
  ) throws(InspectFailure) -> ViewSource {
    try ViewSource(
      model: model, features: work.features.file, truth: work.features.truth,
      between: ViewSpecification(.weakLatent), and: ViewSpecification(.strongLatent),
      branch: branch, stage: stage, threads: threads)
  }

  /// Both stages by folds of groups, since an untrained model has no directions of its own.
  private static func progress(
    _ model: ModelFile, _ work: ModelAtWork, _ branch: StrongBranch, _ after: PairedViews,
    _ options: CorrelationOptions
  ) -> (before: [Double], after: [Double])? {
    guard model.training.shared == nil,
      let source = try? source(model, work, branch, stage: .initial, options.threads),
      let before = try? source.rows(of: work.evaluation.sequences).paired,
      let first = crossValidated(before, options), let second = crossValidated(after, options)
    else { return nil }
    return (first, second)
  }

  /// Correlations within recordings by folds of groups; nil where there are too few rows or groups.
  private static func crossValidated(
    _ views: PairedViews, _ options: CorrelationOptions
  ) -> [Double]? {
    let moments = PartMoments(
      RepairedMoments(views, .none(of: views), threads: options.threads), .within)
    let test = CrossValidatedTest(moments, ridge: options.ridge, foldCount: options.foldCount)
    let width = views.first.columns + views.second.columns
    guard views.groupCount > 1, test.fewestFitRows > width else { return nil }
    return test.observed
  }
}

extension StoredDirections {
  /// The directions that a model stores.
  fileprivate init(_ alignment: Alignment) {
    func matrix(_ tensor: Tensor<Double>) -> Matrix {
      Matrix(rows: tensor.shape[0], columns: tensor.shape[1], elements: tensor.elements)
    }
    self.init(
      first: matrix(alignment.weakDirections), second: matrix(alignment.strongDirections))
  }
}
