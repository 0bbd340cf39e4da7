package import CMKTFormat
package import Tensors

/// A model at work: predictions from the weak modality alone, and latents for inspection.
package struct Predictor {
  package let model: ModelFile
  let networks: ModelNetworks
  let compute: Compute
  /// By target.
  private var chains: [String: Postprocessing] = [:]

  /// A predictor of `model`.
  ///
  /// - Parameters:
  ///   - postprocesses: whether predictions pass through the model's fitted output chains.
  ///   - threads: at least 1; nil for all processors. Results do not depend on it.
  ///   - level: of the kernels; of results the last bits depend on it.
  /// - Throws: `invalidModel` where weights, normalisation or a chain do not fit the architecture.
  package init(
    model: ModelFile, postprocesses: Bool = true, threads: Int? = nil,
    level: KernelLevel = .best
  ) throws(EngineFailure) {
    self.model = model
    networks = try ModelNetworks(model: model)
    compute = Compute.forThreads(threads, level: level)
    for head in model.architecture.heads where postprocesses {
      chains[head.target] = try Postprocessing(
        model.postprocessing[head.target] ?? [], target: head.target, columnCount: head.outputSize)
    }
    _ = try Self.normalisation(of: model.architecture.weak, in: model)
  }

  static func normalisation(
    of contract: ModalityContract, in model: ModelFile
  ) throws(EngineFailure) -> Normalisation {
    let width = contract.featureNames.count
    guard let found = model.normalisation[contract.name], found.mean.count == width,
      found.scale.count == width
    else {
      throw .invalidModel(
        location: "/normalisation/\(contract.name)", expected: "mean and scale of width \(width)",
        found: "\(model.normalisation[contract.name]?.mean.count ?? 0) values")
    }
    return found
  }

  /// The predictions for the sequences `indices` of `features`: by target, for each sequence a
  /// row for each frame, each segment or one in all, as the target's level is: `[n, C]`.
  ///
  /// Probabilities for binary, multi-label (each column by itself) and class targets, plain values
  /// for continuous ones. Every frame is answered, valid or not. The target's delay is applied:
  /// row t is the network's output for frame t − delay, then the fitted post-processing. Reads the
  /// weak modality alone.
  ///
  /// - Parameter targets: those to answer, all where nil; only their levels need to be there.
  /// - Throws: `contractMismatch` where the weak modality is not what the model was trained on;
  ///   `unusableData` where it is absent, or a delay cannot be told in frames.
  package func predictions(
    for features: FeaturesFile, sequences indices: [Int], targets: [String]? = nil
  ) throws(EngineFailure) -> [String: [Tensor<Float>]] {
    let contract = model.architecture.weak
    let (modality, axis) = try checked(contract, in: features)
    let inputs = try networkInputs(of: contract, axis: axis, for: features, sequences: indices)
    let links = try model.architecture.heads.map { (head) throws(EngineFailure) -> RowLink? in
      guard targets?.contains(head.target) ?? true else { return nil }
      return RowLink(
        from: axis, to: try features.rowAxis(of: head), sequenceCount: features.sequences.count)
    }
    let outputs = try PathPass(path: networks.weakPath, compute: compute).outputs(
      of: inputs, links: links, windows: Window.whole(indices, of: features.sequences))
    var predictions: [String: [Tensor<Float>]] = [:]
    for ((head, values), link) in zip(zip(model.architecture.heads, outputs), links)
    where link != nil {
      let delay = try features.delayFrames(
        seconds: head.level == Level.frame.description ? head.delaySeconds : 0,
        target: head.target,
        modality: modality)
      predictions[head.target] = values.map { output in
        let prediction = shifted(probabilities(output, kind: head.kind), by: delay)
        return chains[head.target]?.applied(to: prediction) ?? prediction
      }
    }
    return predictions
  }

  /// The weak latent of every row of the sequences `indices`: `[T, K]` each.
  ///
  /// - Throws: as `predictions(for:sequences:)`.
  package func weakLatents(
    for features: FeaturesFile, sequences indices: [Int]
  ) throws(EngineFailure) -> [Tensor<Float>] {
    try latents(
      path: networks.weakPath, contract: model.architecture.weak, features: features,
      indices: indices)
  }

  /// The latent of strong modality `name` for every row of the sequences `indices`.
  ///
  /// - Throws: `unknownName` where the model has no such branch; else as `weakLatents`.
  package func strongLatents(
    of name: String, for features: FeaturesFile, sequences indices: [Int]
  ) throws(EngineFailure) -> [Tensor<Float>] {
    let index = try branchIndex(of: name)
    return try latents(
      path: networks.strongPaths[index], contract: model.architecture.strong[index].modality,
      features: features, indices: indices)
  }

  /// The weak latents and those of strong modality `name`, for each of the sequences `indices`.
  ///
  /// They stand on the coarser of the two levels, on the rows where both modalities are valid; the
  /// finer one is pooled there, as in training.
  ///
  /// - Throws: as `strongLatents`.
  package func latentPairs(
    of name: String, for features: FeaturesFile, sequences indices: [Int]
  ) throws(EngineFailure) -> [LatentPair] {
    let weak = try weakLatents(for: features, sequences: indices)
    let strong = try strongLatents(of: name, for: features, sequences: indices)
    let sides = try [model.architecture.weak.name, name].map { (name) throws(EngineFailure) in
      let found = try features.alignedModality(named: name)
      return ModalityRows(axis: found.axis, valid: try found.rows.allValidRows)
    }
    let meeting = Meeting(
      weak: sides[0], strong: sides[1], sequenceCount: features.sequences.count)
    let windows = Window.whole(indices, of: features.sequences)
    return windows.indices.map { place in
      meeting.pair(
        weak: weak[place], strong: strong[place], in: windows[place], compute: compute)
    }
  }

  /// - Throws: `unknownName` where the model has no branch of strong modality `name`.
  func branchIndex(of name: String) throws(EngineFailure) -> Int {
    let names = model.architecture.strong.map(\.modality.name)
    guard let index = names.firstIndex(of: name) else {
      throw .unknownName(kind: "strong modality", name: name, known: names)
    }
    return index
  }

  private func latents(
    path: NetworkPath, contract: ModalityContract, features: FeaturesFile, indices: [Int]
  ) throws(EngineFailure) -> [Tensor<Float>] {
    let axis = try checked(contract, in: features).axis
    let inputs = try networkInputs(of: contract, axis: axis, for: features, sequences: indices)
    return try PathPass(path: path, compute: compute).latents(
      of: inputs, frames: indices.map(axis.rows(of:)))
  }

  func networkInputs(
    of contract: ModalityContract, axis: RowAxis, for features: FeaturesFile,
    sequences indices: [Int]? = nil
  ) throws(EngineFailure) -> InputRows {
    try features.networkInputs(
      of: contract, axis: axis, scaledBy: try Self.normalisation(of: contract, in: model),
      for: indices)
  }

  func checked(
    _ contract: ModalityContract, in features: FeaturesFile
  ) throws(EngineFailure) -> (modality: Modality, axis: RowAxis) {
    guard features.modalities[contract.name] != nil else {
      throw .missingModality(
        contract.name, in: "the features", known: Array(features.modalities.keys))
    }
    let found = try features.alignedModality(named: contract.name)
    let differences = contract.differences(from: found.modality)
    guard differences.isEmpty else {
      throw .contractMismatch(modality: contract.name, differences: differences)
    }
    return (found.modality, found.axis)
  }
}

extension FeaturesFile {
  /// The rows that `head` answers.
  ///
  /// - Throws: `unusableData` where the file has no such segments.
  package func rowAxis(of head: HeadConfiguration) throws(EngineFailure) -> RowAxis {
    guard let level = Level(head.level), level != .own else {
      throw .invalidModel(
        location: "/architecture.heads", expected: "a level for target '\(head.target)'",
        found: "'\(head.level)'")
    }
    return try rowAxis(of: level, at: "/targets/\(head.target)")
  }
}
