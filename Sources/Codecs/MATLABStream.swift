/// The bytes of one variable of a MATLAB 5 file in their order, inflated where they are compressed.
struct MATLABStream {
  static let codec = "MATLAB 5"
  /// Bulk data are taken in pieces of this size, a multiple of all element sizes.
  static let pieceByteCount = 1 << 20

  /// What little a compressed variable may always become.
  private static let smallByteCount = 64 << 20
  /// Numbers of features shrink to no less than this part.
  private static let leastShare = 100

  let isBigEndian: Bool
  /// Where the variable begins in the file; the place that messages name.
  let offset: Int
  /// How many bytes have been taken.
  private(set) var count = 0
  /// How many cells the variable has announced so far.
  var cellCount = 0
  private let file: FileBytes
  private let range: Range<Int>
  private var following: Int
  private let inflater: ZlibInflater?
  private var buffer: [UInt8] = []
  private var position = 0

  init(_ file: FileBytes, _ range: Range<Int>, isCompressed: Bool, isBigEndian: Bool) {
    self.file = file
    self.range = range
    self.isBigEndian = isBigEndian
    offset = range.lowerBound
    following = range.lowerBound
    inflater = isCompressed ? ZlibInflater(file, range, codec: Self.codec) : nil
  }

  /// How many bytes the variable takes in the file.
  var storedByteCount: Int { range.count }

  /// More bytes than this are not in the variable, whatever it says: zlib can blow up a small
  /// file a thousand times.
  var mostByteCount: Int {
    inflater == nil ? range.count : max(Self.smallByteCount, Self.leastShare * range.count)
  }

  /// The next `byteCount` bytes, at most `pieceByteCount`.
  ///
  /// - Throws: `CodecFailure.truncated`; `what` names them in the message; `tooLarge` past
  ///   `mostByteCount`.
  mutating func take(_ byteCount: Int, _ what: String) throws(CodecFailure) -> [UInt8] {
    guard count + byteCount <= mostByteCount || inflater == nil else {
      throw .tooLarge(
        finding(
          expected: "at most \(mostByteCount) bytes of a variable that takes \(storedByteCount)",
          found: "more", remedy: "save it without compression (`save -v6`) if that is right"))
    }
    while buffer.count - position < byteCount {
      let block: [UInt8]
      if let inflater {
        block = try inflater.next()
      } else {
        let end = min(following + Self.pieceByteCount, range.upperBound)
        block = try file.bytes(following..<end)
        following = end
      }
      guard !block.isEmpty else {
        throw .truncated(
          finding(
            expected: "\(byteCount) bytes of \(what)",
            found: "\(buffer.count - position) bytes to the end of the variable",
            remedy: "copy or download the file again"))
      }
      buffer.removeSubrange(..<position)
      position = 0
      buffer.append(contentsOf: block)
    }
    defer {
      position += byteCount
      count += byteCount
    }
    return Array(buffer[position..<position + byteCount])
  }

  /// The data of the next element of at most `limit` bytes, and the pad after them.
  ///
  /// - Throws: `CodecFailure`.
  mutating func element(
    _ what: String, limit: Int
  ) throws(CodecFailure) -> (type: MATLABType, bytes: [UInt8]) {
    let tag = try tag(what)
    if let bytes = tag.small { return (tag.type, bytes) }
    guard tag.byteCount <= min(limit, Self.pieceByteCount) else {
      throw .tooLarge(
        finding(expected: "at most \(limit) bytes of \(what)", found: "\(tag.byteCount)"))
    }
    let bytes = try take(tag.byteCount, what)
    try pad(tag.byteCount)
    return (tag.type, bytes)
  }

  /// The tag of an element, with its data where they stand in the tag itself.
  ///
  /// - Throws: `CodecFailure.malformed` for a type that the format does not know.
  mutating func tag(
    _ what: String
  ) throws(CodecFailure) -> (type: MATLABType, byteCount: Int, small: [UInt8]?) {
    let bytes = try take(8, "the tag of \(what)")
    let word = integer(bytes[0..<4])
    let smallCount = Int(word >> 16)
    guard let type = MATLABType(rawValue: smallCount > 0 ? word & 0xffff : word), smallCount <= 4
    else {
      throw .malformed(
        finding(
          expected: "the tag of \(what)", found: "type \(word)",
          remedy: "copy or download the file again"))
    }
    if smallCount > 0 { return (type, smallCount, Array(bytes[4..<4 + smallCount])) }
    return (type, Int(integer(bytes[4..<8])), nil)
  }

  /// Takes what fills `byteCount` bytes up to a multiple of eight.
  mutating func pad(_ byteCount: Int) throws(CodecFailure) {
    let rest = (8 - byteCount % 8) % 8
    if rest > 0 { _ = try take(rest, "padding") }
  }

  /// The unsigned integer in four bytes.
  func integer(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    isBigEndian
      ? bytes.reduce(0) { $0 << 8 | UInt32($1) }
      : bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// What is wrong at this variable.
  func finding(expected: String, found: String, remedy: String = "") -> CodecFinding {
    CodecFinding(Self.codec, at: offset, expected: expected, found: found, remedy: remedy)
  }
}

/// How the data of an element are stored.
enum MATLABType: UInt32 {
  case int8 = 1
  case uint8, int16, uint16, int32, uint32, float32
  case float64 = 9
  case int64 = 12
  case uint64, matrix, compressed, utf8, utf16, utf32

  /// Bytes of one number or code unit; nil for what holds other elements.
  var byteCount: Int? {
    switch self {
    case .int8, .uint8, .utf8: 1
    case .int16, .uint16, .utf16: 2
    case .int32, .uint32, .float32, .utf32: 4
    case .float64, .int64, .uint64: 8
    case .matrix, .compressed: nil
    }
  }
}
