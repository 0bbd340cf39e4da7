/// Comma-separated text, RFC 4180: rows of fields, a quoted field may hold commas, quotes (doubled)
/// and line breaks.
///
/// Total: any text gives rows or a reason. Lines end with LF or CR LF; empty lines and a byte order
/// mark are passed over.
struct CommaSeparatedRows {
  struct Row {
    /// Of its first line, counted from 1.
    let line: Int
    let fields: [String]
  }

  private let bytes: [UInt8]
  private var position = 0
  private var line = 1

  init(_ text: String) {
    bytes = Array(text.utf8)
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  /// The next row, or nil at the end.
  ///
  /// - Throws: `unusableData` for a quote that is not closed, or text after a closed one.
  mutating func next() throws(EngineFailure) -> Row? {
    while position < bytes.count, Self.isBreak(bytes[position]) { advance() }
    guard position < bytes.count else { return nil }
    let first = line
    var fields = [try field()]
    while position < bytes.count, bytes[position] == Self.comma {
      advance()
      fields.append(try field())
    }
    return Row(line: first, fields: fields)
  }

  private static let comma = UInt8(ascii: ",")
  private static let quote = UInt8(ascii: "\"")

  private static func isBreak(_ byte: UInt8) -> Bool { byte == 10 || byte == 13 }

  private mutating func advance() {
    if bytes[position] == 10 { line += 1 }
    position += 1
  }

  private mutating func field() throws(EngineFailure) -> String {
    guard position < bytes.count, bytes[position] == Self.quote else {
      let start = position
      while position < bytes.count, bytes[position] != Self.comma, !Self.isBreak(bytes[position]) {
        position += 1
      }
      return String(decoding: bytes[start..<position], as: UTF8.self)
    }
    let first = line
    var content: [UInt8] = []
    advance()
    while position < bytes.count {
      let byte = bytes[position]
      advance()
      guard byte == Self.quote else {
        content.append(byte)
        continue
      }
      guard position < bytes.count, bytes[position] == Self.quote else {
        try expectEndOfField()
        return String(decoding: content, as: UTF8.self)
      }
      content.append(byte)
      advance()
    }
    throw failure(at: first, expected: "a closing quote", found: "the end of the text")
  }

  private func expectEndOfField() throws(EngineFailure) {
    guard position < bytes.count else { return }
    let byte = bytes[position]
    guard byte == Self.comma || Self.isBreak(byte) else {
      throw failure(at: line, expected: "a comma after a quoted field", found: "other text")
    }
  }

  private func failure(at line: Int, expected: String, found: String) -> EngineFailure {
    .unusableData(
      location: "line \(line) of the predictions", expected: expected, found: found,
      remedy: "write the table with a CSV writer")
  }
}
