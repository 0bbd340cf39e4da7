/// The names and shapes of a model's weights; all follow from its architecture.
package enum WeightName {
  /// A weight's path below `/weights` and its shape.
  package struct Entry: Sendable, Equatable {
    package let name: String
    package let shape: [Int]
  }

  /// The part that a weight belongs to decides whether it is deployed.
  package static func isDeployed(_ name: String) -> Bool {
    name.hasPrefix("encoder/") || name.hasPrefix("head/")
  }

  /// All weights of `architecture`: encoder, heads, then each strong branch.
  package static func entries(of architecture: ModelArchitecture) -> [Entry] {
    deployedEntries(of: architecture) + architecture.strong.flatMap(entries(of:))
  }

  /// The weights of the weak path alone.
  package static func deployedEntries(of architecture: ModelArchitecture) -> [Entry] {
    encoder(architecture.encoder, at: "encoder")
      + architecture.heads.flatMap { head($0, at: "head/\($0.target)") }
  }

  private static func entries(of branch: StrongBranch) -> [Entry] {
    let name = branch.modality.name
    let heads = branch.heads.flatMap { head($0, at: "strong_head/\(name)/\($0.target)") }
    let decoder = branch.translator.map { translator($0, at: "translator/\(name)") } ?? []
    let own = branch.autoencoder.map { translator($0, at: "autoencoder/\(name)") } ?? []
    return encoder(branch.encoder, at: "strong_encoder/\(name)") + heads + decoder + own
  }

  private static func encoder(_ encoder: EncoderConfiguration, at path: String) -> [Entry] {
    layers(of: encoder, at: path)
      + linear(from: encoder.outputWidth, to: encoder.latentSize, at: path + "/latent")
  }

  private static func head(_ head: HeadConfiguration, at path: String) -> [Entry] {
    guard head.hiddenSize > 0 else {
      return linear(from: head.inputSize, to: head.outputSize, at: path + "/output")
    }
    return linear(from: head.inputSize, to: head.hiddenSize, at: path + "/hidden")
      + linear(from: head.hiddenSize, to: head.outputSize, at: path + "/output")
  }

  private static func translator(
    _ translator: TranslatorConfiguration, at path: String
  ) -> [Entry] {
    layers(of: translator, at: path)
      + linear(from: translator.outputWidth, to: translator.outputSize, at: path + "/output")
  }

  private static func layers(of part: some SequenceConfiguration, at path: String) -> [Entry] {
    part.kind == .transformer
      ? transformerLayers(of: part, at: path) : recurrentLayers(of: part, at: path)
  }

  private static func recurrentLayers(
    of part: some SequenceConfiguration, at path: String
  ) -> [Entry] {
    let gates = 3 * part.hiddenSize
    let directions = part.kind == .bigru ? ["forward", "backward"] : ["forward"]
    return (0..<part.layerCount).flatMap { layer in
      let width = layer == 0 ? part.inputSize : part.outputWidth
      return directions.flatMap { direction in
        let prefix = "\(path)/layer_\(layer)/\(direction)"
        return [
          Entry(name: prefix + "/input_weight", shape: [gates, width]),
          Entry(name: prefix + "/recurrent_weight", shape: [gates, part.hiddenSize]),
          Entry(name: prefix + "/input_bias", shape: [gates]),
          Entry(name: prefix + "/recurrent_bias", shape: [gates]),
        ]
      }
    }
  }

  private static func transformerLayers(
    of part: some SequenceConfiguration, at path: String
  ) -> [Entry] {
    let (width, inner) = (part.hiddenSize, part.feedForwardSize ?? 0)
    func norm(_ name: String) -> [Entry] {
      [Entry(name: name + "/weight", shape: [width]), Entry(name: name + "/bias", shape: [width])]
    }
    func dense(_ name: String, _ rows: Int, _ columns: Int) -> [Entry] {
      [
        Entry(name: name + "_weight", shape: [rows, columns]),
        Entry(name: name + "_bias", shape: [rows]),
      ]
    }
    let layers = (0..<part.layerCount).flatMap { layer in
      let prefix = "\(path)/layer_\(layer)"
      return norm(prefix + "/attention_norm")
        + dense(prefix + "/attention/input", 3 * width, width)
        + dense(prefix + "/attention/output", width, width)
        + norm(prefix + "/feed_forward_norm")
        + dense(prefix + "/feed_forward/hidden", inner, width)
        + dense(prefix + "/feed_forward/output", width, inner)
    }
    return linear(from: part.inputSize, to: width, at: path + "/input") + layers
      + norm(path + "/norm")
  }

  private static func linear(from inputSize: Int, to outputSize: Int, at path: String) -> [Entry] {
    [
      Entry(name: path + "/weight", shape: [outputSize, inputSize]),
      Entry(name: path + "/bias", shape: [outputSize]),
    ]
  }
}
