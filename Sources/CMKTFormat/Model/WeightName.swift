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
    return encoder(branch.encoder, at: "strong_encoder/\(name)") + heads + decoder
  }

  private static func encoder(_ encoder: EncoderConfiguration, at path: String) -> [Entry] {
    recurrentLayers(
      encoder.kind, inputSize: encoder.inputSize, hiddenSize: encoder.hiddenSize,
      layerCount: encoder.layerCount, at: path)
      + linear(
        from: outputSize(encoder.kind, hiddenSize: encoder.hiddenSize), to: encoder.latentSize,
        at: path + "/latent")
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
    recurrentLayers(
      translator.kind, inputSize: translator.inputSize, hiddenSize: translator.hiddenSize,
      layerCount: translator.layerCount, at: path)
      + linear(
        from: outputSize(translator.kind, hiddenSize: translator.hiddenSize),
        to: translator.outputSize, at: path + "/output")
  }

  private static func recurrentLayers(
    _ kind: EncoderKind, inputSize: Int, hiddenSize: Int, layerCount: Int, at path: String
  ) -> [Entry] {
    let gates = 3 * hiddenSize
    let directions = kind == .bigru ? ["forward", "backward"] : ["forward"]
    return (0..<layerCount).flatMap { layer in
      let width = layer == 0 ? inputSize : outputSize(kind, hiddenSize: hiddenSize)
      return directions.flatMap { direction in
        let prefix = "\(path)/layer_\(layer)/\(direction)"
        return [
          Entry(name: prefix + "/input_weight", shape: [gates, width]),
          Entry(name: prefix + "/recurrent_weight", shape: [gates, hiddenSize]),
          Entry(name: prefix + "/input_bias", shape: [gates]),
          Entry(name: prefix + "/recurrent_bias", shape: [gates]),
        ]
      }
    }
  }

  private static func linear(from inputSize: Int, to outputSize: Int, at path: String) -> [Entry] {
    [
      Entry(name: path + "/weight", shape: [outputSize, inputSize]),
      Entry(name: path + "/bias", shape: [outputSize]),
    ]
  }

  /// The width of a recurrent layer's output.
  private static func outputSize(_ kind: EncoderKind, hiddenSize: Int) -> Int {
    kind == .bigru ? 2 * hiddenSize : hiddenSize
  }
}
