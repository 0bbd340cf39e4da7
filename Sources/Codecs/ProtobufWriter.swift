/// Builds one protobuf message, field by field, in the order of the calls.
///
/// Source: protobuf.dev, "Encoding". Equal calls give equal bytes.
package struct ProtobufWriter: Sendable {
  /// The message so far.
  package private(set) var bytes: [UInt8] = []

  package init() {}

  /// Appends an `int32`, `int64`, `uint64`, `bool` or enum field; negative values take ten bytes.
  package mutating func integer(_ field: Int, _ value: Int64) {
    appendTag(field, wireType: 0)
    appendVarint(UInt64(bitPattern: value))
  }

  /// Appends a `fixed64` or `double` field from its bits.
  package mutating func fixed64(_ field: Int, _ bits: UInt64) {
    appendTag(field, wireType: 1)
    appendLittleEndian(bits, byteCount: 8)
  }

  /// Appends a `float` field.
  package mutating func float(_ field: Int, _ value: Float) {
    appendTag(field, wireType: 5)
    appendLittleEndian(UInt64(value.bitPattern), byteCount: 4)
  }

  /// Appends a `bytes` field.
  package mutating func data(_ field: Int, _ value: some Collection<UInt8>) {
    appendTag(field, wireType: 2)
    appendVarint(UInt64(value.count))
    bytes.append(contentsOf: value)
  }

  /// Appends a `string` field.
  package mutating func string(_ field: Int, _ value: String) {
    data(field, Array(value.utf8))
  }

  /// Appends a nested message, which `build` fills.
  package mutating func message(_ field: Int, _ build: (inout ProtobufWriter) -> Void) {
    var nested = ProtobufWriter()
    build(&nested)
    data(field, nested.bytes)
  }

  /// Appends a packed repeated field of integers.
  package mutating func packedIntegers(_ field: Int, _ values: [Int64]) {
    var packed = ProtobufWriter()
    for value in values { packed.appendVarint(UInt64(bitPattern: value)) }
    data(field, packed.bytes)
  }

  /// Appends a packed repeated field of floats.
  package mutating func packedFloats(_ field: Int, _ values: [Float]) {
    var packed = ProtobufWriter()
    for value in values { packed.appendLittleEndian(UInt64(value.bitPattern), byteCount: 4) }
    data(field, packed.bytes)
  }

  private mutating func appendTag(_ field: Int, wireType: UInt64) {
    precondition((1...536_870_911).contains(field), "protobuf field numbers are 1 ..< 2^29")
    appendVarint(UInt64(field) << 3 | wireType)
  }

  private mutating func appendVarint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  private mutating func appendLittleEndian(_ bits: UInt64, byteCount: Int) {
    for index in 0..<byteCount { bytes.append(UInt8(truncatingIfNeeded: bits >> (8 * index))) }
  }
}
