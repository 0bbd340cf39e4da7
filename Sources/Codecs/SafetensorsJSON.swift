/// The part of JSON that a safetensors header may use: objects, arrays, strings and integers.
///
/// Stricter than general parsers: a duplicate key is refused, and so are other kinds of value,
/// integers beyond `Int`, nesting beyond four levels, and anything but spaces after the object.
enum SafetensorsJSON {
  /// A value and where it starts in the file.
  struct Node {
    indirect enum Value {
      case object([(String, Node)])
      case array([Node])
      case string(String)
      case integer(Int)
    }

    let value: Value
    let byteOffset: Int

    /// The failure of a node that should have been something else.
    func unexpected(_ expected: String) -> CodecFailure {
      .malformed(
        CodecFinding(
          "safetensors", at: byteOffset, expected: expected, found: "something else"))
    }
  }

  static let maximumDepth = 4
  /// Arrays are shapes and pairs of offsets.
  ///
  /// A longer one is refused before its elements, which take more memory than text, are kept.
  static let mostElements = 1024

  /// The members of the object that fills `bytes`, in order.
  static func object(_ bytes: ArraySlice<UInt8>) throws(CodecFailure) -> [(String, Node)] {
    var parser = SafetensorsJSONParser(bytes)
    let node = try parser.value(depth: 1)
    guard case .object(let members) = node.value else { throw node.unexpected("an object") }
    try parser.expectPadding()
    return members
  }
}

/// A recursive-descent parser whose depth is bounded.
private struct SafetensorsJSONParser {
  typealias Node = SafetensorsJSON.Node

  private let bytes: ArraySlice<UInt8>
  private var position: Int

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  private var next: UInt8? { position < bytes.endIndex ? bytes[position] : nil }

  private func failure(_ expected: String) -> CodecFailure {
    let found = next.map { "byte 0x" + String($0, radix: 16) } ?? "the end of the header"
    return .malformed(
      CodecFinding("safetensors", at: position, expected: expected, found: found))
  }

  private mutating func skipBlanks() {
    while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { position += 1 }
  }

  private mutating func accept(_ character: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(CodecFailure) {
    skipBlanks()
    guard accept(character) else { throw failure("\(character)") }
  }

  /// Only spaces up to the end of the header.
  mutating func expectPadding() throws(CodecFailure) {
    while let byte = next {
      guard byte == 0x20 else { throw failure("spaces after the header's object") }
      position += 1
    }
  }

  mutating func value(depth: Int) throws(CodecFailure) -> Node {
    skipBlanks()
    let start = position
    guard depth <= SafetensorsJSON.maximumDepth else {
      throw failure("at most \(SafetensorsJSON.maximumDepth) levels of nesting")
    }
    if accept("{") { return Node(value: .object(try members(depth)), byteOffset: start) }
    if accept("[") { return Node(value: .array(try elements(depth)), byteOffset: start) }
    if next == UInt8(ascii: "\"") {
      return Node(value: .string(try string()), byteOffset: start)
    }
    return Node(value: .integer(try integer()), byteOffset: start)
  }

  private mutating func members(_ depth: Int) throws(CodecFailure) -> [(String, Node)] {
    var members: [(String, Node)] = []
    var keys: Set<String> = []
    skipBlanks()
    if accept("}") { return members }
    repeat {
      skipBlanks()
      let start = position
      let key = try string()
      guard keys.insert(key).inserted else {
        throw .malformed(
          CodecFinding(
            "safetensors", at: start, expected: "unique keys",
            found: "\(key.prefix(64)) twice"))
      }
      try expect(":")
      members.append((key, try value(depth: depth + 1)))
      skipBlanks()
    } while accept(",")
    try expect("}")
    return members
  }

  private mutating func elements(_ depth: Int) throws(CodecFailure) -> [Node] {
    var elements: [Node] = []
    skipBlanks()
    if accept("]") { return elements }
    repeat {
      guard elements.count < SafetensorsJSON.mostElements else {
        throw failure("at most \(SafetensorsJSON.mostElements) elements in an array")
      }
      elements.append(try value(depth: depth + 1))
      skipBlanks()
    } while accept(",")
    try expect("]")
    return elements
  }

  /// Decimal digits without sign or leading zero, within `Int`.
  private mutating func integer() throws(CodecFailure) -> Int {
    let start = position
    var value = 0
    while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
      let (scaled, scaleOverflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, sumOverflow) = scaled.addingReportingOverflow(Int(byte - UInt8(ascii: "0")))
      guard !scaleOverflow, !sumOverflow else { throw failure("an integer below 2^63") }
      value = sum
      position += 1
    }
    let count = position - start
    guard count > 0, count == 1 || bytes[start] != UInt8(ascii: "0") else {
      throw failure("a value (object, array, string or plain integer)")
    }
    return value
  }

  private mutating func string() throws(CodecFailure) -> String {
    guard accept("\"") else { throw failure("\"") }
    let start = position
    var text: [UInt8] = []
    while let byte = next, byte != UInt8(ascii: "\"") {
      guard byte >= 0x20 else { throw failure("no control character in a string") }
      position += 1
      if byte == UInt8(ascii: "\\") {
        text.append(contentsOf: Array(String(try escape()).utf8))
      } else {
        text.append(byte)
      }
    }
    guard accept("\"") else { throw failure("\"") }
    guard let decoded = String(validating: text, as: UTF8.self) else {
      throw .malformed(
        CodecFinding(
          "safetensors", at: start, expected: "UTF-8 text", found: "other bytes"))
    }
    return decoded
  }

  /// What follows a backslash; surrogates must come in pairs.
  private mutating func escape() throws(CodecFailure) -> Unicode.Scalar {
    guard let byte = next else { throw failure("an escape") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try unicodeEscape()
    default: throw failure("a JSON escape before")
    }
  }

  private mutating func unicodeEscape() throws(CodecFailure) -> Unicode.Scalar {
    let high = try fourHexadecimalDigits()
    if let scalar = Unicode.Scalar(high) { return scalar }
    guard (0xD800..<0xDC00).contains(high), accept("\\"), accept("u") else {
      throw failure("a pair of surrogates")
    }
    let low = try fourHexadecimalDigits()
    guard (0xDC00..<0xE000).contains(low),
      let scalar = Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
    else { throw failure("a low surrogate before") }
    return scalar
  }

  private mutating func fourHexadecimalDigits() throws(CodecFailure) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw failure("four hexadecimal digits")
      }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }
}
