import Glibc
import Synchronization

/// Why the temporary file of large intermediate arrays could not be used.
package struct ScratchFailure: Error, Sendable, Equatable, CustomStringConvertible {
  /// What was tried: `create`, `write` or `read`.
  package let operation: String
  /// The system's reason.
  package let reason: String

  package init(operation: String, reason: String) {
    self.operation = operation
    self.reason = reason
  }

  package var description: String {
    "cannot \(operation) a temporary file: \(reason); free some space in the folder of temporary "
      + "files, or name another one in the environment variable TMPDIR"
  }
}

/// Blocks of equal size in a temporary file that has no name; it vanishes with its owner.
///
/// Safe from several threads. Blocks that are given back are used again.
package final class ScratchFile: Sendable {
  /// The bytes of a block; a multiple of the size of every number.
  package static let blockByteCount = 256 << 10

  /// The one file that large arrays of this process share.
  package static let shared = ScratchFile()

  private struct State {
    /// Negative until the first block is written.
    var descriptor: Int32 = -1
    var blockCount = 0
    var freeBlocks: [Int] = []
  }

  private let state = Mutex(State())
  /// Where the file is made; nil for the folder of temporary files.
  private let folder: String?

  /// A file that is made in `folder` when the first block is written.
  package init(folder: String? = nil) {
    self.folder = folder
  }

  deinit {
    let descriptor = state.withLock { $0.descriptor }
    if descriptor >= 0 { close(descriptor) }
  }

  /// The number of blocks that are in use.
  package var usedBlockCount: Int { state.withLock { $0.blockCount - $0.freeBlocks.count } }

  /// Stores `bytes`, which fill a block, and returns its number.
  ///
  /// - Throws: `ScratchFailure`.
  package func store(_ bytes: [UInt8]) throws(ScratchFailure) -> Int {
    precondition(bytes.count == Self.blockByteCount)
    let (descriptor, block) = try reserve()
    let code = unsafe bytes.withUnsafeBytes { bytes -> Int32 in
      Self.transfer(bytes.count) { done in
        unsafe pwrite(
          descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done,
          block * Self.blockByteCount + done)
      }
    }
    guard code == 0 else {
      release([block])
      throw ScratchFailure(operation: "write", reason: Self.reason(code))
    }
    return block
  }

  /// Fills `target` with the bytes of block `block` from `offset` on.
  ///
  /// - Precondition: the block was stored, and has them.
  /// - Throws: `ScratchFailure`.
  func read(
    _ block: Int, from offset: Int, into target: UnsafeMutableRawBufferPointer
  ) throws(ScratchFailure) {
    precondition(offset >= 0 && offset + target.count <= Self.blockByteCount)
    let descriptor = state.withLock { $0.descriptor }
    let code = Self.transfer(target.count) { done in
      unsafe pread(
        descriptor, target.baseAddress?.advanced(by: done), target.count - done,
        block * Self.blockByteCount + offset + done)
    }
    guard code == 0 else { throw ScratchFailure(operation: "read", reason: Self.reason(code)) }
  }

  /// Gives blocks back.
  package func release(_ blocks: [Int]) {
    guard !blocks.isEmpty else { return }
    state.withLock { $0.freeBlocks.append(contentsOf: blocks) }
  }

  private func reserve() throws(ScratchFailure) -> (descriptor: Int32, block: Int) {
    try state.withLock { (state) throws(ScratchFailure) in
      if state.descriptor < 0 { state.descriptor = try Self.make(in: folder ?? Self.defaultFolder) }
      if let block = state.freeBlocks.popLast() { return (state.descriptor, block) }
      state.blockCount += 1
      return (state.descriptor, state.blockCount - 1)
    }
  }

  private static var defaultFolder: String {
    if let named = unsafe getenv("TMPDIR").map({ unsafe String(cString: $0) }), !named.isEmpty {
      return named
    }
    // Unlike /tmp, this folder is never kept in memory.
    return unsafe access("/var/tmp", W_OK | X_OK) == 0 ? "/var/tmp" : "/tmp"
  }

  /// A file without a name in `folder`.
  private static func make(in folder: String) throws(ScratchFailure) -> Int32 {
    var template = Array("\(folder)/cmkt.XXXXXX".utf8CString)
    let descriptor = unsafe mkstemp(&template)
    guard descriptor >= 0 else {
      throw ScratchFailure(operation: "create", reason: Self.reason(errno))
    }
    unsafe unlink(template)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    return descriptor
  }

  /// Calls `step` with the bytes done so far until `count` are; the error number where it fails.
  private static func transfer(_ count: Int, _ step: (Int) -> Int) -> Int32 {
    var done = 0
    while done < count {
      let moved = step(done)
      if moved > 0 {
        done += moved
      } else if moved == 0 {
        return EIO
      } else if errno != EINTR {
        return errno
      }
    }
    return 0
  }

  private static func reason(_ code: Int32) -> String {
    unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
  }
}
