import Glibc

/// Reads opcodes and their arguments one after another; payloads are passed over, not read.
struct PickleReader {
  let source: PickleSource
  private(set) var position = 0
  /// The opcode that is being read and where it stands, for messages.
  private(set) var opcode: PickleOpcode?
  private(set) var opcodeOffset = 0
  private var window: [UInt8] = []
  private var windowStart = 0

  private static let windowByteCount = 1 << 18
  /// Longest text argument that is read at once: names and numbers of protocol 0.
  private static let longestLine = 4096

  init(_ source: PickleSource) {
    self.source = source
  }

  /// The next opcode.
  ///
  /// - Throws: `CodecFailure.truncated` at the end, `.malformed` for a byte that is none.
  mutating func nextOpcode() throws(CodecFailure) -> PickleOpcode {
    opcodeOffset = position
    opcode = nil
    guard position < source.byteCount else {
      throw .truncated(
        CodecFinding(
          "pickle", at: position, expected: "another opcode or STOP", found: "the end",
          remedy: Self.copyAgain))
    }
    let byte = try self.byte()
    guard let next = PickleOpcode(rawValue: byte) else {
      throw .malformed(
        CodecFinding(
          "pickle", at: opcodeOffset, expected: "an opcode",
          found: "byte 0x\(Hexadecimal.text([byte]))", remedy: Self.copyAgain))
    }
    opcode = next
    return next
  }

  mutating func byte() throws(CodecFailure) -> UInt8 {
    if position >= windowStart, position - windowStart < window.count {
      defer { position += 1 }
      return window[position - windowStart]
    }
    try require(1)
    try fill()
    defer { position += 1 }
    return window[position - windowStart]
  }

  /// A little-endian unsigned integer of `count` bytes, at most 8.
  mutating func unsigned(_ count: Int) throws(CodecFailure) -> UInt64 {
    var value: UInt64 = 0
    for place in 0..<count { value |= UInt64(try byte()) << UInt64(8 * place) }
    return value
  }

  /// Passes over `count` bytes and returns where they are.
  mutating func payload(_ count: UInt64) throws(CodecFailure) -> Range<Int> {
    guard let count = Int(exactly: count) else { throw tooShort("\(count)") }
    try require(count)
    defer { position += count }
    return position..<(position + count)
  }

  /// Passes over a line and its end, and returns where its text is.
  mutating func line() throws(CodecFailure) -> Range<Int> {
    let start = position
    while position < source.byteCount {
      if position < windowStart || position - windowStart >= window.count { try fill() }
      let skipped = position - windowStart
      let found = unsafe window.withUnsafeBytes { buffer -> Int? in
        guard let base = buffer.baseAddress else { return nil }
        let end = unsafe memchr(base + skipped, 10, buffer.count - skipped)
        return unsafe end.map { unsafe UnsafeRawPointer($0) - base }
      }
      if let found {
        position = windowStart + found + 1
        return start..<(position - 1)
      }
      position = windowStart + window.count
    }
    position = start
    throw tooShort("a line")
  }

  /// A line of printable text.
  mutating func shortLine() throws(CodecFailure) -> [UInt8] {
    let range = try line()
    guard range.count <= Self.longestLine else {
      throw .tooLarge(
        CodecFinding(
          "pickle", at: range.lowerBound,
          expected: "a line of at most \(Self.longestLine) bytes after \(opcodeName)",
          found: "\(range.count)"))
    }
    return try source.bytes(range)
  }

  var opcodeName: String { opcode?.name ?? "an opcode" }

  private func require(_ count: Int) throws(CodecFailure) {
    guard count <= source.byteCount - position else { throw tooShort("\(count) bytes") }
  }

  private func tooShort(_ expected: String) -> CodecFailure {
    .truncated(
      CodecFinding(
        "pickle", at: opcodeOffset, expected: "\(expected) after \(opcodeName)",
        found: "\(source.byteCount - position) bytes to the end", remedy: Self.copyAgain))
  }

  private mutating func fill() throws(CodecFailure) {
    let end = min(position + Self.windowByteCount, source.byteCount)
    window = try source.bytes(position..<end)
    windowStart = position
  }

  private static let copyAgain = "copy or download the file again"
}
