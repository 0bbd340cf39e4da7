/// A checked reading position in bytes; no read can leave them.
struct ByteCursor {
  let codec: String
  let bytes: [UInt8]
  /// Where in the file the bytes begin; only messages count from there.
  let base: Int
  private(set) var position: Int

  init(_ codec: String, _ bytes: [UInt8], at position: Int = 0, base: Int = 0) {
    precondition(position >= 0 && position <= bytes.count)
    self.codec = codec
    self.bytes = bytes
    self.base = base
    self.position = position
  }

  /// The position in the file.
  var place: Int { base + position }

  /// The number of bytes after the position.
  var remaining: Int { bytes.count - position }

  /// Moves past `count` bytes and returns their range.
  ///
  /// - Throws: `CodecFailure.truncated`; `what` names them in the message.
  mutating func take(_ count: Int, _ what: String) throws(CodecFailure) -> Range<Int> {
    guard count >= 0, count <= remaining else {
      throw .truncated(
        CodecFinding(
          codec, at: place, expected: "\(count) bytes of \(what)",
          found: "\(remaining) bytes to the end", remedy: "copy or download the file again"))
    }
    defer { position += count }
    return position..<(position + count)
  }

  /// The next little-endian integer.
  ///
  /// - Throws: `CodecFailure.truncated`.
  mutating func integer<Value: FixedWidthInteger & UnsignedInteger>(
    _ type: Value.Type, _ what: String
  ) throws(CodecFailure) -> Value {
    let range = try take(Value.bitWidth / 8, what)
    return range.reversed().reduce(0) { $0 << 8 | Value(bytes[$1]) }
  }
}
