/// A MATLAB 5 file (`save -v6` and `-v7`): its variables, read when they are asked for.
package struct MATLABFile: Sendable {
  /// What is known of a variable without reading it.
  package struct Variable: Equatable, Sendable {
    package let name: String
    /// By its name in MATLAB, such as `double`.
    package let className: String
    package let dimensions: [Int]
    let range: Range<Int>
    let isCompressed: Bool
  }

  /// In the order of the file.
  package let variables: [Variable]
  private let file: FileBytes
  private let isBigEndian: Bool

  /// Lists the variables of the file at `path`.
  ///
  /// - Throws: `CodecFailure`: `unsupported` for other versions, `truncated`, `malformed`,
  ///   `unreadable`.
  /// - Complexity: O(1) for each variable, whatever its size.
  package init(_ path: String) throws(CodecFailure) {
    let file = try FileBytes(path)
    self.file = file
    isBigEndian = try Self.byteOrder(file)
    var variables: [Variable] = []
    var offset = 128
    // Some writers leave bytes behind that are no whole tag.
    while offset + 8 <= file.byteCount {
      var tags = MATLABStream(
        file, offset..<offset + 8, isCompressed: false, isBigEndian: isBigEndian)
      let tag = try tags.tag("a variable")
      guard tag.small == nil, tag.byteCount <= file.byteCount - offset - 8 else {
        throw .truncated(
          CodecFinding(
            MATLABStream.codec, at: offset, expected: "\(tag.byteCount) bytes of a variable",
            found: "\(file.byteCount - offset - 8) bytes to the end",
            remedy: "copy or download the file again"))
      }
      let data = offset + 8..<offset + 8 + tag.byteCount
      if tag.type == .matrix || tag.type == .compressed {
        let isCompressed = tag.type == .compressed
        var stream = MATLABStream(
          file, data, isCompressed: isCompressed, isBigEndian: isBigEndian)
        let header = try Self.header(&stream, isCompressed)
        variables.append(
          Variable(
            name: header.name, className: header.className, dimensions: header.dimensions,
            range: data, isCompressed: isCompressed))
      }
      offset = data.upperBound
    }
    self.variables = variables
  }

  /// The variable called `name`; nil where there is none.
  package func variable(_ name: String) -> Variable? { variables.first { $0.name == name } }

  /// Reads `variable`, of at most `limit` bytes of numbers.
  ///
  /// - Throws: `CodecFailure`.
  package func read(
    _ variable: Variable, limit: Int = 4 << 30
  ) throws(CodecFailure) -> MATLABArray {
    var stream = MATLABStream(
      file, variable.range, isCompressed: variable.isCompressed, isBigEndian: isBigEndian)
    let header = try Self.header(&stream, variable.isCompressed)
    return try MATLABArray(header, &stream, limit: limit)
  }

  /// The matrix `variable` as rows of floats, `[dimensions[0], dimensions[1]]`.
  ///
  /// - Throws: `CodecFailure`; `tooLarge` beyond `limit` bytes of numbers.
  /// - Complexity: memory for the result, however the numbers are stored.
  package func rowMajorFloats(
    _ variable: Variable, limit: Int = 4 << 30
  ) throws(CodecFailure) -> [Float] {
    var stream = MATLABStream(
      file, variable.range, isCompressed: variable.isCompressed, isBigEndian: isBigEndian)
    let header = try Self.header(&stream, variable.isCompressed)
    return try MATLABArray.rowMajorFloats(header, &stream, limit: limit)
  }

  private static func header(
    _ stream: inout MATLABStream, _ isCompressed: Bool
  ) throws(CodecFailure) -> MATLABHeader {
    if isCompressed {
      let inner = try stream.tag("a variable")
      guard inner.type == .matrix else {
        throw .malformed(
          stream.finding(expected: "a variable in the zlib stream", found: "\(inner.type)"))
      }
    }
    return try MATLABHeader(&stream)
  }

  /// Whether the most significant byte comes first.
  private static func byteOrder(_ file: FileBytes) throws(CodecFailure) -> Bool {
    guard file.byteCount >= 128 else {
      throw .truncated(
        CodecFinding(
          MATLABStream.codec, at: 0, expected: "a header of 128 bytes",
          found: "\(file.byteCount) bytes", remedy: "copy or download the file again"))
    }
    let header = try file.bytes(0..<128)
    let isBigEndian = header[126] == UInt8(ascii: "M") && header[127] == UInt8(ascii: "I")
    let isLittleEndian = header[126] == UInt8(ascii: "I") && header[127] == UInt8(ascii: "M")
    let version = isBigEndian ? header[124] : header[125]
    guard isBigEndian || isLittleEndian, version == 1 else {
      let is73 = String(decoding: header.prefix(19), as: UTF8.self) == "MATLAB 7.3 MAT-file"
      throw .unsupported(
        CodecFinding(
          MATLABStream.codec, at: 124, expected: "version 1 and an endian mark",
          found: is73 ? "a version 7.3 file, which is HDF5" : "version \(version)",
          remedy: is73 ? "" : "save it with `save -v7`"))
    }
    return isBigEndian
  }
}
