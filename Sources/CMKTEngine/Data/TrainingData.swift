package import CMKTFormat
import Tensors

/// A modality as network inputs.
package struct PreparedModality: Sendable {
  package var contract: ModalityContract
  package var normalisation: Normalisation
  /// `[n, D]`, normalised: a row for each of `axis`.
  package var inputs: InputRows
  /// Whose rows they are.
  package var axis: RowAxis
  /// Whether a row has any valid value, `[n]`.
  package var validRows: [Bool]

  /// What a row stands for.
  package var level: Level { axis.level }
  package var width: Int { contract.featureNames.count }
  /// Its axis with its validity.
  var rows: ModalityRows { ModalityRows(axis: axis, valid: validRows) }

  /// Modality `name` of `features`, normalised by its valid values in the sequences `training`, or
  /// with `scope` `recording` by those of each recording.
  ///
  /// - Throws: `unknownName` where there is none; `unusableData`; `unreadable`.
  init(
    name: String, of features: FeaturesFile, training: [Int], scope: String
  ) throws(EngineFailure) {
    let found = try features.alignedModality(named: name)
    let axis = found.axis
    self.axis = axis
    contract = ModalityContract(name: name, modality: found.modality)
    contract.normalisation = scope == "recording" ? scope : nil
    normalisation = try Normalisation(
      fitting: found.rows, in: training.map { axis.rows(of: $0) })
    inputs = try features.networkInputs(of: contract, axis: axis, scaledBy: normalisation)
    validRows = try found.rows.allValidRows
  }
}

/// A target as a task of the networks.
package struct PreparedTarget: Sendable {
  package var name: String
  package var target: Target
  /// Whose rows the values are.
  package var axis: RowAxis
  /// How many frames the target's rows lag behind the features; 0 where it is not on frames.
  package var delayFrames: Int

  /// The head for it on a latent of width `latentSize` with a row for each of `base`.
  package func head(base: RowAxis, latentSize: Int, hiddenSize: Int) -> HeadConfiguration {
    let outputSize: Int =
      switch target.kind {
      case .regression, .multilabel: target.columnCount
      case .binary: 1
      case .classes: target.classCount
      }
    return HeadConfiguration(
      target: name, kind: target.kind, level: target.level.description,
      pooling: base.pooling(to: axis), inputSize: latentSize,
      hiddenSize: hiddenSize, outputSize: outputSize, delaySeconds: target.delaySeconds,
      classNames: target.kind == .binary || target.kind == .classes ? target.names : [])
  }
}

/// A features file made ready for training: chosen, checked, split and normalised.
package struct TrainingData: Sendable {
  package var sequences: SequenceTable
  package var plan: SplitPlan
  /// The deployed modality.
  package var weak: PreparedModality
  /// Those that teach it.
  package var strong: [PreparedModality]
  package var targets: [PreparedTarget]
  /// Where the weak modality meets each of `strong`.
  private(set) var meetings: [Meeting]
  /// What the rows of a batch must exceed for the correlation loss; 0 where there is none.
  private(set) var correlationFloor: Int
  /// What a reader of the results must know, one sentence each.
  package var warnings: [String]

  /// The part of `features` that `request` names.
  ///
  /// Statistics are fitted on the frames of the training sequences that are not held out; the
  /// test split is normalised and otherwise not looked at.
  ///
  /// - Throws: `unknownName` and `unusableData`, as the names and the values require.
  package init(features: FeaturesFile, request: TrainingRequest) throws(EngineFailure) {
    let weakModality = try features.alignedModality(named: request.deployed).modality
    targets = []
    for name in request.targets {
      var target = try features.usableTarget(named: name)
      target.delaySeconds = try request.delay(of: target, named: name)
      let delay = try features.delayFrames(
        seconds: target.level == .frame ? target.delaySeconds : 0, target: name,
        modality: weakModality)
      targets.append(
        PreparedTarget(
          name: name, target: target,
          axis: try features.rowAxis(of: target.level, at: "/targets/\(name)"),
          delayFrames: delay))
    }
    sequences = features.sequences
    let plan = try SplitPlan(
      of: features.sequences, fraction: request.recipe.number(.validationFraction))
    self.plan = plan
    let scope = request.recipe.choice(.normalisationScope)
    if scope == "recording" { try plan.checkRecordings(of: sequences) }
    weak = try PreparedModality(
      name: request.deployed, of: features, training: plan.train, scope: scope)
    strong = try request.teachers.map { (name) throws(EngineFailure) in
      try PreparedModality(name: name, of: features, training: plan.train, scope: scope)
    }
    meetings = []
    let transfer = TransferOptions(request.recipe, plan: request.method.plan)
    correlationFloor =
      transfer.correlates && !strong.isEmpty ? request.recipe.integer(.encoderLatent) : 0
    warnings = []
    try checkTargets()
    for modality in strong {
      meetings.append(
        Meeting(weak: weak, strong: modality, sequenceCount: features.sequences.count))
    }
    warnings = Self.warnings(about: features, plan: plan, request: request)
    warnings += validationWarnings(request) + batchWarnings(request) + delayWarnings
  }

  /// - Throws: `unusableData` where a target has no valid row to train on.
  private func checkTargets() throws(EngineFailure) {
    for item in targets {
      let usable = plan.train.contains { sequence in
        item.axis.rows(of: sequence).contains { item.target.valid[$0] }
      }
      guard usable else {
        throw .unusableData(
          location: "/targets/\(item.name)", expected: "valid rows in the training split",
          found: "none", remedy: "choose another target, or import labels for the training split")
      }
    }
  }

  /// Without a loss on validation nothing stops a step early, lowers its rate or selects an epoch.
  private func validationWarnings(_ request: TrainingRequest) -> [String] {
    let consequence = "every step runs training.epochs epochs"
    guard !plan.valid.isEmpty else { return ["there is no validation data: \(consequence)"] }
    let shares = TaskWeights(data: self, recipe: request.recipe).shares
    let isLabelled = zip(targets, shares).contains { item, share in
      share > 0
        && plan.valid.contains { sequence in
          item.axis.rows(of: sequence).contains { item.target.valid[$0] }
        }
    }
    return isLabelled ? [] : ["the validation data have no labels: \(consequence)"]
  }

  /// A delay moves frames against each other; a row of another level has its own frames.
  private var delayWarnings: [String] {
    targets.filter { $0.target.level != .frame && $0.target.delaySeconds > 0 }.map { item in
      "the delay of \(item.target.delaySeconds) s of '\(item.name)' is not applied: it stands on "
        + "level \(item.target.level)"
    }
  }

  /// The same without what teaches: as a uni-modal run has it.
  var weakAlone: TrainingData {
    var alone = self
    alone.strong = []
    alone.meetings = []
    alone.correlationFloor = 0
    return alone
  }

  /// What makes the batches of this run unequal to those of a uni-modal baseline.
  private func batchWarnings(_ request: TrainingRequest) -> [String] {
    func batchPlan(of data: TrainingData) -> BatchPlan {
      BatchPlan(
        data: data, sequences: plan.train, recipe: request.recipe, seed: request.seed, purpose: "")
    }
    var lines: [String] = []
    let own = batchPlan(of: self)
    if own.windows != batchPlan(of: weakAlone).windows {
      lines.append(
        "windows grew to hold whole rows of '\(request.strong.joined(separator: ","))'; a "
          + "uni-modal baseline has such windows with window.frames=0 only")
    }
    if own.isMerged {
      lines.append(
        "batches of batch.size=\(own.size) have too few rows for the correlation of latents of "
          + "width \(request.recipe.integer(.encoderLatent)) and were merged, to "
          + "\(own.smallestBatch) or more; a uni-modal baseline has such batches with "
          + "batch.size=\(own.smallestBatch) only")
    }
    return lines
  }

  private static func warnings(
    about features: FeaturesFile, plan: SplitPlan, request: TrainingRequest
  ) -> [String] {
    var lines: [String] = []
    let validIds = Set(plan.valid.map { features.sequences.ids[$0] })
    for name in [request.deployed] + request.teachers.filter({ $0 != request.deployed }) {
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
    let unused = Set(plan.unusedUnlabelled.map { features.sequences.group(of: $0) }).count
    if unused > 0, !request.teachers.isEmpty, request.recipe.flag(.transferUnlabelled) {
      lines.append(
        "\(unused) groups of unlabelled sequences stand in validation or test: "
          + "their \(plan.unusedUnlabelled.count) unlabelled sequences are not used")
    }
    return lines
  }
}

extension RowAxis {
  /// How rows of this level become the rows of `other`.
  func pooling(to other: RowAxis) -> Pooling {
    if level == other.level { return .none }
    return other.isFiner(than: self) ? .hold : .mean
  }
}
