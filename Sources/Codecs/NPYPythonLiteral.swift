/// A reader of the one Python literal that an NPY header is: a dictionary of three fixed keys.
struct PythonLiteral {
  struct Fields: Equatable {
    var descriptor: String
    var isColumnMajor: Bool
    var shape: [Int]
  }

  private let bytes: [UInt8]
  private var position: Int
  private let end: Int

  init(_ bytes: [UInt8], _ range: Range<Int>) {
    precondition(range.upperBound <= bytes.count)
    self.bytes = bytes
    position = range.lowerBound
    end = range.upperBound
  }

  /// Parses `{'descr': '…', 'fortran_order': …, 'shape': (…)}` in any order.
  ///
  /// - Throws: `CodecFailure.malformed`; `.unsupported` for structured types.
  mutating func fields() throws(CodecFailure) -> Fields {
    var descriptor: String?
    var isColumnMajor: Bool?
    var shape: [Int]?
    try expect("{")
    while !accept("}") {
      let start = position
      let key = try text()
      try expect(":")
      switch key {
      case "descr" where descriptor == nil: descriptor = try descr()
      case "fortran_order" where isColumnMajor == nil: isColumnMajor = try boolean()
      case "shape" where shape == nil: shape = try tuple()
      default:
        throw failure("one each of descr, fortran_order and shape", at: start)
      }
      guard accept(",") else {
        try expect("}")
        break
      }
    }
    skipBlanks()
    guard position == end else { throw failure("blanks after the dictionary") }
    guard let descriptor, let isColumnMajor, let shape else {
      throw failure("the keys descr, fortran_order and shape")
    }
    return Fields(descriptor: descriptor, isColumnMajor: isColumnMajor, shape: shape)
  }

  private mutating func descr() throws(CodecFailure) -> String {
    skipBlanks()
    guard position < end, bytes[position] != UInt8(ascii: "[") else {
      throw .unsupported(
        CodecFinding(
          "NPY", at: position, expected: "one element type", found: "a structured dtype",
          remedy: "save each field as an array of its own"))
    }
    return try text()
  }

  private mutating func boolean() throws(CodecFailure) -> Bool {
    if accept("True") { return true }
    if accept("False") { return false }
    throw failure("True or False")
  }

  private mutating func tuple() throws(CodecFailure) -> [Int] {
    var extents: [Int] = []
    try expect("(")
    while !accept(")") {
      extents.append(try extent())
      guard extents.count <= NPYHeader.mostDimensions else {
        throw failure("at most \(NPYHeader.mostDimensions) dimensions")
      }
      guard accept(",") else {
        try expect(")")
        break
      }
    }
    return extents
  }

  /// A non-negative integer; old writers append `L`.
  private mutating func extent() throws(CodecFailure) -> Int {
    skipBlanks()
    let start = position
    while position < end, (48...57).contains(bytes[position]) { position += 1 }
    guard let value = Int(String(decoding: bytes[start..<position], as: UTF8.self)) else {
      throw failure("an extent of at most \(Int.max)", at: start)
    }
    _ = accept("L")
    return value
  }

  private mutating func text() throws(CodecFailure) -> String {
    skipBlanks()
    guard position < end, bytes[position] == 0x27 || bytes[position] == 0x22 else {
      throw failure("a quoted text")
    }
    let quote = bytes[position]
    let start = position + 1
    guard let close = bytes[start..<end].firstIndex(of: quote),
      !bytes[start..<close].contains(UInt8(ascii: "\\"))
    else {
      throw failure("a text that ends in a quote and escapes nothing")
    }
    position = close + 1
    return String(decoding: bytes[start..<close], as: UTF8.self)
  }

  private mutating func accept(_ token: String) -> Bool {
    skipBlanks()
    guard bytes[position..<end].starts(with: token.utf8) else { return false }
    position += token.utf8.count
    return true
  }

  private mutating func expect(_ token: String) throws(CodecFailure) {
    guard accept(token) else { throw failure("'\(token)'") }
  }

  private mutating func skipBlanks() {
    while position < end, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[position]) { position += 1 }
  }

  private func failure(_ expected: String, at place: Int? = nil) -> CodecFailure {
    let offset = place ?? position
    let found = bytes[offset..<min(offset + 12, end)].map { byte in
      (0x20..<0x7f).contains(byte) ? String(UnicodeScalar(byte)) : "?"
    }
    return .malformed(
      CodecFinding(
        "NPY", at: offset, expected: "\(expected) in the header",
        found: found.isEmpty ? "its end" : "'\(found.joined())'"))
  }
}
