/// One field of a protobuf message as it stands on the wire.
package struct ProtobufField: Sendable, Equatable {
  /// What the wire type tells of a value.
  package enum Value: Sendable, Equatable {
    case varint(UInt64)
    case fixed64(UInt64)
    case lengthDelimited(ArraySlice<UInt8>)
    case fixed32(UInt32)
  }

  /// `1 ..< 2^29`.
  package var number: Int
  package var value: Value
  /// Where the field's tag starts, counted from the first byte of the outermost message.
  package var byteOffset: Int
}

/// A protobuf message, decoded one level deep; nested messages are decoded when asked for.
///
/// Total: no input can trap, and no length is believed before it is compared with what is there.
/// Groups (wire types 3 and 4) are refused. Fields keep their order; unknown ones are kept.
package struct ProtobufMessage: Sendable, Equatable {
  /// In the order of the wire.
  package let fields: [ProtobufField]
  /// How many further levels may be opened.
  private let remainingDepth: Int

  /// Decodes the outermost message.
  ///
  /// - Throws: `truncated` where a field runs past the end; `malformed` for field number 0, a
  ///   varint of more than 64 bits or an unknown wire type; `unsupported` for groups.
  package init(_ bytes: [UInt8], maximumDepth: Int = 16) throws(CodecFailure) {
    try self.init(bytes[...], remainingDepth: maximumDepth)
  }

  private init(_ bytes: ArraySlice<UInt8>, remainingDepth: Int) throws(CodecFailure) {
    var cursor = ProtobufCursor(bytes)
    var fields: [ProtobufField] = []
    while !cursor.isAtEnd { fields.append(try cursor.field()) }
    self.fields = fields
    self.remainingDepth = remainingDepth
  }

  /// All nested messages of field `number`.
  ///
  /// - Throws: `tooLarge` past the depth limit; what decoding throws.
  package func messages(_ number: Int) throws(CodecFailure) -> [ProtobufMessage] {
    var result: [ProtobufMessage] = []
    for field in fields where field.number == number {
      guard remainingDepth > 0 else {
        throw .tooLarge(
          CodecFinding(
            "protobuf", at: field.byteOffset, expected: "messages nested within the depth limit",
            found: "a deeper one"))
      }
      result.append(
        try ProtobufMessage(try payload(of: field), remainingDepth: remainingDepth - 1))
    }
    return result
  }

  /// The last integer of field `number`, or nil where there is none.
  package func integer(_ number: Int) throws(CodecFailure) -> Int64? {
    try integers(number).last
  }

  /// All integers of field `number`, packed or not.
  package func integers(_ number: Int) throws(CodecFailure) -> [Int64] {
    var result: [Int64] = []
    for field in fields where field.number == number {
      switch field.value {
      case .varint(let bits): result.append(Int64(bitPattern: bits))
      case .lengthDelimited(let packed):
        var cursor = ProtobufCursor(packed)
        while !cursor.isAtEnd { result.append(Int64(bitPattern: try cursor.varint())) }
      case .fixed32, .fixed64: throw wrongType(field, expected: "a varint")
      }
    }
    return result
  }

  /// All floats of field `number`, packed or not.
  package func floats(_ number: Int) throws(CodecFailure) -> [Float] {
    var result: [Float] = []
    for field in fields where field.number == number {
      switch field.value {
      case .fixed32(let bits): result.append(Float(bitPattern: bits))
      case .lengthDelimited(let packed):
        var cursor = ProtobufCursor(packed)
        while !cursor.isAtEnd {
          let bits = UInt32(truncatingIfNeeded: try cursor.littleEndian(byteCount: 4))
          result.append(Float(bitPattern: bits))
        }
      case .varint, .fixed64: throw wrongType(field, expected: "a 32-bit value")
      }
    }
    return result
  }

  /// The last bytes of field `number`, or nil where there are none.
  package func data(_ number: Int) throws(CodecFailure) -> ArraySlice<UInt8>? {
    guard let field = fields.last(where: { $0.number == number }) else { return nil }
    return try payload(of: field)
  }

  /// The last string of field `number`, or nil where there is none.
  package func string(_ number: Int) throws(CodecFailure) -> String? {
    try strings(number).last
  }

  /// All strings of field `number`.
  ///
  /// - Throws: `malformed` where one is not UTF-8.
  package func strings(_ number: Int) throws(CodecFailure) -> [String] {
    var result: [String] = []
    for field in fields where field.number == number {
      guard let text = String(validating: try payload(of: field), as: UTF8.self) else {
        throw .malformed(
          CodecFinding(
            "protobuf", at: field.byteOffset, expected: "UTF-8 text in field \(number)",
            found: "other bytes"))
      }
      result.append(text)
    }
    return result
  }

  private func payload(of field: ProtobufField) throws(CodecFailure) -> ArraySlice<UInt8> {
    guard case .lengthDelimited(let bytes) = field.value else {
      throw wrongType(field, expected: "a length-delimited value")
    }
    return bytes
  }

  private func wrongType(_ field: ProtobufField, expected: String) -> CodecFailure {
    .malformed(
      CodecFinding(
        "protobuf", at: field.byteOffset, expected: "\(expected) in field \(field.number)",
        found: "another wire type"))
  }
}

/// Reads wire values from the front of a slice.
private struct ProtobufCursor {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  var isAtEnd: Bool { rest.isEmpty }

  /// One tag with its value.
  mutating func field() throws(CodecFailure) -> ProtobufField {
    let start = rest.startIndex
    let tag = try varint()
    let number = tag >> 3
    guard (1...536_870_911).contains(number) else {
      throw .malformed(
        CodecFinding(
          "protobuf", at: start, expected: "a field number from 1 to 2^29 - 1", found: "\(number)"))
    }
    return ProtobufField(
      number: Int(number), value: try value(wireType: tag & 7, tagOffset: start), byteOffset: start)
  }

  private mutating func value(
    wireType: UInt64, tagOffset: Int
  ) throws(CodecFailure) -> ProtobufField.Value {
    switch wireType {
    case 0: return .varint(try varint())
    case 1: return .fixed64(try littleEndian(byteCount: 8))
    case 2: return .lengthDelimited(try lengthDelimited())
    case 5: return .fixed32(UInt32(truncatingIfNeeded: try littleEndian(byteCount: 4)))
    case 3, 4:
      throw .unsupported(
        CodecFinding("protobuf", at: tagOffset, expected: "no groups", found: "a group"))
    default:
      throw .malformed(
        CodecFinding(
          "protobuf", at: tagOffset, expected: "wire type 0, 1, 2 or 5", found: "\(wireType)"))
    }
  }

  /// Up to ten bytes of seven bits each, least significant first.
  mutating func varint() throws(CodecFailure) -> UInt64 {
    let start = rest.startIndex
    var value: UInt64 = 0
    for position in 0..<10 {
      guard let byte = rest.popFirst() else { throw truncated(start, "a complete varint") }
      // The tenth byte holds the one remaining bit.
      if position == 9, byte > 1 { break }
      value |= UInt64(byte & 0x7F) << (7 * position)
      if byte & 0x80 == 0 { return value }
    }
    throw .malformed(
      CodecFinding("protobuf", at: start, expected: "a varint of 64 bits", found: "a longer one"))
  }

  mutating func littleEndian(byteCount: Int) throws(CodecFailure) -> UInt64 {
    guard rest.count >= byteCount else {
      throw truncated(rest.startIndex, "\(byteCount) bytes")
    }
    var value: UInt64 = 0
    for (index, byte) in rest.prefix(byteCount).enumerated() {
      value |= UInt64(byte) << (8 * index)
    }
    rest = rest.dropFirst(byteCount)
    return value
  }

  private mutating func lengthDelimited() throws(CodecFailure) -> ArraySlice<UInt8> {
    let start = rest.startIndex
    let declared = try varint()
    guard let count = Int(exactly: declared), count <= rest.count else {
      throw truncated(start, "\(declared) bytes")
    }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  private func truncated(_ offset: Int, _ expected: String) -> CodecFailure {
    .truncated(
      CodecFinding("protobuf", at: offset, expected: expected, found: "\(rest.count) left"))
  }
}
