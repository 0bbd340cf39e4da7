import Codecs

extension CoreMLModel {
  /// The model in `bytes`, whose larger constants are in `weights`, as far as this type can hold
  /// it.
  ///
  /// - Throws: `artefact` where the bytes are not such a model.
  init(bytes: [UInt8], weights: [UInt8]) throws(ExportFailure) {
    do {
      try self.init(decoding: try ProtobufMessage(bytes), weights)
    } catch let failure as CodecFailure {
      throw .artefact(
        location: "model.mlmodel", expected: "a protobuf message", found: failure.description)
    } catch let failure as ExportFailure {
      throw failure
    } catch {
      throw .artefact(
        location: "model.mlmodel", expected: "a Core ML model", found: "\(error)")
    }
  }

  private init(decoding message: ProtobufMessage, _ weights: [UInt8]) throws {
    let description = try message.only(CoreMLField.Model.description)
    let program = try message.only(CoreMLField.Model.program)
    let function = try program.entry(MILField.Program.functions)
    let specialised = try function.value.entry(MILField.Function.blocks)
    operationSet = try function.value.string(MILField.Function.operationSet) ?? ""
    guard function.key == Self.functionName, specialised.key == operationSet,
      try program.integer(MILField.Program.version) == 1
    else {
      throw modelFailure("one function main of one operation set", "\(function.key)")
    }
    specificationVersion = try message.integer(CoreMLField.Model.version) ?? 0
    let texts = try description.only(CoreMLField.Description.metadata)
    documentation = try texts.string(CoreMLField.Metadata.description) ?? ""
    licence = try texts.string(CoreMLField.Metadata.licence) ?? ""
    metadata = try texts.messages(CoreMLField.Metadata.userDefined).map { entry in
      CoreMLProperty(
        key: try entry.string(CoreMLField.Entry.key) ?? "",
        value: try entry.string(CoreMLField.Entry.value) ?? "")
    }
    inputs = try description.messages(CoreMLField.Description.input)
      .map(CoreMLPort.init(decoding:))
    outputs = try description.messages(CoreMLField.Description.output)
      .map(CoreMLPort.init(decoding:))
    parameters = try function.value.messages(MILField.Function.inputs)
      .map(MILVariable.init(decoding:))
    block = try MILBlock(decoding: specialised.value, weights)
  }
}

private func modelFailure(_ expected: String, _ found: String) -> ExportFailure {
  .artefact(location: "model.mlmodel", expected: expected, found: found)
}

extension ProtobufMessage {
  /// The only message of field `number`.
  fileprivate func only(_ number: Int) throws -> ProtobufMessage {
    let found = try messages(number)
    guard found.count == 1 else {
      throw modelFailure("one message in field \(number)", "\(found.count)")
    }
    return found[0]
  }

  /// The only entry of the map in field `number`.
  fileprivate func entry(_ number: Int) throws -> (key: String, value: ProtobufMessage) {
    try only(number).asEntry()
  }

  /// This message as an entry of a map.
  fileprivate func asEntry() throws -> (key: String, value: ProtobufMessage) {
    (try string(CoreMLField.Entry.key) ?? "", try only(CoreMLField.Entry.value))
  }
}

extension CoreMLPort {
  fileprivate init(decoding message: ProtobufMessage) throws {
    name = try message.string(CoreMLField.Port.name) ?? ""
    documentation = try message.string(CoreMLField.Port.documentation) ?? ""
    let array = try message.only(CoreMLField.Port.type).only(CoreMLField.PortType.array)
    guard try array.integer(CoreMLField.Array.element) == CoreMLField.Array.float32 else {
      throw modelFailure("32-bit floats as '\(name)'", "others")
    }
    let shape = try array.integers(CoreMLField.Array.shape)
    guard let range = try array.messages(CoreMLField.Array.range).first else {
      extents = shape.map { Int($0)...Int($0) }
      return
    }
    extents = try range.messages(CoreMLField.Range.size).map { size in
      let lower = try size.integer(CoreMLField.Size.lower) ?? 0
      let upper = try size.integer(CoreMLField.Size.upper) ?? 0
      guard 0 <= lower, lower <= upper else {
        throw modelFailure("a range of extents", "\(lower) ... \(upper)")
      }
      return Int(lower)...Int(upper)
    }
  }
}

extension MILVariable {
  fileprivate init(decoding message: ProtobufMessage) throws {
    name = try message.string(MILField.Variable.name) ?? ""
    type = try MILType(decoding: try message.only(MILField.Variable.type))
  }
}

extension MILType {
  fileprivate init(decoding message: ProtobufMessage) throws {
    let tensor = try message.only(MILField.ValueType.tensor)
    let number = try tensor.integer(MILField.TensorType.element) ?? 0
    guard let element = MILElement(rawValue: number) else {
      throw modelFailure("a known element type", "\(number)")
    }
    self.element = element
    extents = try tensor.messages(MILField.TensorType.extents).map { extent in
      guard let constant = try extent.messages(MILField.Extent.constant).first else { return nil }
      guard let size = Int(exactly: try constant.integer(MILField.ConstantExtent.size) ?? 0),
        size >= 0
      else { throw modelFailure("an extent", "a negative one") }
      return size
    }
    guard try tensor.integer(MILField.TensorType.rank) ?? 0 == extents.count else {
      throw modelFailure("a rank of \(extents.count)", "another")
    }
  }
}

extension MILBlock {
  fileprivate init(decoding message: ProtobufMessage, _ weights: [UInt8]) throws {
    inputs = try message.messages(MILField.Block.inputs).map(MILVariable.init(decoding:))
    outputs = try message.strings(MILField.Block.outputs)
    operations = try message.messages(MILField.Block.operations).map { operation in
      try MILOperation(decoding: operation, weights)
    }
  }
}

extension MILOperation {
  fileprivate init(decoding message: ProtobufMessage, _ weights: [UInt8]) throws {
    typealias Field = MILField.Operation
    operation = try message.string(Field.type) ?? ""
    arguments = try message.messages(Field.inputs).map { input in
      let entry = try input.asEntry()
      let values = try entry.value.messages(MILField.Argument.bindings).map { binding in
        try binding.string(MILField.Binding.name) ?? ""
      }
      return Argument(name: entry.key, values: values)
    }
    outputs = try message.messages(Field.outputs).map(MILVariable.init(decoding:))
    blocks = try message.messages(Field.blocks).map { try MILBlock(decoding: $0, weights) }
    for attribute in try message.messages(Field.attributes) {
      let entry = try attribute.asEntry()
      if entry.key == Field.valueAttribute {
        constant = try MILConstant(decoding: entry.value, weights)
      }
    }
    guard (constant != nil) == (operation == Field.constant),
      constant.map({ [$0.type] == outputs.map(\.type) }) ?? true
    else {
      throw modelFailure("a value of the declared type for each constant", operation)
    }
  }
}

extension MILConstant {
  fileprivate init(decoding message: ProtobufMessage, _ weights: [UInt8]) throws {
    let type = try MILType(decoding: try message.only(MILField.Value.type))
    extents = type.extents.compactMap(\.self)
    guard extents.count == type.extents.count, let count = elementCount(ofShape: extents) else {
      throw modelFailure("a known shape", "another")
    }
    if let stored = try message.messages(MILField.Value.stored).first {
      guard type.element == .float32,
        try stored.string(MILField.Stored.file) == CoreMLWeightFile.reference
      else { throw modelFailure("floats in \(CoreMLWeightFile.reference)", "others") }
      elements = .floats(
        try CoreMLWeightFile.floats(
          at: try stored.integer(MILField.Stored.offset) ?? 0, count: count, in: weights))
      return
    }
    let tensor = try message.only(MILField.Value.immediate).only(MILField.Immediate.tensor)
    let field = MILField.Repeated.values
    let found: Int
    switch type.element {
    case .float32:
      let values = try tensor.only(MILField.Tensor.floats).floats(field)
      (elements, found) = (.floats(values), values.count)
    case .int32:
      let values = try tensor.only(MILField.Tensor.integers).integers(field)
      (elements, found) = (.integers(values.map { Int32(truncatingIfNeeded: $0) }), values.count)
    case .boolean:
      let values = try tensor.only(MILField.Tensor.booleans).integers(field)
      (elements, found) = (.booleans(values.map { $0 != 0 }), values.count)
    case .text:
      let values = try tensor.only(MILField.Tensor.texts).strings(field)
      (elements, found) = (.text(values.first ?? ""), values.count)
    }
    guard found == count else { throw modelFailure("\(count) elements", "\(found)") }
  }
}
