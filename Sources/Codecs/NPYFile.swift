/// A NumPy array that stays in its file, in the order of the file.
///
/// Elements of a plain `.npy` and of a stored member of an `.npz` are read wherever asked for;
/// those of a deflated member only one block after the other.
package struct NPYFile: Sendable {
  private enum Place: Sendable {
    /// The elements begin at an offset.
    case store(ByteStore, Int)
    case member(ZIPArchive, ZIPArchive.Member)
  }

  /// Outermost first.
  package var shape: [Int] { header.shape }
  package var type: NPYType { header.type }
  /// Whether the first axis varies fastest.
  package var isColumnMajor: Bool { header.isColumnMajor && header.shape.count > 1 }
  /// The number of elements.
  package let count: Int
  private let header: NPYHeader
  private let place: Place

  /// The header, and the element that may follow it, fit into this.
  private static let headByteCount = NPYHeader.longestHeader + 16

  /// The array in the `.npy` file at `path`.
  ///
  /// - Throws: `CodecFailure`; no input traps.
  package init(path: String) throws(CodecFailure) {
    let file = try FileBytes(path)
    let head = try file.bytes(0..<min(file.byteCount, Self.headByteCount))
    header = try NPYHeader(head)
    count = try NPYArray.elementCount(header, available: file.byteCount - header.dataOffset)
    place = .store(.file(file), header.dataOffset)
  }

  /// The array in `member`; a stored one is compared with its CRC-32 first.
  ///
  /// - Throws: `CodecFailure`; no input traps.
  init(_ member: ZIPArchive.Member, of archive: ZIPArchive) throws(CodecFailure) {
    var head: [UInt8] = []
    try archive.forEachBlock(of: member) { block in
      head += block.prefix(Self.headByteCount - head.count)
      // A stored member is read to its end, so that its checksum is known to be right.
      return member.method == 0 || head.count < Self.headByteCount
    }
    header = try NPYHeader(head)
    count = try NPYArray.elementCount(header, available: member.byteCount - header.dataOffset)
    if member.method == 0 {
      let range = try archive.dataRange(of: member)
      place = .store(archive.store, range.lowerBound + header.dataOffset)
    } else {
      place = .member(archive, member)
    }
  }

  /// Whether `elements(in:)` may be asked.
  package var isSeekable: Bool {
    if case .store = place { true } else { false }
  }

  /// The elements of `range`.
  ///
  /// - Precondition: the array is seekable and has them.
  /// - Throws: `CodecFailure`.
  package func elements(in range: Range<Int>) throws(CodecFailure) -> NPYElements {
    guard case .store(let store, let offset) = place else {
      preconditionFailure("a deflated array is read from its beginning")
    }
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    let width = header.type.byteCount
    let bytes = try store.bytes(
      offset + range.lowerBound * width..<offset + range.upperBound * width)
    return try elements(bytes, range.count)
  }

  /// Hands all elements to `body`, block after block.
  ///
  /// What was handed over before a failure is not to be used.
  ///
  /// - Parameter body: returns whether to go on.
  /// - Throws: `CodecFailure`.
  package func forEachBlock(_ body: (NPYElements) -> Bool) throws(CodecFailure) {
    let width = header.type.byteCount
    guard case .member(let archive, let member) = place else {
      let step = max(1, ZIPArchive.blockByteCount / width)
      for begin in stride(from: 0, to: count, by: step) {
        guard body(try elements(in: begin..<min(count, begin + step))) else { return }
      }
      return
    }
    var skip = header.dataOffset
    var rest: [UInt8] = []
    var failure: CodecFailure?
    try archive.forEachBlock(of: member) { block in
      let skipped = min(skip, block.count)
      skip -= skipped
      rest += block[skipped...]
      let whole = rest.count / width
      guard whole > 0 else { return true }
      do throws(CodecFailure) {
        let values = try elements(rest, whole)
        rest = Array(rest[(whole * width)...])
        return body(values)
      } catch {
        failure = error
        return false
      }
    }
    if let failure { throw failure }
  }

  private func elements(_ bytes: [UInt8], _ count: Int) throws(CodecFailure) -> NPYElements {
    try NPYElements(
      PlainElements(bytes: bytes, offset: 0, count: count, isBigEndian: header.isBigEndian),
      header.type)
  }
}

extension NPYElements {
  /// Every number as `Float`, nearest value; nil for text.
  package var floats: [Float]? {
    switch self {
    case .floats(let values): values
    case .doubles(let values): values.map { Float($0) }
    case .integers(let values): values.map { Float($0) }
    case .unsigned(let values): values.map { Float($0) }
    case .flags(let values): values.map { $0 ? 1 : 0 }
    case .texts: nil
    }
  }

  /// Every number as `Double`, nearest value; nil for text.
  package var doubles: [Double]? {
    switch self {
    case .floats(let values): values.map { Double($0) }
    case .doubles(let values): values
    case .integers(let values): values.map { Double($0) }
    case .unsigned(let values): values.map { Double($0) }
    case .flags(let values): values.map { $0 ? 1 : 0 }
    case .texts: nil
    }
  }

  /// Every number as `Int`; nil for text, fractions, and values that do not fit.
  package var integers: [Int]? {
    switch self {
    case .floats(let values): Self.exact(values)
    case .doubles(let values): Self.exact(values)
    case .integers(let values): values.map { Int($0) }
    case .unsigned(let values):
      values.allSatisfy { $0 <= UInt64(Int.max) } ? values.map { Int($0) } : nil
    case .flags(let values): values.map { $0 ? 1 : 0 }
    case .texts: nil
    }
  }

  private static func exact<Value: BinaryFloatingPoint>(_ values: [Value]) -> [Int]? {
    var integers: [Int] = []
    integers.reserveCapacity(values.count)
    for value in values {
      guard let integer = Int(exactly: value) else { return nil }
      integers.append(integer)
    }
    return integers
  }
}
