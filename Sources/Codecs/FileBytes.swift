import Glibc

/// The bytes of a regular file, block after block or at any position.
package final class FileBytes: Sendable {
  private let descriptor: Int32
  /// The last component of the path; messages never show folders.
  package let name: String
  /// The size when it was opened.
  package let byteCount: Int

  /// Opens the file at `path`.
  ///
  /// - Throws: `CodecFailure.unreadable` where it is missing, locked away or no regular file.
  package init(_ path: String) throws(CodecFailure) {
    name = path.split(separator: "/").last.map(String.init) ?? path
    descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .unreadable(file: name, reason: Self.reason(errno)) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      let code = errno
      close(descriptor)
      throw .unreadable(file: name, reason: Self.reason(code))
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw .unreadable(file: name, reason: "it is not a regular file")
    }
    byteCount = Int(status.st_size)
  }

  deinit {
    close(descriptor)
  }

  /// The next bytes, at most `limit`; empty just at the end of the file.
  ///
  /// - Throws: `CodecFailure.unreadable`.
  package func next(upTo limit: Int) throws(CodecFailure) -> [UInt8] {
    precondition(limit > 0)
    while true {
      var code: Int32 = 0
      var taken = 0
      let block = unsafe [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
        taken = unsafe read(descriptor, buffer.baseAddress, limit)
        code = errno
        count = max(taken, 0)
      }
      if taken >= 0 { return block }
      guard code == EINTR else { throw .unreadable(file: name, reason: Self.reason(code)) }
    }
  }

  /// The bytes of `range`; leaves the place of `next(upTo:)` alone, and may run on any thread.
  ///
  /// - Precondition: `range` lies within the file as it was opened.
  /// - Throws: `CodecFailure.unreadable`, also where the file has shrunk since.
  package func bytes(_ range: Range<Int>) throws(CodecFailure) -> [UInt8] {
    precondition(range.lowerBound >= 0 && range.upperBound <= byteCount)
    var code: Int32 = 0
    let block = unsafe [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
      while count < range.count {
        let place = unsafe buffer.baseAddress.map { unsafe $0 + count }
        let taken = unsafe pread(
          descriptor, place, range.count - count, off_t(range.lowerBound + count))
        code = taken < 0 ? errno : 0
        if taken > 0 { count += taken } else if code != EINTR { return }
      }
    }
    guard block.count == range.count else {
      throw .unreadable(
        file: name, reason: code == 0 ? "it has become shorter meanwhile" : Self.reason(code))
    }
    return block
  }

  /// All bytes of the file at `path`.
  ///
  /// - Throws: `CodecFailure.unreadable`; `CodecFailure.tooLarge` beyond `limit` bytes.
  package static func all(of path: String, limit: Int = 16 << 30) throws(CodecFailure) -> [UInt8] {
    let file = try FileBytes(path)
    guard file.byteCount <= limit else {
      throw .tooLarge(
        CodecFinding(
          file.name, expected: "at most \(limit) bytes", found: "\(file.byteCount) bytes"))
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(file.byteCount)
    while true {
      let block = try file.next(upTo: 1 << 20)
      if block.isEmpty { return bytes }
      guard bytes.count + block.count <= limit else {
        throw .tooLarge(
          CodecFinding(file.name, expected: "at most \(limit) bytes", found: "more"))
      }
      bytes.append(contentsOf: block)
    }
  }

  private static func reason(_ code: Int32) -> String {
    guard let text = unsafe strerror(code) else { return "error \(code)" }
    return unsafe String(cString: text).lowercased()
  }
}
