extension PickleDocument {
  /// The text that `value` is: unicode, a Python 2 string, bytes, or a NumPy scalar of either.
  ///
  /// Bytes that are no UTF-8 are read as latin1, as Python 2 files need it. Nil for other values.
  ///
  /// - Throws: `CodecFailure.tooLarge` beyond `limit` bytes; `.malformed`, `.unreadable`.
  package func text(_ value: PickleValue, limit: Int = 65_536) throws(CodecFailure) -> String? {
    switch store[value] {
    case .text(let payload):
      if payload.encoding == .unicodeEscape { return try unicodeText(payload, limit) }
      // The text of a unicode string is UTF-8 itself, not an alphabet for bytes.
      let raw = PicklePayload(
        payload.range, payload.encoding == .utf8 ? .raw : payload.encoding)
      return Self.text(try decoded(raw, limit: limit))
    case .bytes(let payload): return Self.text(try decoded(payload, limit: limit))
    case .array(let index):
      let array = store.arrays[Int(index)]
      guard array.count == 1, array.type.byteCount <= 4 * limit else { return nil }
      switch array.elementType {
      case .bytes, .unicode: return try read(array).texts?.first
      default: return nil
      }
    default: return nil
    }
  }

  /// UTF-8 where the bytes are, else latin1.
  static func text(_ bytes: [UInt8]) -> String {
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    var text = ""
    for byte in bytes { text.unicodeScalars.append(Unicode.Scalar(byte)) }
    return text
  }

  /// Protocol 0's unicode: latin1 with `\u0000` and `\U00000000`.
  private func unicodeText(
    _ payload: PicklePayload, _ limit: Int
  ) throws(CodecFailure) -> String {
    guard payload.count <= 10 * limit else {
      throw .tooLarge(
        CodecFinding(
          "pickle", at: payload.offset, expected: "at most \(limit) characters of text",
          found: "more"))
    }
    let bytes = try source.bytes(payload.range)
    var units: [UInt32] = []
    var place = 0
    while place < bytes.count {
      var count = 0
      if bytes[place] == UInt8(ascii: "\\"), place + 1 < bytes.count {
        if bytes[place + 1] == UInt8(ascii: "u") { count = 4 }
        if bytes[place + 1] == UInt8(ascii: "U") { count = 8 }
      }
      if count > 0, place + 2 + count <= bytes.count,
        let value = Hexadecimal.number(bytes[(place + 2)..<(place + 2 + count)])
      {
        units.append(value)
        place += 2 + count
      } else {
        units.append(UInt32(bytes[place]))
        place += 1
      }
    }
    return Self.text(units)
  }

  /// Code points, in which narrow Python 2 wrote those above U+FFFF as two surrogates.
  private static func text(_ units: [UInt32]) -> String {
    var text = ""
    var place = 0
    while place < units.count {
      var value = units[place]
      if (0xd800..<0xdc00).contains(value), place + 1 < units.count,
        (0xdc00..<0xe000).contains(units[place + 1])
      {
        value = 0x10000 + (value - 0xd800) << 10 + (units[place + 1] - 0xdc00)
        place += 1
      }
      text.unicodeScalars.append(Unicode.Scalar(value) ?? "\u{fffd}")
      place += 1
    }
    return text
  }
}
