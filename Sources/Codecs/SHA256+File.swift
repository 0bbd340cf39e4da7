extension SHA256 {
  /// The SHA-256 of a file, and its length in bytes.
  package struct FileDigest: Equatable, Sendable {
    /// 64 lower-case hexadecimal digits.
    package let hex: String
    package let byteCount: Int
  }

  /// Hashes the file at `path` in blocks of 256 KiB.
  ///
  /// - Throws: `CodecFailure.unreadable`, which names the file without its folder.
  package static func digest(ofFile path: String) throws(CodecFailure) -> FileDigest {
    let reader = try FileBytes(path)
    var hash = SHA256()
    var total = 0
    while true {
      let block = try reader.next(upTo: 256 << 10)
      if block.isEmpty { return FileDigest(hex: hash.finishHex(), byteCount: total) }
      hash.update(block)
      total += block.count
    }
  }
}
