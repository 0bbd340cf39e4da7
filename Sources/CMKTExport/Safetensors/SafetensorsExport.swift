import CMKTFormat
package import Codecs

/// Writes the weights of the weak path, under the names and in the layout of the model file.
package enum SafetensorsExport {
  /// The gate order of every GRU weight and bias.
  static let gateOrder = "r,z,n"
  static let meanName = "normalisation/mean"
  static let scaleName = "normalisation/scale"

  /// The tensors of `path` with `metadata`.
  package static func content(of path: WeakPath, metadata: ArtefactMetadata) -> Safetensors {
    let nodes = path.trunk + path.heads.flatMap(\.nodes)
    return Safetensors(
      metadata: Dictionary(uniqueKeysWithValues: metadata.entries.map { ($0.key, $0.value) }),
      tensors: nodes.flatMap(tensors))
  }

  private static func tensors(of node: WeakPathNode) -> [SafetensorsTensor] {
    switch node {
    case .normalise(let normalisation):
      let count = normalisation.mean.count
      return [
        SafetensorsTensor(name: meanName, shape: [count], floats: normalisation.mean),
        SafetensorsTensor(name: scaleName, shape: [count], floats: normalisation.scale),
      ]
    case .gru(let layer):
      return zip(["forward", "backward"], layer.directions).flatMap { name, direction in
        tensors(of: direction, named: "\(layer.name)/\(name)", in: layer)
      }
    case .dense(let layer):
      return [
        SafetensorsTensor(
          name: layer.name + "/weight", shape: [layer.outputSize, layer.inputSize],
          floats: layer.weight),
        SafetensorsTensor(
          name: layer.name + "/bias", shape: [layer.outputSize], floats: layer.bias),
      ]
    case .meanOverTime, .delay:
      return []
    }
  }

  private static func tensors(
    of direction: GRUDirection, named name: String, in layer: GRUNode
  ) -> [SafetensorsTensor] {
    let gates = 3 * layer.hiddenSize
    return [
      SafetensorsTensor(
        name: name + "/input_weight", shape: [gates, layer.inputSize],
        floats: direction.inputWeight),
      SafetensorsTensor(
        name: name + "/recurrent_weight", shape: [gates, layer.hiddenSize],
        floats: direction.recurrentWeight),
      SafetensorsTensor(name: name + "/input_bias", shape: [gates], floats: direction.inputBias),
      SafetensorsTensor(
        name: name + "/recurrent_bias", shape: [gates], floats: direction.recurrentBias),
    ]
  }
}
