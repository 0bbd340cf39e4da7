/// The members of a ZIP archive, read from its central directory.
///
/// Read: stored and deflated members, ZIP64, comments. Refused: several disks, encryption, other
/// methods, duplicate names, overlapping members, and sizes beyond the limits.
package struct ZIPArchive: Sendable {
  /// What a hostile archive cannot exceed.
  package struct Limits: Sendable {
    /// Bytes of one member after inflation.
    package var memberByteCount = 16 << 30
    /// Bytes of all members after inflation.
    package var totalByteCount = 32 << 30
    package var memberCount = 65_536

    package init() {}
  }

  /// One member, as the central directory describes it.
  package struct Member: Equatable, Sendable {
    package let name: String
    package let byteCount: Int
    package let compressedByteCount: Int
    package let crc32: UInt32
    /// 0 = stored, 8 = deflated.
    let method: UInt16
    /// Where its local header begins.
    let headerOffset: Int
  }

  /// In the order of the directory.
  package let members: [Member]
  let store: ByteStore
  private let indices: [String: Int]

  /// Deflate cannot expand further than this, so a higher claim is a lie.
  static let greatestDeflateRatio = 1032

  /// Reads the directory of the archive that `bytes` is.
  ///
  /// - Throws: `CodecFailure`; no input traps.
  package init(_ bytes: [UInt8], limits: Limits = Limits()) throws(CodecFailure) {
    try self.init(.memory(bytes), limits)
  }

  /// Reads the directory of the archive at `path`, and members when they are asked for.
  ///
  /// - Throws: `CodecFailure`; no input traps.
  package init(path: String, limits: Limits = Limits()) throws(CodecFailure) {
    try self.init(.file(try FileBytes(path)), limits)
  }

  private init(_ store: ByteStore, _ limits: Limits) throws(CodecFailure) {
    let end = try ZIPDirectoryEnd(store)
    let members = try ZIPDirectory.members(store, end, limits)
    var indices: [String: Int] = [:]
    for (index, member) in members.enumerated() {
      guard indices.updateValue(index, forKey: member.name) == nil else {
        throw .malformed(
          CodecFinding(
            "ZIP", at: end.directoryOffset, expected: "each name once",
            found: "'\(member.name)' twice", remedy: "write the archive again"))
      }
    }
    self.store = store
    self.members = members
    self.indices = indices
    try checkPlaces(directoryOffset: end.directoryOffset)
  }

  /// The member called `name`, or nil.
  package func member(_ name: String) -> Member? {
    indices[name].map { members[$0] }
  }

  /// The content of `member`, inflated and checked against its CRC-32.
  ///
  /// - Throws: `CodecFailure.malformed` where its data does not match the directory.
  package func contents(of member: Member) throws(CodecFailure) -> [UInt8] {
    let range = try dataRange(of: member)
    let content =
      member.method == 0
      ? try store.bytes(range)
      : try inflated(range, member.byteCount)
    let checksum = Deflate.crc32(content)
    guard checksum == member.crc32 else {
      throw .malformed(
        CodecFinding(
          "ZIP", at: range.lowerBound,
          expected: "content of '\(member.name)' with CRC-32 \(Self.hex(member.crc32))",
          found: Self.hex(checksum), remedy: "copy or download the file again"))
    }
    return content
  }

  private func inflated(_ range: Range<Int>, _ byteCount: Int) throws(CodecFailure) -> [UInt8] {
    switch store {
    case .memory(let bytes): return try Deflate.inflate(bytes, range, byteCount: byteCount)
    case .file:
      let bytes = try store.bytes(range)
      return try Deflate.inflate(bytes, 0..<bytes.count, byteCount: byteCount)
    }
  }

  /// Where the compressed bytes of `member` lie, found through its local header.
  func dataRange(of member: Member) throws(CodecFailure) -> Range<Int> {
    let what = "the header of '\(member.name)'"
    let headerEnd = min(store.count, member.headerOffset + 30)
    var header = ByteCursor(
      "ZIP", try store.bytes(member.headerOffset..<headerEnd), base: member.headerOffset)
    let signature = try header.integer(UInt32.self, what)
    guard signature == 0x0403_4b50 else {
      throw .malformed(
        CodecFinding(
          "ZIP", at: member.headerOffset, expected: what, found: "other bytes",
          remedy: "write the archive again"))
    }
    _ = try header.take(22, what)
    let nameCount = Int(try header.integer(UInt16.self, "a name's length"))
    let extraCount = Int(try header.integer(UInt16.self, "an extra field's length"))
    let nameEnd = min(store.count, headerEnd + nameCount)
    let name = try store.bytes(headerEnd..<nameEnd)
    guard name.elementsEqual(member.name.utf8) else {
      throw .malformed(
        CodecFinding(
          "ZIP", at: headerEnd, expected: "the name '\(member.name)' of the directory",
          found: "another name", remedy: "write the archive again"))
    }
    let begin = nameEnd + extraCount
    guard begin <= store.count, member.compressedByteCount <= store.count - begin else {
      throw .truncated(
        CodecFinding(
          "ZIP", at: min(begin, store.count), expected: "the content of '\(member.name)'",
          found: "the end of the file", remedy: "copy or download the file again"))
    }
    return begin..<begin + member.compressedByteCount
  }

  /// Members must lie one after another in front of the directory: no overlap.
  private func checkPlaces(directoryOffset: Int) throws(CodecFailure) {
    var end = 0
    for member in members.sorted(by: { $0.headerOffset < $1.headerOffset }) {
      guard member.headerOffset >= end else {
        throw .malformed(
          CodecFinding(
            "ZIP", at: member.headerOffset, expected: "members that do not overlap",
            found: "'\(member.name)' inside the one before it"))
      }
      end = try dataRange(of: member).upperBound
    }
    guard end <= directoryOffset else {
      throw .malformed(
        CodecFinding(
          "ZIP", at: directoryOffset, expected: "the directory after the last member",
          found: "a member that reaches into it"))
    }
  }

  static func hex(_ checksum: UInt32) -> String {
    Hexadecimal.text((0..<4).reversed().map { UInt8(truncatingIfNeeded: checksum >> (8 * $0)) })
  }
}
