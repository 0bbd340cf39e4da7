/// Collects the nodes and constants of a graph.
struct ONNXGraphBuilder {
  private(set) var nodes: [ONNXNode] = []
  private(set) var initialisers: [ONNXTensor] = []

  /// Appends the operation `operation` and returns the name of its output.
  @discardableResult
  mutating func node(
    _ operation: String, _ inputs: [String], as output: String,
    _ attributes: [(String, ONNXAttribute.Value)] = []
  ) -> String {
    nodes.append(
      ONNXNode(
        name: output, operation: operation, inputs: inputs, outputs: [output],
        attributes: attributes.map { ONNXAttribute(name: $0.0, value: $0.1) }))
    return output
  }

  /// A constant of 32-bit floats; one that exists already under this name is used again.
  mutating func floats(_ name: String, _ shape: [Int], _ values: [Float]) -> String {
    add(ONNXTensor(name: name, shape: shape, elements: .floats(values)))
  }

  /// A constant of 64-bit integers, a scalar where `shape` is empty.
  mutating func integers(_ name: String, _ shape: [Int], _ values: [Int64]) -> String {
    add(ONNXTensor(name: name, shape: shape, elements: .integers(values)))
  }

  private mutating func add(_ tensor: ONNXTensor) -> String {
    if let known = initialisers.first(where: { $0.name == tensor.name }) {
      precondition(known == tensor, "two constants called \(tensor.name)")
    } else {
      initialisers.append(tensor)
    }
    return tensor.name
  }
}
