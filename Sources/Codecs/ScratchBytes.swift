import Synchronization

/// Growing bytes that move to a temporary file as they get many.
///
/// Only the last block, less than `ScratchFile.blockByteCount` bytes, stays in memory. Safe from
/// several threads; those that append take turns.
package final class ScratchBytes: Sendable {
  private struct State {
    var blocks: [Int] = []
    /// The bytes after the blocks, fewer than a block holds.
    var tail: [UInt8] = []
  }

  private static let blockByteCount = ScratchFile.blockByteCount

  private let file: ScratchFile
  private let state = Mutex(State())

  /// No bytes yet.
  package init(in file: ScratchFile = .shared) {
    self.file = file
  }

  deinit { file.release(state.withLock { $0.blocks }) }

  /// The number of bytes.
  package var count: Int {
    state.withLock { $0.blocks.count * Self.blockByteCount + $0.tail.count }
  }

  /// Appends the memory of `elements`.
  ///
  /// - Throws: `ScratchFailure`.
  package func append<Element: BitwiseCopyable>(
    memoryOf elements: ArraySlice<Element>
  ) throws(ScratchFailure) {
    try unsafe elements.span.bytes.withUnsafeBytes { (bytes) throws(ScratchFailure) in
      try unsafe append(bytes)
    }
  }

  private func append(_ bytes: UnsafeRawBufferPointer) throws(ScratchFailure) {
    try state.withLock { (state) throws(ScratchFailure) in
      var done = 0
      while done < bytes.count {
        let count = min(Self.blockByteCount - state.tail.count, bytes.count - done)
        unsafe state.tail.append(
          contentsOf: UnsafeRawBufferPointer(rebasing: bytes[done..<done + count]))
        done += count
        guard state.tail.count == Self.blockByteCount else { break }
        state.blocks.append(try file.store(state.tail))
        state.tail.removeAll(keepingCapacity: true)
      }
    }
  }

  /// The bytes `range` as elements.
  ///
  /// - Precondition: there are such bytes, and they divide into whole elements.
  /// - Throws: `ScratchFailure`.
  package func elements<Element: BitwiseCopyable>(
    _ type: Element.Type, in range: Range<Int>
  ) throws(ScratchFailure) -> [Element] {
    let size = MemoryLayout<Element>.size
    precondition(range.count.isMultiple(of: size))
    var failure: ScratchFailure?
    let elements = unsafe [Element](
      unsafeUninitializedCapacity: range.count / size
    ) { buffer, initialised in
      do throws(ScratchFailure) {
        try unsafe read(range, into: UnsafeMutableRawBufferPointer(buffer))
        initialised = range.count / size
      } catch {
        failure = error
        initialised = 0
      }
    }
    if let failure { throw failure }
    return elements
  }

  private func read(
    _ range: Range<Int>, into target: UnsafeMutableRawBufferPointer
  ) throws(ScratchFailure) {
    let (blocks, tail) = state.withLock { ($0.blocks, $0.tail) }
    let stored = blocks.count * Self.blockByteCount
    precondition(range.lowerBound >= 0 && range.upperBound <= stored + tail.count)
    var next = range.lowerBound
    while next < min(range.upperBound, stored) {
      let (block, first) = next.quotientAndRemainder(dividingBy: Self.blockByteCount)
      let count = min(Self.blockByteCount - first, range.upperBound - next)
      let place = next - range.lowerBound
      try unsafe file.read(
        blocks[block], from: first,
        into: UnsafeMutableRawBufferPointer(rebasing: target[place..<place + count]))
      next += count
    }
    guard next < range.upperBound else { return }
    unsafe tail.withUnsafeBytes { tail in
      unsafe UnsafeMutableRawBufferPointer(rebasing: target[(next - range.lowerBound)...])
        .copyMemory(
          from: UnsafeRawBufferPointer(rebasing: tail[next - stored..<range.upperBound - stored]))
    }
  }
}
