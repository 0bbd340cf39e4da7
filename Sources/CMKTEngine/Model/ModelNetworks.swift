import CMKTFormat
import Networks
import Tensors

/// The networks of a model, built from its architecture; their parameters have the names of the
/// file format.
final class ModelNetworks {
  let architecture: ModelArchitecture
  /// The deployed path: weak encoder and heads.
  let weakPath: NetworkPath
  /// For each strong branch its encoder with the heads that trained it.
  let strongPaths: [NetworkPath]
  /// For each strong branch, where it has one.
  let translators: [Decoder<Float>?]
  /// For each strong branch, where it has one: from its latent back to its features.
  let autoencoders: [Decoder<Float>?]

  /// Networks with random weights, each from a stream of its own name: what two architectures
  /// share starts equal.
  init(initialising architecture: ModelArchitecture, seed: UInt64) {
    self.architecture = architecture
    weakPath = NetworkPath(
      encoder: architecture.encoder, encoderName: "encoder", heads: architecture.heads,
      headName: "head", seed: seed)
    strongPaths = architecture.strong.map { branch in
      NetworkPath(
        encoder: branch.encoder, encoderName: "strong_encoder/\(branch.modality.name)",
        heads: branch.heads, headName: "strong_head/\(branch.modality.name)", seed: seed)
    }
    translators = architecture.strong.map { branch in
      branch.translator.map {
        Decoder(name: "translator/\(branch.modality.name)", configuration: $0, seed: seed)
      }
    }
    autoencoders = architecture.strong.map { branch in
      branch.autoencoder.map {
        Decoder(name: "autoencoder/\(branch.modality.name)", configuration: $0, seed: seed)
      }
    }
  }

  /// The networks that `model` holds.
  ///
  /// - Throws: `unfinishedModel` for a checkpoint; `invalidModel` where the architecture contradicts itself, or a weight is missing,
  ///   of another shape, or not finite.
  convenience init(model: ModelFile) throws(EngineFailure) {
    guard model.isFinished else { throw .unfinishedModel }
    try model.architecture.check()
    for entry in WeightName.entries(of: model.architecture) {
      let location = "/weights/\(entry.name)"
      guard let tensor = model.weight(entry.name) else {
        throw .invalidModel(location: location, expected: "shape \(entry.shape)", found: "nothing")
      }
      guard tensor.shape == entry.shape else {
        throw .invalidModel(
          location: location, expected: "shape \(entry.shape)", found: "shape \(tensor.shape)")
      }
      guard tensor.elements.allSatisfy(\.isFinite) else {
        throw .invalidModel(
          location: location, expected: "finite numbers", found: "NaN or infinity")
      }
    }
    self.init(initialising: model.architecture, seed: 0)
    for parameter in parameters {
      if let value = model.weight(parameter.name) { parameter.value = value }
    }
  }

  /// All parameters, in the order of the format.
  var parameters: [Parameter<Float>] {
    weakPath.parameters
      + strongPaths.indices.flatMap { index in
        strongPaths[index].parameters + (translators[index]?.parameters ?? [])
          + (autoencoders[index]?.parameters ?? [])
      }
  }

  /// The weights as they stand, in the order of the format.
  ///
  /// - Throws: `diverged` where one is not finite.
  func weights() throws(EngineFailure) -> [NamedTensor] {
    var weights: [NamedTensor] = []
    for parameter in parameters {
      let tensor = parameter.value
      guard tensor.elements.allSatisfy(\.isFinite) else {
        throw .diverged(stage: "the model", epoch: 0, step: 0, term: "weight \(parameter.name)")
      }
      weights.append(NamedTensor(name: parameter.name, tensor: tensor))
    }
    return weights
  }
}
