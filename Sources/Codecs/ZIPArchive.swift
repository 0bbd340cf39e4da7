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
  private let bytes: [UInt8]
  private let indices: [String: Int]

  /// Deflate cannot expand further than this, so a higher claim is a lie.
  static let greatestDeflateRatio = 1032

  /// Reads the directory of the archive that `bytes` is.
  ///
  /// - Throws: `CodecFailure`; no input traps.
  package init(_ bytes: [UInt8], limits: Limits = Limits()) throws(CodecFailure) {
    let end = try ZIPDirectoryEnd(bytes)
    let members = try ZIPDirectory.members(bytes, end, limits)
    var indices: [String: Int] = [:]
    for (index, member) in members.enumerated() {
      guard indices.updateValue(index, forKey: member.name) == nil else {
        throw .malformed(
          CodecFinding(
            "ZIP", at: end.directoryOffset, expected: "each name once",
            found: "'\(member.name)' twice", remedy: "write the archive again"))
      }
    }
    self.bytes = bytes
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
      ? Array(bytes[range])
      : try Deflate.inflate(bytes, range, byteCount: member.byteCount)
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

  /// The compressed bytes of `member`, found through its local header.
  private func dataRange(of member: Member) throws(CodecFailure) -> Range<Int> {
    var cursor = ByteCursor("ZIP", bytes, at: member.headerOffset)
    let signature = try cursor.integer(UInt32.self, "the header of '\(member.name)'")
    guard signature == 0x0403_4b50 else {
      throw .malformed(
        CodecFinding(
          "ZIP", at: member.headerOffset, expected: "the header of '\(member.name)'",
          found: "other bytes", remedy: "write the archive again"))
    }
    _ = try cursor.take(22, "the header of '\(member.name)'")
    let nameCount = Int(try cursor.integer(UInt16.self, "a name's length"))
    let extraCount = Int(try cursor.integer(UInt16.self, "an extra field's length"))
    let name = try cursor.take(nameCount, "a name")
    guard bytes[name].elementsEqual(member.name.utf8) else {
      throw .malformed(
        CodecFinding(
          "ZIP", at: name.lowerBound, expected: "the name '\(member.name)' of the directory",
          found: "another name", remedy: "write the archive again"))
    }
    _ = try cursor.take(extraCount, "an extra field")
    return try cursor.take(member.compressedByteCount, "the content of '\(member.name)'")
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

  private static func hex(_ checksum: UInt32) -> String {
    Hexadecimal.text((0..<4).reversed().map { UInt8(truncatingIfNeeded: checksum >> (8 * $0)) })
  }
}
