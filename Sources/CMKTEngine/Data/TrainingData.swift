package import CMKTFormat
package import Tensors

/// A modality as network inputs.
package struct PreparedModality: Sendable {
  package var contract: ModalityContract
  package var normalisation: Normalisation
  /// `[F, D]`, normalised.
  package var inputs: Tensor<Float>
  /// Whether a frame has any valid value, `[F]`.
  package var validFrames: [Bool]

  package var width: Int { contract.featureNames.count }

  /// `modality`, normalised by its valid values in `trainingFrames`.
  init(name: String, modality: Modality, trainingFrames: [Range<Int>]) {
    contract = ModalityContract(name: name, modality: modality)
    normalisation = Normalisation(fitting: modality, rows: trainingFrames.joined())
    inputs = Tensor(
      shape: [modality.rowCount, modality.featureCount],
      elements: normalisation.inputs(of: modality, rows: 0..<modality.rowCount))
    validFrames = (0..<modality.rowCount).map { row in
      (0..<modality.featureCount).contains { modality.isValid(row: row, column: $0) }
    }
  }
}

/// A target as a task of the networks.
package struct PreparedTarget: Sendable {
  package var name: String
  package var target: Target
  /// How many frames the target's rows lag behind the features; 0 for whole sequences.
  package var delayFrames: Int

  /// The head for it on a latent of width `latentSize`.
  package func head(latentSize: Int, hiddenSize: Int) -> HeadConfiguration {
    let outputSize: Int =
      switch target.kind {
      case .regression, .multilabel: target.columnCount
      case .binary: 1
      case .classes: target.classCount
      }
    return HeadConfiguration(
      target: name, kind: target.kind, level: target.level.description,
      pooling: target.level == .frame ? .none : .mean, inputSize: latentSize,
      hiddenSize: hiddenSize, outputSize: outputSize, delaySeconds: target.delaySeconds,
      classNames: target.kind == .binary || target.kind == .classes ? target.names : [])
  }
}

/// A features file made ready for training: chosen, checked, split and normalised.
package struct TrainingData: Sendable {
  package var sequences: SequenceTable
  package var plan: SplitPlan
  package var weak: PreparedModality
  package var strong: [PreparedModality]
  package var targets: [PreparedTarget]
  /// What a reader of the results must know, one sentence each.
  package var warnings: [String]

  /// The part of `features` that `request` names.
  ///
  /// Statistics are fitted on the frames of the training sequences that are not held out; the
  /// test split is normalised and otherwise not looked at.
  ///
  /// - Throws: `unknownName` and `unusableData`, as the names and the values require.
  package init(features: FeaturesFile, request: TrainingRequest) throws(EngineFailure) {
    let weakModality = try features.frameModality(named: request.weak)
    var strongModalities: [(String, Modality)] = []
    for name in request.strong {
      strongModalities.append((name, try features.frameModality(named: name)))
    }
    targets = []
    for name in request.targets {
      let target = try features.usableTarget(named: name)
      let delay = try features.delayFrames(
        seconds: target.level == .frame ? target.delaySeconds : 0, target: name,
        modality: weakModality)
      targets.append(PreparedTarget(name: name, target: target, delayFrames: delay))
    }
    sequences = features.sequences
    plan = try SplitPlan(
      of: features.sequences, fraction: request.recipe.number(.validationFraction))
    let trainingFrames = plan.train.map { features.sequences.frames(of: $0) }
    weak = PreparedModality(
      name: request.weak, modality: weakModality, trainingFrames: trainingFrames)
    strong = strongModalities.map {
      PreparedModality(name: $0.0, modality: $0.1, trainingFrames: trainingFrames)
    }
    warnings = []
    try checkTargets()
    warnings = Self.warnings(about: features, plan: plan, request: request)
  }

  /// - Throws: `unusableData` where a target has no valid row to train on.
  private func checkTargets() throws(EngineFailure) {
    for item in targets {
      let usable = plan.train.contains { sequence in
        item.rows(of: sequence, in: sequences).contains { item.target.valid[$0] }
      }
      guard usable else {
        throw .unusableData(
          location: "/targets/\(item.name)", expected: "valid rows in the training split",
          found: "none", remedy: "choose another target, or import labels for the training split")
      }
    }
  }

  private static func warnings(
    about features: FeaturesFile, plan: SplitPlan, request: TrainingRequest
  ) -> [String] {
    var lines: [String] = []
    let validIds = Set(plan.valid.map { features.sequences.ids[$0] })
    for name in [request.weak] + request.strong {
      let fittedOn = features.modalities[name]?.fittedOn ?? []
      if !validIds.isDisjoint(with: fittedOn) {
        lines.append(
          "validation is contaminated: the extractor of '\(name)' was fitted on it, "
            + "so early stopping on it says little")
      }
    }
    let groups = plan.train.map { features.sequences.group(of: $0) }
    let others = (plan.valid + plan.test).map { features.sequences.group(of: $0) }
    let shared = Set(groups).intersection(others).count
    if shared > 0 {
      lines.append("\(shared) groups stand both in training and in validation or test")
    }
    if plan.valid.isEmpty {
      lines.append("there is no validation data: every step runs training.epochs epochs")
    }
    return lines
  }
}

extension PreparedTarget {
  /// The rows of the target that belong to sequence `index`.
  package func rows(of index: Int, in sequences: SequenceTable) -> Range<Int> {
    target.level == .frame ? sequences.frames(of: index) : index..<(index + 1)
  }
}
