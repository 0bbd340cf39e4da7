import Codecs

extension ONNXModel {
  /// The model in `bytes`, as far as this type can hold it.
  ///
  /// - Throws: `artefact` where the bytes are not such a model.
  package init(bytes: [UInt8]) throws(ExportFailure) {
    do {
      try self.init(decoding: try ProtobufMessage(bytes))
    } catch let failure as CodecFailure {
      throw .artefact(
        location: "ONNX", expected: "a protobuf message", found: failure.description)
    } catch let failure as ExportFailure {
      throw failure
    } catch {
      throw .artefact(location: "ONNX", expected: "an ONNX model", found: "\(error)")
    }
  }

  private init(decoding message: ProtobufMessage) throws {
    typealias Field = ONNXField.Model
    let graphs = try message.messages(Field.graph)
    let opsets = try message.messages(Field.opsetImport)
    guard graphs.count == 1, opsets.count == 1 else {
      throw ExportFailure.artefact(
        location: "ONNX", expected: "one graph and one opset",
        found: "\(graphs.count) and \(opsets.count)")
    }
    let graph = graphs[0]
    irVersion = try message.integer(Field.irVersion) ?? 0
    opset = try opsets[0].integer(ONNXField.Opset.version) ?? 0
    producer = try message.string(Field.producer) ?? ""
    producerVersion = try message.string(Field.producerVersion) ?? ""
    documentation = try message.string(Field.documentation) ?? ""
    graphName = try graph.string(ONNXField.Graph.name) ?? ""
    nodes = try graph.messages(ONNXField.Graph.node).map(ONNXNode.init(decoding:))
    initialisers = try graph.messages(ONNXField.Graph.initialiser)
      .map(ONNXTensor.init(decoding:))
    inputs = try graph.messages(ONNXField.Graph.input).map(ONNXPort.init(decoding:))
    outputs = try graph.messages(ONNXField.Graph.output).map(ONNXPort.init(decoding:))
    metadata = try message.messages(Field.metadata).map { entry in
      ONNXProperty(
        key: try entry.string(ONNXField.Property.key) ?? "",
        value: try entry.string(ONNXField.Property.value) ?? "")
    }
  }
}

extension ONNXNode {
  fileprivate init(decoding message: ProtobufMessage) throws {
    name = try message.string(ONNXField.Node.name) ?? ""
    operation = try message.string(ONNXField.Node.operation) ?? ""
    inputs = try message.strings(ONNXField.Node.input)
    outputs = try message.strings(ONNXField.Node.output)
    attributes = try message.messages(ONNXField.Node.attribute)
      .map(ONNXAttribute.init(decoding:))
  }
}

extension ONNXAttribute {
  fileprivate init(decoding message: ProtobufMessage) throws {
    typealias Field = ONNXField.Attribute
    let name = try message.string(Field.name) ?? ""
    self.name = name
    switch try message.integer(Field.type) {
    case Field.integerType: value = .integer(try message.integer(Field.integer) ?? 0)
    case Field.numberType: value = .number(try message.floats(Field.number).last ?? 0)
    case Field.stringType: value = .string(try message.string(Field.string) ?? "")
    case Field.integersType: value = .integers(try message.integers(Field.integers))
    case let other:
      throw ExportFailure.artefact(
        location: "attribute \(name)", expected: "a number, an integer, integers or a string",
        found: "type \(other.map(String.init) ?? "none")")
    }
  }
}

extension ONNXTensor {
  fileprivate init(decoding message: ProtobufMessage) throws {
    let name = try message.string(ONNXField.Tensor.name) ?? ""
    self.name = name
    let shape = try message.integers(ONNXField.Tensor.shape).map { Int($0) }
    guard let count = elementCount(ofShape: shape) else {
      throw ExportFailure.artefact(
        location: "tensor \(name)", expected: "a shape", found: "\(shape)")
    }
    self.shape = shape
    let raw = try message.data(ONNXField.Tensor.raw) ?? []
    switch ONNXElementType(rawValue: try message.integer(ONNXField.Tensor.type) ?? 0) {
    case .float:
      elements = .floats(
        Self.words(raw, byteCount: 4).map { Float(bitPattern: UInt32(truncatingIfNeeded: $0)) })
    case .double:
      elements = .doubles(Self.words(raw, byteCount: 8).map { Double(bitPattern: $0) })
    case .int64:
      elements = .integers(Self.words(raw, byteCount: 8).map { Int64(bitPattern: $0) })
    case .int32, nil:
      throw ExportFailure.artefact(
        location: "tensor \(name)", expected: "float, double or int64 elements",
        found: "another type")
    }
    let width = if case .floats = elements { 4 } else { 8 }
    guard raw.count.isMultiple(of: width), raw.count / width == count else {
      throw ExportFailure.artefact(
        location: "tensor \(name)", expected: "\(count) elements", found: "\(raw.count) bytes")
    }
  }

  /// The little-endian words of `raw`; a rest is left out.
  private static func words(_ raw: ArraySlice<UInt8>, byteCount: Int) -> [UInt64] {
    (0..<(raw.count / byteCount)).map { word in
      let start = raw.startIndex + word * byteCount
      return (0..<byteCount).reduce(0) { $0 | UInt64(raw[start + $1]) << (8 * $1) }
    }
  }
}

extension ONNXPort {
  fileprivate init(decoding message: ProtobufMessage) throws {
    name = try message.string(ONNXField.Port.name) ?? ""
    documentation = try message.string(ONNXField.Port.documentation) ?? ""
    let tensor = try message.messages(ONNXField.Port.type).first?
      .messages(ONNXField.PortType.tensor).first
    let number = try tensor?.integer(ONNXField.TensorType.element) ?? 0
    guard let tensor, let type = ONNXElementType(rawValue: number) else {
      throw ExportFailure.artefact(
        location: "port \(name)", expected: "a tensor of known type", found: "type \(number)")
    }
    self.type = type
    axes = try tensor.messages(ONNXField.TensorType.shape)
      .flatMap { try $0.messages(ONNXField.Shape.axis) }
      .map { axis in
        if let parameter = try axis.string(ONNXField.Axis.parameter) { return .named(parameter) }
        return .fixed(try axis.integer(ONNXField.Axis.value) ?? 0)
      }
  }
}
