/// The record that ends a ZIP archive: where its directory lies and how many members it lists.
struct ZIPDirectoryEnd {
  let directoryOffset: Int
  let directoryByteCount: Int
  let memberCount: Int

  /// Finds the record, and its ZIP64 twin where there is one.
  ///
  /// - Throws: `CodecFailure`.
  init(_ store: ByteStore) throws(CodecFailure) {
    let place = try Self.find(store)
    var cursor = ByteCursor("ZIP", try store.bytes(place..<place + 22), at: 4, base: place)
    let disk = try cursor.integer(UInt16.self, "the archive's end")
    let directoryDisk = try cursor.integer(UInt16.self, "the archive's end")
    let countHere = try cursor.integer(UInt16.self, "the archive's end")
    var count = UInt64(try cursor.integer(UInt16.self, "the archive's end"))
    var size = UInt64(try cursor.integer(UInt32.self, "the archive's end"))
    var offset = UInt64(try cursor.integer(UInt32.self, "the archive's end"))
    guard disk == 0, directoryDisk == 0, UInt64(countHere) == count else {
      throw .unsupported(
        CodecFinding(
          "ZIP", at: place, expected: "an archive in one piece", found: "one part of several"))
    }
    var directoryEnd = place
    if count == 0xffff || size == 0xffff_ffff || offset == 0xffff_ffff,
      let wide = try Self.wideRecord(store, before: place)
    {
      (count, size, offset, directoryEnd) = (wide.count, wide.size, wide.offset, wide.place)
    }
    let (end, overflow) = offset.addingReportingOverflow(size)
    guard !overflow, end == UInt64(directoryEnd), count <= size else {
      throw .malformed(
        CodecFinding(
          "ZIP", at: place, expected: "the directory right before the archive's end",
          found: "a directory of \(size) bytes at \(offset)",
          remedy: "copy or download the file again"))
    }
    directoryOffset = Int(offset)
    directoryByteCount = Int(size)
    memberCount = Int(count)
  }

  /// The last place where a record fits whose comment reaches the end exactly.
  private static func find(_ store: ByteStore) throws(CodecFailure) -> Int {
    let base = max(0, store.count - 22 - 0xffff)
    let bytes = try store.bytes(base..<store.count)
    var place = bytes.count - 22
    while place >= 0 {
      if bytes[place] == 0x50, bytes[place..<(place + 4)].elementsEqual([0x50, 0x4b, 5, 6]) {
        let comment = Int(bytes[place + 20]) | Int(bytes[place + 21]) << 8
        if place + 22 + comment == bytes.count { return base + place }
      }
      place -= 1
    }
    let prefix = try store.bytes(0..<min(store.count, FileSignature.prefixLength))
    guard prefix.starts(with: [0x50, 0x4b]) else {
      let signature = FileSignature(prefix: prefix)
      throw .malformed(
        CodecFinding(
          "ZIP", at: 0, expected: "a ZIP archive", found: signature.noun,
          remedy: signature.remedy))
    }
    throw .truncated(
      CodecFinding(
        "ZIP", at: store.count, expected: "the directory that ends every archive",
        found: "the end of the file", remedy: "copy or download the file again"))
  }

  private static func wideRecord(
    _ store: ByteStore, before place: Int
  ) throws(CodecFailure) -> (count: UInt64, size: UInt64, offset: UInt64, place: Int)? {
    guard place >= 20 else { return nil }
    var locator = ByteCursor("ZIP", try store.bytes(place - 20..<place), base: place - 20)
    guard try locator.integer(UInt32.self, "the ZIP64 locator") == 0x0706_4b50 else { return nil }
    _ = try locator.take(4, "the ZIP64 locator")
    let start = try locator.integer(UInt64.self, "the ZIP64 locator")
    let disks = try locator.integer(UInt32.self, "the ZIP64 locator")
    guard disks <= 1, start <= UInt64(place - 20) else {
      throw .malformed(
        CodecFinding(
          "ZIP", at: place - 20, expected: "the place of the ZIP64 record", found: "\(start)"))
    }
    let end = min(store.count, Int(start) + 56)
    var cursor = ByteCursor("ZIP", try store.bytes(Int(start)..<end), base: Int(start))
    let signature = try cursor.integer(UInt32.self, "the ZIP64 record")
    _ = try cursor.take(28, "the ZIP64 record")
    guard signature == 0x0606_4b50 else {
      throw .malformed(
        CodecFinding("ZIP", at: Int(start), expected: "the ZIP64 record", found: "other bytes"))
    }
    let count = try cursor.integer(UInt64.self, "the ZIP64 record")
    let size = try cursor.integer(UInt64.self, "the ZIP64 record")
    let offset = try cursor.integer(UInt64.self, "the ZIP64 record")
    return (count, size, offset, Int(start))
  }
}

/// The central directory of a ZIP archive.
enum ZIPDirectory {
  /// More than the most members with long names need.
  private static let longestDirectory = 256 << 20

  /// All members, checked against `limits` before anything of their size is allocated.
  ///
  /// - Throws: `CodecFailure`.
  static func members(
    _ store: ByteStore, _ end: ZIPDirectoryEnd, _ limits: ZIPArchive.Limits
  ) throws(CodecFailure) -> [ZIPArchive.Member] {
    try check("members", UInt64(end.memberCount), limits.memberCount, at: end.directoryOffset)
    try check(
      "bytes in the directory", UInt64(end.directoryByteCount), longestDirectory,
      at: end.directoryOffset)
    var members: [ZIPArchive.Member] = []
    var total: UInt64 = 0
    let directory = end.directoryOffset..<end.directoryOffset + end.directoryByteCount
    var cursor = ByteCursor("ZIP", try store.bytes(directory), base: end.directoryOffset)
    for _ in 0..<end.memberCount {
      let place = cursor.place
      let member = try member(&cursor, directoryOffset: end.directoryOffset, limits)
      total += UInt64(member.byteCount)
      try check("bytes in all members", total, limits.totalByteCount, at: place)
      members.append(member)
    }
    guard cursor.remaining == 0 else {
      throw .malformed(
        CodecFinding(
          "ZIP", at: cursor.place, expected: "the end of the directory", found: "more of it"))
    }
    return members
  }

  private static func member(
    _ cursor: inout ByteCursor, directoryOffset: Int, _ limits: ZIPArchive.Limits
  ) throws(CodecFailure) -> ZIPArchive.Member {
    let place = cursor.place
    let signature = try cursor.integer(UInt32.self, "a directory entry")
    guard signature == 0x0201_4b50 else {
      throw .malformed(
        CodecFinding("ZIP", at: place, expected: "a directory entry", found: "other bytes"))
    }
    _ = try cursor.take(4, "a directory entry")
    let flags = try cursor.integer(UInt16.self, "a directory entry")
    let method = try cursor.integer(UInt16.self, "a directory entry")
    _ = try cursor.take(4, "a directory entry")
    let checksum = try cursor.integer(UInt32.self, "a directory entry")
    var compressed = UInt64(try cursor.integer(UInt32.self, "a directory entry"))
    var plain = UInt64(try cursor.integer(UInt32.self, "a directory entry"))
    let nameCount = Int(try cursor.integer(UInt16.self, "a directory entry"))
    let extraCount = Int(try cursor.integer(UInt16.self, "a directory entry"))
    let commentCount = Int(try cursor.integer(UInt16.self, "a directory entry"))
    _ = try cursor.take(8, "a directory entry")
    var offset = UInt64(try cursor.integer(UInt32.self, "a directory entry"))
    let name = try name(cursor.bytes, try cursor.take(nameCount, "a name"), at: place)
    let extra = try cursor.take(extraCount, "an extra field")
    _ = try cursor.take(commentCount, "a comment")
    try widen(cursor.bytes, extra, &plain, &compressed, &offset)
    try checkKind(name, flags, method, at: place)
    try check("bytes in '\(name)'", plain, limits.memberByteCount, at: place)
    guard compressed <= UInt64(directoryOffset), offset < UInt64(directoryOffset),
      method == 0 ? plain == compressed : isPlausible(plain, compressed)
    else {
      throw .malformed(
        CodecFinding(
          "ZIP", at: place, expected: "possible sizes of '\(name)'",
          found: "\(compressed) bytes at \(offset) that inflate to \(plain)",
          remedy: "copy or download the file again"))
    }
    return ZIPArchive.Member(
      name: name, byteCount: Int(plain), compressedByteCount: Int(compressed), crc32: checksum,
      method: method, headerOffset: Int(offset))
  }

  private static func isPlausible(_ plain: UInt64, _ compressed: UInt64) -> Bool {
    // The caller has bounded `compressed` by the size of the file, so this cannot overflow.
    plain <= (compressed + 1) * UInt64(ZIPArchive.greatestDeflateRatio)
  }

  private static func name(
    _ bytes: [UInt8], _ range: Range<Int>, at place: Int
  ) throws(CodecFailure) -> String {
    guard let name = String(validating: bytes[range], as: UTF8.self), !name.isEmpty,
      name.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7f })
    else {
      throw .malformed(
        CodecFinding(
          "ZIP", at: place, expected: "a name in UTF-8 without control characters",
          found: "other bytes"))
    }
    return name
  }

  private static func checkKind(
    _ name: String, _ flags: UInt16, _ method: UInt16, at place: Int
  ) throws(CodecFailure) {
    guard flags & 0x2041 == 0 else {
      throw .unsupported(
        CodecFinding(
          "ZIP", at: place, expected: "plain members", found: "'\(name)' encrypted",
          remedy: "unpack it and pack it again without a password"))
    }
    guard method == 0 || method == 8 else {
      throw .unsupported(
        CodecFinding(
          "ZIP", at: place, expected: "members stored or deflated",
          found: "'\(name)' packed by method \(method)",
          remedy: "write it with numpy.savez_compressed"))
    }
  }

  /// Replaces the values that did not fit 32 bits by those of the ZIP64 extra field.
  private static func widen(
    _ bytes: [UInt8], _ extra: Range<Int>,
    _ plain: inout UInt64, _ compressed: inout UInt64, _ offset: inout UInt64
  ) throws(CodecFailure) {
    var cursor = ByteCursor("ZIP", bytes, at: extra.lowerBound)
    while cursor.position + 4 <= extra.upperBound {
      let tag = try cursor.integer(UInt16.self, "an extra field")
      let size = Int(try cursor.integer(UInt16.self, "an extra field"))
      let field = try cursor.take(size, "an extra field")
      guard field.upperBound <= extra.upperBound else { break }
      guard tag == 1 else { continue }
      var wide = ByteCursor("ZIP", Array(bytes[field]))
      if plain == 0xffff_ffff { plain = try wide.integer(UInt64.self, "a ZIP64 size") }
      if compressed == 0xffff_ffff { compressed = try wide.integer(UInt64.self, "a ZIP64 size") }
      if offset == 0xffff_ffff { offset = try wide.integer(UInt64.self, "a ZIP64 offset") }
      return
    }
  }

  private static func check(
    _ what: String, _ found: UInt64, _ limit: Int, at place: Int
  ) throws(CodecFailure) {
    guard found <= UInt64(limit) else {
      throw .tooLarge(
        CodecFinding("ZIP", at: place, expected: "at most \(limit) \(what)", found: "\(found)"))
    }
  }
}
