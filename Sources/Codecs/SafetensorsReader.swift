extension Safetensors {
  /// Decodes a whole file, strictly: the tensors cover the bytes after the header exactly.
  ///
  /// Total: sizes are compared with what is there before anything is allocated for them.
  ///
  /// - Throws: `truncated` where the header or data end early; `tooLarge` for a header of more than
  ///   100 MB; `unsupported` for element types of part bytes and more than eight dimensions;
  ///   `malformed` for everything else: a header that does not start with `{`, JSON that is not an
  ///   object of known shape, a duplicate key, an overflowing shape, a size that disagrees with
  ///   shape and type, a hole, an overlap, bytes after the last tensor.
  package init(bytes: [UInt8]) throws(CodecFailure) {
    let count = try Self.headerByteCount(Array(bytes.prefix(8)), of: bytes.count)
    let layout = try SafetensorsLayout(bytes[8..<(8 + count)], fileByteCount: bytes.count)
    let dataStart = layout.dataStart
    let tensors = layout.entries.map { entry in
      SafetensorsTensor(
        name: entry.name, type: entry.type, shape: entry.shape,
        bytes: bytes[(dataStart + entry.begin)..<(dataStart + entry.end)])
    }
    self.init(metadata: layout.metadata, tensors: tensors)
  }

  /// The length of the header of a file of `fileByteCount` bytes that begins with `prefix`.
  static func headerByteCount(
    _ prefix: [UInt8], of fileByteCount: Int
  ) throws(CodecFailure) -> Int {
    guard prefix.count >= 8 else {
      throw .truncated(
        CodecFinding(
          "safetensors", at: 0, expected: "8 bytes of header length", found: "\(prefix.count)"))
    }
    var declared: UInt64 = 0
    for index in 0..<8 { declared |= UInt64(prefix[index]) << (8 * index) }
    guard declared <= UInt64(maximumHeaderByteCount) else {
      throw .tooLarge(
        CodecFinding(
          "safetensors", at: 0,
          expected: "a header of at most \(maximumHeaderByteCount) bytes", found: "\(declared)"))
    }
    let count = Int(declared)
    guard count <= fileByteCount - 8 else {
      throw .truncated(
        CodecFinding(
          "safetensors", at: 8, expected: "a header of \(count) bytes",
          found: "\(fileByteCount - 8)"))
    }
    return count
  }

  fileprivate static func stringMap(
    _ node: SafetensorsJSON.Node
  ) throws(CodecFailure) -> [String: String] {
    guard case .object(let members) = node.value else {
      throw node.unexpected("an object of strings in \(metadataKey)")
    }
    var map: [String: String] = [:]
    for (key, value) in members {
      guard case .string(let text) = value.value else {
        throw value.unexpected("a string for \(key) in \(metadataKey)")
      }
      map[key] = text
    }
    return map
  }
}

/// What the header of a file says, compared with the size of the file.
struct SafetensorsLayout {
  var metadata: [String: String] = [:]
  /// In the order of their bytes, which they cover exactly.
  var entries: [SafetensorsEntry] = []
  let dataStart: Int

  /// - Parameter header: the JSON text; its indices are places in the file.
  init(_ header: ArraySlice<UInt8>, fileByteCount: Int) throws(CodecFailure) {
    guard header.first == UInt8(ascii: "{") else {
      throw .malformed(
        CodecFinding(
          "safetensors", at: 8, expected: "a header that starts with {", found: "another byte"))
    }
    dataStart = header.endIndex
    let dataCount = fileByteCount - dataStart
    for (name, node) in try SafetensorsJSON.object(header) {
      if name == Safetensors.metadataKey {
        metadata = try Safetensors.stringMap(node)
      } else {
        entries.append(try SafetensorsEntry(name: name, node: node))
      }
    }
    entries.sort { ($0.begin, $0.end, $0.name) < ($1.begin, $1.end, $1.name) }
    var position = 0
    for entry in entries {
      guard entry.begin == position else {
        throw .malformed(
          CodecFinding(
            "safetensors", at: dataStart + position,
            expected: "the next tensor to start at data offset \(position)",
            found: "\(entry.name) at \(entry.begin), a hole or an overlap"))
      }
      position = entry.end
    }
    guard position <= dataCount else {
      throw .truncated(
        CodecFinding(
          "safetensors", at: fileByteCount, expected: "\(position) bytes of data",
          found: "\(dataCount)", remedy: "copy the file again"))
    }
    guard position == dataCount else {
      throw .malformed(
        CodecFinding(
          "safetensors", at: dataStart + position, expected: "the end of the file",
          found: "\(dataCount - position) more bytes"))
    }
  }
}

/// What the header says of one tensor.
struct SafetensorsEntry {
  let name: String
  let type: SafetensorsType
  let shape: [Int]
  let begin: Int
  let end: Int

  /// Checks the members of a header entry and that its size agrees with shape and type.
  init(name: String, node: SafetensorsJSON.Node) throws(CodecFailure) {
    guard case .object(let members) = node.value, members.count == 3 else {
      throw node.unexpected("an object of dtype, shape and data_offsets for \(name)")
    }
    let table = Dictionary(members) { first, _ in first }
    guard let dtype = table["dtype"], let shapeNode = table["shape"],
      let offsetsNode = table["data_offsets"]
    else { throw node.unexpected("dtype, shape and data_offsets for \(name)") }
    self.name = name
    type = try Self.type(dtype)
    shape = try Self.integers(shapeNode, "the shape of \(name)")
    guard shape.count <= Safetensors.maximumRank else {
      throw .unsupported(
        CodecFinding(
          "safetensors", at: shapeNode.byteOffset,
          expected: "at most \(Safetensors.maximumRank) dimensions", found: "\(shape.count)"))
    }
    let offsets = try Self.integers(offsetsNode, "the data offsets of \(name)")
    guard offsets.count == 2, offsets[0] <= offsets[1] else {
      throw offsetsNode.unexpected("two ascending data offsets for \(name)")
    }
    begin = offsets[0]
    end = offsets[1]
    guard let needed = Safetensors.byteCount(of: type, shape: shape), needed == end - begin else {
      throw .malformed(
        CodecFinding(
          "safetensors", at: offsetsNode.byteOffset,
          expected: "data offsets that span shape \(shape) of \(type.rawValue) in \(name)",
          found: "\(end - begin) bytes"))
    }
  }

  private static func type(
    _ node: SafetensorsJSON.Node
  ) throws(CodecFailure) -> SafetensorsType {
    guard case .string(let text) = node.value else { throw node.unexpected("a dtype") }
    guard let type = SafetensorsType(rawValue: text) else {
      throw .unsupported(
        CodecFinding(
          "safetensors", at: node.byteOffset,
          expected: "a dtype among "
            + SafetensorsType.allCases.map(\.rawValue).joined(separator: ", "),
          found: "\(text.prefix(32))"))
    }
    return type
  }

  private static func integers(
    _ node: SafetensorsJSON.Node, _ what: String
  ) throws(CodecFailure) -> [Int] {
    guard case .array(let nodes) = node.value else {
      throw node.unexpected("an array of integers for \(what)")
    }
    var result: [Int] = []
    for element in nodes {
      guard case .integer(let value) = element.value else {
        throw element.unexpected("an integer in \(what)")
      }
      result.append(value)
    }
    return result
  }
}
