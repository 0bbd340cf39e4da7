/// The header of an NPY file: versions 1.0, 2.0 and 3.0.
struct NPYHeader: Equatable {
  var type: NPYType
  var isBigEndian: Bool
  var isColumnMajor: Bool
  var shape: [Int]
  /// Where the elements begin.
  var dataOffset: Int

  /// Longest header that is read; NumPy's own writer stays far below.
  static let longestHeader = 65_536
  /// NumPy's own limit.
  static let mostDimensions = 32

  /// Parses the header at the start of `bytes`.
  ///
  /// - Throws: `CodecFailure.truncated`, `.malformed`, `.unsupported`, `.tooLarge`.
  init(_ bytes: [UInt8]) throws(CodecFailure) {
    var cursor = ByteCursor("NPY", bytes)
    let magic = try cursor.take(6, "the signature")
    guard bytes[magic].elementsEqual(NPYArray.magic) else {
      let signature = FileSignature(prefix: Array(bytes.prefix(FileSignature.prefixLength)))
      throw .malformed(
        CodecFinding(
          "NPY", at: 0, expected: "the signature of a NumPy array", found: signature.noun,
          remedy: signature.remedy))
    }
    let major = try cursor.integer(UInt8.self, "the version")
    let minor = try cursor.integer(UInt8.self, "the version")
    guard (1...3).contains(major), minor == 0 else {
      throw .unsupported(
        CodecFinding("NPY", at: 6, expected: "version 1.0, 2.0 or 3.0", found: "\(major).\(minor)"))
    }
    let length =
      major == 1
      ? Int(try cursor.integer(UInt16.self, "the header's length"))
      : Int(try cursor.integer(UInt32.self, "the header's length"))
    guard length <= Self.longestHeader else {
      throw .tooLarge(
        CodecFinding(
          "NPY", at: cursor.position, expected: "a header of at most \(Self.longestHeader) bytes",
          found: "\(length)"))
    }
    let range = try cursor.take(length, "the header")
    var literal = PythonLiteral(bytes, range)
    let fields = try literal.fields()
    (type, isBigEndian) = try Self.elementType(fields.descriptor, at: range.lowerBound)
    isColumnMajor = fields.isColumnMajor
    shape = fields.shape
    dataOffset = range.upperBound
    guard shape.count <= Self.mostDimensions else {
      throw .tooLarge(
        CodecFinding(
          "NPY", at: range.lowerBound, expected: "at most \(Self.mostDimensions) dimensions",
          found: "\(shape.count)"))
    }
  }

  /// The type and byte order that `descr` spells.
  private static func elementType(
    _ descriptor: String, at offset: Int
  ) throws(CodecFailure) -> (NPYType, isBigEndian: Bool) {
    var rest = descriptor[...]
    var isBigEndian = false
    if let order = rest.first, "<>|=".contains(order) {
      isBigEndian = order == ">"
      rest = rest.dropFirst()
    }
    if rest.first == "O" {
      throw .unsupported(
        CodecFinding(
          "NPY", at: offset, expected: "numbers or text",
          found: "Python objects (dtype object), which are a pickle and could run code",
          remedy: "save with a number or text dtype, such as array.astype('float32')"))
    }
    if let kind = rest.first, let size = Int(rest.dropFirst()), (1...1_048_576).contains(size),
      let type = type(kind, size)
    {
      return (type, isBigEndian)
    }
    throw .unsupported(
      CodecFinding(
        "NPY", at: offset, expected: "dtype bool, int, uint, float16/32/64, S or U",
        found: "'\(String(descriptor.prefix(40)))'", remedy: "convert with array.astype(...)"))
  }

  /// The type of a NumPy letter and the number after it; nil where it is not read.
  static func type(_ kind: Character, _ size: Int) -> NPYType? {
    switch (kind, size) {
    case ("b", 1): .bool
    case ("i", 1): .int8
    case ("i", 2): .int16
    case ("i", 4): .int32
    case ("i", 8): .int64
    case ("u", 1): .uint8
    case ("u", 2): .uint16
    case ("u", 4): .uint32
    case ("u", 8): .uint64
    case ("f", 2): .float16
    case ("f", 4): .float32
    case ("f", 8): .float64
    case ("S", _), ("a", _): .bytes(size)
    case ("U", _): .unicode(size)
    default: nil
    }
  }
}
