package import CMKTFormat
import Tensors

extension WeakPath {
  /// The deployed part of `model`.
  ///
  /// - Throws: `unfinished` for a checkpoint; `unsupported` for fitted post-processing,
  ///   transformers, normalisation by recording, modalities and targets on segments, and delays
  ///   without a known step between frames;
  ///   `invalidModel` where a weight or statistic does not fit.
  package init(model: ModelFile) throws(ExportFailure) {
    guard model.isFinished else { throw .unfinished }
    let architecture = model.architecture
    let source = WeightSource(model: model)
    guard architecture.weak.level == Level.frame.description else {
      throw .unsupported(
        what: "modality '\(architecture.weak.name)' on \(architecture.weak.level)",
        remedy: "train on a modality of frames")
    }
    if architecture.weak.normalisation != nil {
      throw .unsupported(
        what: "normalisation of each recording by itself, which needs the whole recording first,",
        remedy: "train with normalisation.scope=training")
    }
    modality = architecture.weak
    encoder = architecture.encoder
    trunk = [.normalise(try source.normalisation(of: architecture.weak))]
    trunk += try source.encoderNodes(architecture.encoder)
    heads = []
    for head in architecture.heads {
      guard (model.postprocessing[head.target] ?? []).isEmpty else {
        throw .unsupported(
          what: "the fitted post-processing of target '\(head.target)'",
          remedy: "train without post-processing, or apply it outside")
      }
      let nodes = try source.headNodes(head, hopSeconds: architecture.weak.hopSeconds)
      heads.append(WeakPathHead(configuration: head, nodes: nodes))
    }
  }
}

/// Takes weights out of a model and checks their shapes.
private struct WeightSource {
  let model: ModelFile

  func normalisation(of contract: ModalityContract) throws(ExportFailure) -> Normalisation {
    let count = contract.featureNames.count
    let location = "/normalisation/\(contract.name)"
    guard let found = model.normalisation[contract.name] else {
      throw .invalidModel(location: location, expected: "mean and scale", found: "nothing")
    }
    guard found.mean.count == count, found.scale.count == count else {
      throw .invalidModel(
        location: location, expected: "\(count) features",
        found: "\(found.mean.count) means and \(found.scale.count) scales")
    }
    guard found.mean.allSatisfy(\.isFinite), found.scale.allSatisfy({ $0.isFinite && $0 > 0 })
    else {
      throw .invalidModel(
        location: location, expected: "finite means and positive scales", found: "others")
    }
    return found
  }

  func encoderNodes(_ encoder: EncoderConfiguration) throws(ExportFailure) -> [WeakPathNode] {
    let directions: [String]
    switch encoder.kind {
    case .bigru: directions = ["forward", "backward"]
    case .gru: directions = ["forward"]
    case .transformer:
      throw .unsupported(
        what: "an encoder of kind 'transformer'",
        remedy: "kinds that can are bigru and gru; train with --encoder gru or bigru")
    }
    var nodes: [WeakPathNode] = []
    var width = encoder.inputSize
    for layer in 0..<encoder.layerCount {
      let name = "encoder/layer_\(layer)"
      var parts: [GRUDirection] = []
      for direction in directions {
        parts.append(
          try gruDirection("\(name)/\(direction)", width, hiddenSize: encoder.hiddenSize))
      }
      let node = GRUNode(
        name: name, inputSize: width, hiddenSize: encoder.hiddenSize, directions: parts)
      nodes.append(.gru(node))
      width = node.outputSize
    }
    let activation: NodeActivation =
      switch encoder.latentActivation {
      case .identity: .identity
      case .tanh: .tanh
      case .relu: .relu
      }
    nodes.append(.dense(try dense("encoder/latent", width, encoder.latentSize, activation)))
    return nodes
  }

  func headNodes(
    _ head: HeadConfiguration, hopSeconds: Double?
  ) throws(ExportFailure) -> [WeakPathNode] {
    let name = "head/\(head.target)"
    var nodes: [WeakPathNode] = []
    var width = head.inputSize
    guard head.pooling != .hold else {
      throw .unsupported(
        what: "target '\(head.target)' on \(head.level), finer than the modality",
        remedy: "train on a modality whose rows are not coarser than the target's")
    }
    if head.pooling == .mean {
      guard head.level == "sequence" else {
        throw .unsupported(
          what: "target '\(head.target)' on \(head.level)",
          remedy: "train on a target of frames or of whole sequences")
      }
      nodes.append(.meanOverTime)
    }
    if head.hiddenSize > 0 {
      nodes.append(.dense(try dense(name + "/hidden", width, head.hiddenSize, .relu)))
      width = head.hiddenSize
    }
    let activation: NodeActivation =
      switch head.kind {
      case .regression: .identity
      case .binary, .multilabel: .sigmoid
      case .classes: .softmax
      }
    nodes.append(.dense(try dense(name + "/output", width, head.outputSize, activation)))
    let delay = try delayFrames(of: head, hopSeconds: hopSeconds)
    if delay > 0 { nodes.append(.delay(frames: delay)) }
    return nodes
  }

  /// A frame-level target's delay in whole frames.
  private func delayFrames(
    of head: HeadConfiguration, hopSeconds: Double?
  ) throws(ExportFailure) -> Int {
    guard head.pooling == .none, head.delaySeconds != 0 else { return 0 }
    guard let hopSeconds, hopSeconds > 0 else {
      throw .unsupported(
        what: "the delay of \(head.delaySeconds) s of target '\(head.target)' "
          + "without a known step between frames",
        remedy: "import with --hop and train again")
    }
    let frames = (head.delaySeconds / hopSeconds).rounded()
    guard frames >= 0, frames < 1e9 else {
      throw .invalidModel(
        location: "/architecture", expected: "a delay of 0 or more seconds",
        found: "\(head.delaySeconds) for target '\(head.target)'")
    }
    return Int(frames)
  }

  private func gruDirection(
    _ name: String, _ inputSize: Int, hiddenSize: Int
  ) throws(ExportFailure) -> GRUDirection {
    GRUDirection(
      inputWeight: try weight(name + "/input_weight", [3 * hiddenSize, inputSize]),
      recurrentWeight: try weight(name + "/recurrent_weight", [3 * hiddenSize, hiddenSize]),
      inputBias: try weight(name + "/input_bias", [3 * hiddenSize]),
      recurrentBias: try weight(name + "/recurrent_bias", [3 * hiddenSize]))
  }

  private func dense(
    _ name: String, _ inputSize: Int, _ outputSize: Int, _ activation: NodeActivation
  ) throws(ExportFailure) -> DenseNode {
    DenseNode(
      name: name, inputSize: inputSize, outputSize: outputSize,
      weight: try weight(name + "/weight", [outputSize, inputSize]),
      bias: try weight(name + "/bias", [outputSize]), activation: activation)
  }

  private func weight(_ name: String, _ shape: [Int]) throws(ExportFailure) -> [Float] {
    let location = "/weights/\(name)"
    guard let tensor = model.weight(name) else {
      throw .invalidModel(location: location, expected: "shape \(shape)", found: "nothing")
    }
    guard tensor.shape == shape else {
      throw .invalidModel(
        location: location, expected: "shape \(shape)", found: "shape \(tensor.shape)")
    }
    guard tensor.elements.allSatisfy(\.isFinite) else {
      throw .invalidModel(location: location, expected: "finite weights", found: "NaN or infinity")
    }
    return tensor.elements
  }
}
