/// Bytes in memory or in a file, read range by range.
enum ByteStore: Sendable {
  case memory([UInt8])
  case file(FileBytes)

  var count: Int {
    switch self {
    case .memory(let bytes): bytes.count
    case .file(let file): file.byteCount
    }
  }

  /// The bytes of `range`.
  ///
  /// - Precondition: `range` lies within the store.
  /// - Throws: `CodecFailure.unreadable`.
  func bytes(_ range: Range<Int>) throws(CodecFailure) -> [UInt8] {
    switch self {
    case .memory(let bytes): Array(bytes[range])
    case .file(let file): try file.bytes(range)
    }
  }
}
