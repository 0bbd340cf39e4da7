import CHDF5

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Reads a file past the system's cache of pages, as long as its storage is fast.
///
/// Whoever passes again and again over a file that is larger than memory gains little from the cache:
/// most pages go before they are read again, and to fill a page and to copy from it costs more
/// processor time than all that is done with the bytes. Where storage is slow, what the cache keeps
/// counts more; so a file that comes too slowly is left to it.
@safe final class UncachedFile {
  /// What addresses, offsets and lengths are multiples of; no storage asks for more.
  private static let alignment = 4096
  /// Longer pieces are left to the cache.
  private static let longestByteCount = 64 << 20

  private let descriptor: Int32
  private var buffer: UnsafeMutableRawBufferPointer
  private var rate = StorageRate()
  private var hasFailed = false

  /// Whether bytes may still come this way.
  var isOfUse: Bool { !hasFailed && !rate.isSlow }

  /// The file that is open as `descriptor`; nil where the system or its storage has no such way.
  init?(_ descriptor: Int32) {
    let flag = chdf5_uncached_flag()
    guard flag != 0 else { return nil }
    let own = unsafe open("/proc/self/fd/\(descriptor)", O_RDONLY | O_CLOEXEC | flag)
    guard own >= 0 else { return nil }
    self.descriptor = own
    unsafe buffer = .allocate(byteCount: 0, alignment: Self.alignment)
  }

  deinit {
    close(descriptor)
    unsafe buffer.deallocate()
  }

  /// Hands the `byteCount` bytes from `offset` on to `body`.
  ///
  /// - Returns: what `body` returns; nil where the bytes do not come this way, for whatever reason.
  func withBytes<Result>(
    at offset: Int, _ byteCount: Int, _ body: (RawSpan) -> Result
  ) -> Result? {
    guard isOfUse, offset >= 0, byteCount > 0, byteCount <= Self.longestByteCount else {
      return nil
    }
    let first = offset / Self.alignment * Self.alignment
    let padding = offset - first
    let wholeByteCount =
      (padding + byteCount + Self.alignment - 1) / Self.alignment * Self.alignment
    reserve(wholeByteCount)
    let start = ContinuousClock.now
    let count = unsafe pread(descriptor, buffer.baseAddress, wholeByteCount, off_t(first))
    // At the end of a file less comes than was asked for.
    hasFailed = count < padding + byteCount
    guard !hasFailed else { return nil }
    rate.add(count, in: ContinuousClock.now - start)
    let found = unsafe UnsafeRawBufferPointer(rebasing: buffer[padding..<padding + byteCount])
    return unsafe body(found.bytes)
  }

  private func reserve(_ byteCount: Int) {
    guard unsafe buffer.count < byteCount else { return }
    unsafe buffer.deallocate()
    unsafe buffer = .allocate(byteCount: byteCount, alignment: Self.alignment)
  }
}
