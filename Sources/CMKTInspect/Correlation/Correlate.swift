package import CMKTEngine
package import CMKTFormat
import Tensors

/// What `correlate` is asked for.
package struct CorrelateRequest: Sendable {
  /// Nil where both views are modalities.
  package var modelPath: String?
  package var featuresPath: String
  package var split: EvaluationSplit
  package var first: ViewSpecification
  package var second: ViewSpecification
  package var rowKind: RowKind
  /// Nil for the model's first strong modality.
  package var strong: String?
  /// Whether the same is computed for the model's initial weights.
  package var comparesInitial: Bool
  package var options: CorrelationOptions
  /// The longest lag looked at.
  package var maximumLagSeconds: Double
  /// Of more frames than these, tests and measures see a sample.
  package var maximumFrameCount: Int
  /// The most bytes of rows of features to hold; nil for as many as there are.
  package var memory: RowMemory?

  /// So many frames are looked at whole.
  package static let standardFrameCount = 200_000

  package init(
    modelPath: String?, featuresPath: String, split: EvaluationSplit,
    first: ViewSpecification = ViewSpecification(.weakLatent),
    second: ViewSpecification = ViewSpecification(.strongLatent), rowKind: RowKind = .frames,
    strong: String? = nil, comparesInitial: Bool = false,
    options: CorrelationOptions = CorrelationOptions(), maximumLagSeconds: Double = 5,
    maximumFrameCount: Int = Self.standardFrameCount, memory: RowMemory? = nil
  ) {
    self.modelPath = modelPath
    self.featuresPath = featuresPath
    self.split = split
    self.first = first
    self.second = second
    self.rowKind = rowKind
    self.strong = strong
    self.comparesInitial = comparesInitial
    self.options = options
    self.maximumLagSeconds = maximumLagSeconds
    self.maximumFrameCount = maximumFrameCount
    self.memory = memory
  }
}

/// Canonical correlations and other measures of two views.
///
/// Held out first, or of unknown origin where a shared model does not say: for the two latents,
/// along the directions that the model stores, which its training data gave; else, or where the
/// split trained the model or may have, along directions refitted by folds of groups. Beside it
/// the in-sample values, which are always higher. Each beside what re-paired rows give.
package struct Correlation: Sendable {
  package let request: CorrelateRequest
  /// All rows, or the sample of them that tests and measures see.
  package let rows: ViewRows
  /// The frames of `rows`, and of the split.
  package let frameCount: Int
  package let allFrameCount: Int
  /// The rows that correlations are estimated from.
  package let estimateRowCount: Int
  package let marks: [EvaluationMark]
  /// How many of the groups trained the model, too; nil without a model that says what trained it.
  package let sharedGroupCount: Int?
  package let analysis: CorrelationAnalysis
  /// Nil where a value of a view is not finite.
  package let similarity: Similarity?
  /// Which input features carry the canonical variates of each view.
  package let firstStructure: StructureCoefficients
  package let secondStructure: StructureCoefficients
  /// What a synthetic source knows of the same correlations, falling; nil for other data.
  package let truth: [Double]?
  /// Before and after training; nil where it was not asked for.
  package let training: TrainingEffect?

  /// - Throws: `noStrongModality`, `unknownName`, `usage`, `tooFewRows`, and what cannot be read.
  package init(_ request: CorrelateRequest) throws(InspectFailure) {
    let options = request.options
    let source = try ViewSource(
      modelPath: request.modelPath, featuresPath: request.featuresPath, between: request.first,
      and: request.second, strong: request.strong, threads: options.threads,
      memory: request.memory)
    let sequences = try source.sequences(of: request.split)
    let sample = try FrameSample(
      of: sequences, in: source.features.sequences, atMost: request.maximumFrameCount,
      seed: options.seed)
    let rows = try source.rows(of: sample.sequences, as: request.rowKind)
    self.request = request
    self.rows = rows
    (frameCount, allFrameCount) = (sample.frameCount, sample.allFrameCount)
    guard rows.rowCount >= 3 else {
      throw .tooFewRows(
        split: request.split.rawValue, found: rows.rowCount, needed: 3,
        remedy: "choose another split with --split, or import more data")
    }
    marks = Self.marks(source, sequences)
    sharedGroupCount = source.model.flatMap {
      TrainedGroups(of: $0, in: source.features)?.count(among: sequences)
    }
    try Self.checkSize(rows)
    let moments =
      sample.isAll
      ? nil
      : try source.moments(
        of: sequences, as: request.rowKind, sample: rows, threads: options.threads)
    estimateRowCount = moments?.rowCount ?? rows.rowCount
    let analysis = CorrelationAnalysis(
      of: rows.paired, all: moments, stored: Self.storedDirections(source, rows, marks), options)
    self.analysis = analysis
    var similarityOptions = SimilarityOptions(seed: options.seed, threads: options.threads)
    similarityOptions.maximumLagSeconds = request.maximumLagSeconds
    similarityOptions.foldCount = options.foldCount
    similarityOptions.ridge = options.ridge
    similarityOptions.decorrelationRows = analysis.decorrelationRows
    similarityOptions.drifts = analysis.drifts
    similarity = Similarity(
      SimilarityInput(
        rows.paired, directions: analysis.directions,
        heldOut: analysis.heldOut[.within]?.estimates?.projections), similarityOptions)
    firstStructure = try Self.structure(
      source, request.first, rows, rows.first, analysis.directions.first, options.threads)
    secondStructure = try Self.structure(
      source, request.second, rows, rows.second, analysis.directions.second, options.threads)
    truth = try source.trueCorrelations(beside: rows)
    training = request.comparesInitial ? try TrainingEffect(request) : nil
  }

  /// What these rows were used for, of the model and of the extractors of both views.
  private static func marks(_ source: ViewSource, _ sequences: [Int]) -> [EvaluationMark] {
    var marks =
      source.model.map {
        EvaluationMark.marks(of: sequences, in: source.features, model: $0)
      } ?? []
    let ids = Set(sequences.map { source.features.sequences.ids[$0] })
    let isContaminated = source.features.modalities.values.contains {
      !ids.isDisjoint(with: $0.fittedOn)
    }
    if isContaminated, !marks.contains(.contaminated) { marks.append(.contaminated) }
    return marks
  }

  /// Sums of products of all pairs of columns are kept for each recording, in some copies.
  private static let memoryLimit = 4e9

  private static func checkSize(_ rows: ViewRows) throws(InspectFailure) {
    let (first, second) = (Double(rows.first.columns), Double(rows.second.columns))
    let products = first * first + second * second + first * second
    guard products * 8 * 12 * Double(rows.recordings.count) > memoryLimit else { return }
    throw .usage(
      reason: "\(rows.first.columns) and \(rows.second.columns) columns in"
        + " \(rows.recordings.count) recordings need more than 4 GB",
      remedy: "compare fewer columns, such as --between 'audio[0..99],video'")
  }

  /// The model's own, for its latents and where nothing says that these rows gave them.
  private static func storedDirections(
    _ source: ViewSource, _ rows: ViewRows, _ marks: [EvaluationMark]
  ) -> StoredDirections? {
    guard source.first == ViewSpecification(.weakLatent),
      source.second == ViewSpecification(.strongLatent), !marks.contains(.trained),
      !marks.contains(.unknown), let branch = source.branch,
      let alignment = source.model?.alignment[branch.modality.name]
    else { return nil }
    return StoredDirections(
      first: Matrix(alignment.weakDirections), second: Matrix(alignment.strongDirections))
  }

  private static func structure(
    _ source: ViewSource, _ view: ViewSpecification, _ rows: ViewRows, _ values: Matrix,
    _ directions: Matrix, _ threads: Int
  ) throws(InspectFailure) -> StructureCoefficients {
    let inputs = try source.inputs(of: view, beside: rows)
    return StructureCoefficients(
      features: inputs.values, names: inputs.names, variates: values.times(directions),
      threads: threads)
  }
}

extension SimilarityInput {
  fileprivate init(
    _ views: PairedViews, directions: StoredDirections, heldOut: (first: Matrix, second: Matrix)?
  ) {
    self.init(
      first: views.first, second: views.second, recordings: views.recordings,
      recordingNames: views.recordingNames, groups: views.groups,
      secondsPerRow: views.secondsPerRow, firstDirections: directions.first,
      secondDirections: directions.second)
    self.heldOut = heldOut
  }
}

extension Matrix {
  /// A tensor of two axes as a matrix.
  fileprivate init(_ tensor: Tensor<Double>) {
    self.init(rows: tensor.shape[0], columns: tensor.shape[1], elements: tensor.elements)
  }
}
