extension MATLABArray {
  /// How deep cells may stand in cells.
  private static let mostLevels = 8
  /// Cells of a variable, those in cells included: one takes more memory than its bytes.
  private static let mostCells = 1_000_000

  /// Reads a variable whose header has been taken.
  ///
  /// - Throws: `CodecFailure`: `unsupported` by name for structures, sparse and complex arrays,
  ///   objects and functions; `tooLarge` beyond `limit` bytes of numbers.
  init(
    _ header: MATLABHeader, _ stream: inout MATLABStream, limit: Int, level: Int = 0
  ) throws(CodecFailure) {
    let content: Content
    switch (header.classNumber, header.isComplex) {
    case (1, _): content = .cells(try Self.cells(header, &stream, limit, level))
    case (4, false): content = .texts(try Self.texts(header, &stream))
    case (6...15, false): content = .numbers(try Self.numbers(header, &stream, limit))
    default: throw Self.unsupported(header, stream)
    }
    self.init(name: header.name, dimensions: header.dimensions, content: content)
  }

  private static func numbers(
    _ header: MATLABHeader, _ stream: inout MATLABStream, _ limit: Int
  ) throws(CodecFailure) -> [Double] {
    var values: [Double] = []
    // Room is made as bytes come, since what a damaged file announces may not be there.
    try forEachPiece(header, &stream, limit) { values += $0 }
    return values
  }

  /// The numbers of a matrix whose header has been taken, as rows of floats.
  ///
  /// - Throws: as reading it whole does, and `unsupported` for what is no matrix of real numbers.
  /// - Complexity: memory for the result and one piece.
  static func rowMajorFloats(
    _ header: MATLABHeader, _ stream: inout MATLABStream, limit: Int
  ) throws(CodecFailure) -> [Float] {
    guard (6...15).contains(header.classNumber), !header.isComplex, header.dimensions.count == 2
    else { throw unsupported(header, stream) }
    let rowCount = header.dimensions[0]
    let columnCount = header.dimensions[1]
    var floats: [Float] = []
    var row = 0
    var column = 0
    try forEachPiece(header, &stream, limit) { piece in
      if floats.isEmpty { floats = [Float](repeating: 0, count: header.count) }
      for value in piece {
        floats[row * columnCount + column] = Float(value)
        row += 1
        guard row == rowCount else { continue }
        (row, column) = (0, column + 1)
      }
    }
    return floats
  }

  private static func unsupported(
    _ header: MATLABHeader, _ stream: MATLABStream
  ) -> CodecFailure {
    .unsupported(
      stream.finding(
        expected: "numbers, text or cells in '\(header.name)'",
        found: "a \(header.isComplex ? "complex" : header.className) array",
        remedy: "save it as a plain matrix"))
  }

  /// Hands on the numbers, as many as `header` says, in the order of the file.
  private static func forEachPiece(
    _ header: MATLABHeader, _ stream: inout MATLABStream, _ limit: Int,
    _ body: ([Double]) -> Void
  ) throws(CodecFailure) {
    let tag = try stream.tag("the numbers of '\(header.name)'")
    guard let width = tag.type.byteCount,
      ![MATLABType.utf8, .utf16, .utf32].contains(tag.type),
      tag.byteCount % width == 0, tag.byteCount / width == header.count
    else {
      throw .malformed(
        stream.finding(
          expected: "\(header.count) numbers in '\(header.name)'",
          found: "\(tag.byteCount) bytes of type \(tag.type)",
          remedy: "copy or download the file again"))
    }
    let most = min(limit, stream.mostByteCount)
    guard tag.byteCount <= most else {
      throw .tooLarge(
        stream.finding(
          expected: "at most \(most) bytes in '\(header.name)', which takes "
            + "\(stream.storedByteCount) in the file",
          found: "\(tag.byteCount)",
          remedy: "save it without compression (`save -v6`) if that is right"))
    }
    if let small = tag.small {
      var values: [Double] = []
      append(small, tag.type, stream.isBigEndian, to: &values)
      body(values)
      return
    }
    var left = tag.byteCount
    while left > 0 {
      let piece = try stream.take(min(left, MATLABStream.pieceByteCount), "numbers")
      var values: [Double] = []
      values.reserveCapacity(piece.count / width)
      append(piece, tag.type, stream.isBigEndian, to: &values)
      body(values)
      left -= piece.count
    }
    try stream.pad(tag.byteCount)
  }

  private static func append(
    _ bytes: [UInt8], _ type: MATLABType, _ isBigEndian: Bool, to values: inout [Double]
  ) {
    func add<Word: FixedWidthInteger>(_ word: Word.Type, _ value: (Word) -> Double) {
      unsafe bytes.withUnsafeBytes { raw in
        for start in stride(from: 0, to: raw.count, by: MemoryLayout<Word>.size) {
          let stored = unsafe raw.loadUnaligned(fromByteOffset: start, as: Word.self)
          values.append(value(isBigEndian ? Word(bigEndian: stored) : Word(littleEndian: stored)))
        }
      }
    }
    switch type {
    case .int8: add(Int8.self) { Double($0) }
    case .uint8: add(UInt8.self) { Double($0) }
    case .int16: add(Int16.self) { Double($0) }
    case .uint16: add(UInt16.self) { Double($0) }
    case .int32: add(Int32.self) { Double($0) }
    case .uint32: add(UInt32.self) { Double($0) }
    case .int64: add(Int64.self) { Double($0) }
    case .uint64: add(UInt64.self) { Double($0) }
    case .float32: add(UInt32.self) { Double(Float(bitPattern: $0)) }
    case .float64: add(UInt64.self) { Double(bitPattern: $0) }
    case .matrix, .compressed, .utf8, .utf16, .utf32: break
    }
  }

  /// The rows of a character array, which is stored column by column.
  private static func texts(
    _ header: MATLABHeader, _ stream: inout MATLABStream
  ) throws(CodecFailure) -> [String] {
    let (type, bytes) = try stream.element("the text of '\(header.name)'", limit: 1 << 20)
    var units: [UInt32] = []
    switch type {
    case .utf8: units = String(decoding: bytes, as: UTF8.self).unicodeScalars.map(\.value)
    case .int8, .uint8: units = bytes.map(UInt32.init)
    case .uint16, .int16, .utf16, .utf32, .uint32, .int32:
      let width = type.byteCount ?? 2
      for start in stride(from: 0, to: bytes.count - bytes.count % width, by: width) {
        let unit = bytes[start..<start + width]
        units.append(stream.integer(unit))
      }
    default: break
    }
    guard units.count == header.count, header.dimensions.count == 2 else {
      throw .malformed(
        stream.finding(
          expected: "\(header.count) characters in '\(header.name)'", found: "\(units.count)"))
    }
    let rowCount = header.dimensions[0]
    return (0..<(units.isEmpty ? 0 : rowCount)).map { row in
      let line = stride(from: row, to: units.count, by: rowCount).map { units[$0] }
      // Characters beyond 16 bits are two units each.
      let text = String(decoding: line.map { UInt16(truncatingIfNeeded: $0) }, as: UTF16.self)
      let isWide = type == .utf8 || type == .utf32 || type == .uint32 || type == .int32
      let whole = String(
        String.UnicodeScalarView(line.map { Unicode.Scalar($0) ?? "\u{fffd}" }))
      return (isWide ? whole : text).withoutTrailingBlanks
    }
  }

  private static func cells(
    _ header: MATLABHeader, _ stream: inout MATLABStream, _ limit: Int, _ level: Int
  ) throws(CodecFailure) -> [MATLABArray] {
    guard level < mostLevels, header.count <= mostCells - stream.cellCount else {
      throw .tooLarge(
        stream.finding(
          expected: "at most \(mostCells) cells, \(mostLevels) levels deep",
          found: level < mostLevels ? "more cells" : "more levels"))
    }
    stream.cellCount += header.count
    var cells: [MATLABArray] = []
    for _ in 0..<header.count {
      let tag = try stream.tag("a cell of '\(header.name)'")
      guard tag.type == .matrix else {
        throw .malformed(
          stream.finding(
            expected: "an array in each cell of '\(header.name)'", found: "\(tag.type)"))
      }
      guard tag.byteCount > 0 else {
        cells.append(MATLABArray(name: "", dimensions: [0, 0], content: .numbers([])))
        continue
      }
      let inner = try MATLABHeader(&stream)
      cells.append(try MATLABArray(inner, &stream, limit: limit, level: level + 1))
    }
    return cells
  }
}

extension String {
  /// Without the blanks and NULs at its end, with which rows are filled up.
  fileprivate var withoutTrailingBlanks: String {
    let end = unicodeScalars.lastIndex { $0.value != 0x20 && $0.value != 0 }
    return end.map { String(self[..<unicodeScalars.index(after: $0)]) } ?? ""
  }
}
