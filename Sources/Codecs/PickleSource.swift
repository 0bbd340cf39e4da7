/// Bytes that a pickle is read from, at any position: a file, or an array in memory.
///
/// Safe to read from several threads at once.
final class PickleSource: Sendable {
  private enum Backing: Sendable {
    case file(FileBytes)
    case memory([UInt8])
  }

  private let backing: Backing
  let byteCount: Int

  /// - Throws: `CodecFailure.unreadable` where `path` is missing, locked away or no regular file.
  init(path: String) throws(CodecFailure) {
    let file = try FileBytes(path)
    backing = .file(file)
    byteCount = file.byteCount
  }

  init(bytes: [UInt8]) {
    backing = .memory(bytes)
    byteCount = bytes.count
  }

  /// The bytes of `range`.
  ///
  /// - Precondition: `range` lies within the source.
  /// - Throws: `CodecFailure.unreadable`, also where the file has shrunk since it was opened.
  func bytes(_ range: Range<Int>) throws(CodecFailure) -> [UInt8] {
    precondition(range.lowerBound >= 0 && range.upperBound <= byteCount)
    switch backing {
    case .file(let file): return try file.bytes(range)
    case .memory(let bytes): return Array(bytes[range])
    }
  }
}
