package import CMKTFormat
package import Tensors

/// The groups of a features file, numbered in the order of the file.
package struct GroupNumbers: Sendable, Equatable {
  package let names: [String]
  /// The number of the group of each sequence, `[N]`.
  package let ofSequences: [Int]

  package init(of sequences: SequenceTable) {
    var numbers: [String: Int] = [:]
    var names: [String] = []
    ofSequences = (0..<sequences.count).map { index in
      let group = sequences.group(of: index)
      if let number = numbers[group] { return number }
      numbers[group] = names.count
      names.append(group)
      return names.count - 1
    }
    self.names = names
  }
}

/// How well one model of a comparison does.
package struct CellScore: Sendable {
  /// The scores of one target.
  package struct TargetScore: Sendable {
    package var name: String
    /// Such as `ccc (concatenated)`.
    package var headline: String
    package var metric: HeadlineMetric
    package var columns: [ColumnScores]
    /// `[G][C]`.
    package var sums: [[ScoreSums]]
  }

  package var targets: [TargetScore]
  /// The sequences that were scored, by index.
  package var sequences: [Int]
  package var marks: [EvaluationMark]

  /// Evaluates `model` on `split` of `features`.
  ///
  /// - Throws: as `Evaluation`.
  package init(
    model: ModelFile, features: FeaturesFile, split: EvaluationSplit, groups: GroupNumbers,
    threads: Int?
  ) throws(EngineFailure) {
    let evaluation = try Evaluation(
      model: model, features: features, split: split, threads: threads)
    marks = evaluation.marks
    sequences = evaluation.sequences
    targets = []
    for target in evaluation.targets {
      targets.append(
        try Self.score(
          of: target.name, columns: target.columns,
          predictions: evaluation.predictions[target.name] ?? [],
          sequences: evaluation.sequences, features: features, groups: groups))
    }
  }

  /// Scores `predictions` of another framework for the sequences `indices` of `features`: by
  /// target, for each sequence `[n, C]`.
  ///
  /// What trained or selected them is not known, and so they are marked.
  /// - Throws: `badRequest` where they lack one of `targets`.
  package init(
    predictions: ForeignPredictions, targets names: [String], sequences indices: [Int],
    features: FeaturesFile, groups: GroupNumbers
  ) throws(EngineFailure) {
    marks = [.unknown]
    sequences = indices
    targets = []
    for name in names {
      guard let values = predictions.predictions[name] else {
        throw .badRequest(
          reason: "the predictions have no row of target '\(name)'",
          remedy: "add such rows, or leave the target out")
      }
      let columns = try TargetScorer(features: features, target: name).scores(values, of: indices)
      targets.append(
        try Self.score(
          of: name, columns: columns, predictions: values, sequences: indices, features: features,
          groups: groups))
    }
  }

  private static func score(
    of name: String, columns: [ColumnScores], predictions: [Tensor<Float>], sequences: [Int],
    features: FeaturesFile, groups: GroupNumbers
  ) throws(EngineFailure) -> TargetScore {
    let scorer = try TargetScorer(features: features, target: name)
    return TargetScore(
      name: name, headline: scorer.headline(columns)?.title ?? "", metric: scorer.headlineMetric,
      columns: columns,
      sums: scorer.groupSums(
        predictions, of: sequences, groupNumbers: groups.ofSequences,
        groupCount: groups.names.count))
  }
}

extension TrainingRequest {
  /// How `model` differs from what this request would train on `features` with `kernels`, or nil
  /// where a training run would give it again.
  ///
  /// - Throws: as `SplitPlan`.
  package func difference(
    from model: ModelFile, features: FeaturesFile, fingerprint: String,
    kernels: KernelLevel = .best
  ) throws(EngineFailure) -> String? {
    let record = model.training
    let plan = try SplitPlan(of: features.sequences, fraction: recipe.number(.validationFraction))
    func ids(_ indices: [Int]) -> [String] { indices.map { features.sequences.ids[$0] } }
    var delays: [Double] = []
    for name in targets {
      delays.append(try delay(of: features.usableTarget(named: name), named: name))
    }
    let checks: [(name: String, isEqual: Bool)] = [
      (
        "version of the tools",
        model.provenance.steps.last.map { $0.version == toolVersion } ?? true
      ),
      ("method", record.method == method.rawValue), ("seed", record.seed == seed),
      ("recipe", record.recipe == recipe.json(for: method)),
      ("features file", record.dataFingerprint == fingerprint),
      ("targets", model.architecture.heads.map(\.target) == targets),
      ("modalities", isTrainedOn(by: model)),
      ("delays", model.architecture.heads.map(\.delaySeconds) == delays),
      ("ids of its sequences, which a shared model lacks", record.shared == nil),
      // Earlier writers left out the unlabelled sequences that trained.
      (
        "training sequences",
        [trainingSequences(of: plan), plan.train].map(ids).contains(record.trainIds)
      ),
      ("validation sequences", record.validIds == ids(plan.valid)),
      ("kernels", record.kernels == kernels.rawValue), ("state", model.isFinished),
    ]
    return checks.first { !$0.isEqual }?.name
  }

  /// Whether `model`, trained by the method of this request, deploys and learnt from its
  /// modalities.
  private func isTrainedOn(by model: ModelFile) -> Bool {
    let deployed = model.architecture.weak.name
    let teachers = model.architecture.strong.map(\.modality.name)
    // A model of the strong modality alone deploys that one.
    guard deployed == weak else { return teachers.isEmpty && strong == [deployed] }
    return teachers == strong || teachers == [weak]
  }
}
