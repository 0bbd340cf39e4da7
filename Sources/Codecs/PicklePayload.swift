/// Where the content of a text or of bytes stands in a pickle, and how it is spelled there.
struct PicklePayload: Equatable, Sendable {
  /// How bytes are spelled.
  enum Encoding: UInt8, Sendable {
    /// As they are.
    case raw
    /// As UTF-8 text; for bytes, each as the character of its number (latin1).
    case utf8
    /// As the inside of a Python 2 string literal: `\n`, `\x00`, `\\`.
    case stringEscape
    /// As one byte per character up to 255, others as `\u0000` or `\U00000000`.
    case unicodeEscape
  }

  var offset: Int
  /// Bytes in the file.
  var count: Int
  var encoding: Encoding

  init(_ range: Range<Int>, _ encoding: Encoding) {
    offset = range.lowerBound
    count = range.count
    self.encoding = encoding
  }

  var range: Range<Int> { offset..<(offset + count) }

  /// The fewest and most bytes that it can stand for.
  var decodedBounds: ClosedRange<Int> {
    switch encoding {
    case .raw: count...count
    case .utf8: (count / 2)...count
    case .stringEscape: (count / 4)...count
    case .unicodeEscape: (count / 10)...count
    }
  }
}

/// Turns spelled bytes back into bytes, a window at a time.
struct PicklePayloadDecoder {
  let encoding: PicklePayload.Encoding
  /// Where the window begins in the file, for messages.
  let windowOffset: Int
  let window: [UInt8]
  /// Whether the payload ends with this window; if not, an unfinished character stays.
  let isLast: Bool

  /// The bytes that the window stands for, and how much of it was used.
  ///
  /// - Throws: `CodecFailure.malformed` for characters above 255 and for broken spelling.
  func decode() throws(CodecFailure) -> (bytes: [UInt8], used: Int) {
    switch encoding {
    case .raw: return (window, window.count)
    case .utf8: return try latin1()
    case .stringEscape, .unicodeEscape: return try escaped()
    }
  }

  private func latin1() throws(CodecFailure) -> (bytes: [UInt8], used: Int) {
    var used = 0
    var isSound = true
    let bytes = unsafe window.withUnsafeBufferPointer { input in
      unsafe [UInt8](unsafeUninitializedCapacity: input.count) { output, count in
        var place = 0
        var filled = 0
        while place < input.count {
          let byte = unsafe input[place]
          if byte < 0x80 {
            unsafe output[filled] = byte
            place &+= 1
          } else {
            guard place &+ 1 < input.count else {
              isSound = !isLast
              break
            }
            let next = unsafe input[place &+ 1]
            guard byte & 0xfe == 0xc2, next & 0xc0 == 0x80 else {
              isSound = false
              break
            }
            unsafe output[filled] = byte << 6 | next & 0x3f
            place &+= 2
          }
          filled &+= 1
        }
        used = place
        count = filled
      }
    }
    guard isSound else {
      throw failure(at: used, "latin1 text that stands for bytes", "another character")
    }
    return (bytes, used)
  }

  private func escaped() throws(CodecFailure) -> (bytes: [UInt8], used: Int) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(window.count)
    var place = 0
    while place < window.count {
      let byte = window[place]
      guard byte == UInt8(ascii: "\\") else {
        bytes.append(byte)
        place += 1
        continue
      }
      // The longest escape has ten bytes.
      if !isLast, window.count - place < 10 { break }
      guard place + 1 < window.count else {
        throw failure(at: place, "a character after the backslash", "the end of the text")
      }
      let (value, count) =
        encoding == .stringEscape ? try stringEscape(at: place) : try unicodeEscape(at: place)
      bytes.append(value)
      place += count
    }
    return (bytes, place)
  }

  private func stringEscape(at place: Int) throws(CodecFailure) -> (UInt8, Int) {
    let letter = window[place + 1]
    switch letter {
    case UInt8(ascii: "x"):
      guard let value = hexadecimal(place + 2, 2), let byte = UInt8(exactly: value) else {
        throw failure(at: place, "two hexadecimal digits after \\x", "other characters")
      }
      return (byte, 4)
    case UInt8(ascii: "0")...UInt8(ascii: "7"):
      var value = 0
      var count = 1
      while count < 4, place + count < window.count, (48...55).contains(window[place + count]) {
        value = value * 8 + Int(window[place + count] - 48)
        count += 1
      }
      return (UInt8(truncatingIfNeeded: value), count)
    default:
      // `\` and a character of no meaning stand for themselves; Python's writers make none.
      guard let value = Self.shortEscapes[letter] else { return (letter, 2) }
      return (value, 2)
    }
  }

  private static let shortEscapes: [UInt8: UInt8] = [
    UInt8(ascii: "n"): 10, UInt8(ascii: "r"): 13, UInt8(ascii: "t"): 9, UInt8(ascii: "a"): 7,
    UInt8(ascii: "b"): 8, UInt8(ascii: "f"): 12, UInt8(ascii: "v"): 11,
  ]

  private func unicodeEscape(at place: Int) throws(CodecFailure) -> (UInt8, Int) {
    let digits: Int
    switch window[place + 1] {
    case UInt8(ascii: "u"): digits = 4
    case UInt8(ascii: "U"): digits = 8
    default: return (window[place], 1)
    }
    guard let value = hexadecimal(place + 2, digits), let byte = UInt8(exactly: value) else {
      throw failure(at: place, "characters up to 255, which stand for bytes", "another character")
    }
    return (byte, 2 + digits)
  }

  /// The value of `count` hexadecimal digits.
  private func hexadecimal(_ start: Int, _ count: Int) -> UInt32? {
    guard start + count <= window.count else { return nil }
    return Hexadecimal.number(window[start..<(start + count)])
  }

  private func failure(at place: Int, _ expected: String, _ found: String) -> CodecFailure {
    .malformed(
      CodecFinding(
        "pickle", at: windowOffset + place, expected: expected, found: found,
        remedy: "copy or download the file again"))
  }
}
