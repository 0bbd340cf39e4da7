import CZlib

/// A deflate stream that is inflated piece by piece.
@safe final class InflateStream {
  /// What stands around the stream.
  enum Wrapping {
    case none
    /// A header and a checksum (RFC 1950).
    case zlib
  }

  /// On the heap, since zlib keeps its address.
  private let stream: UnsafeMutablePointer<z_stream>
  private let blockByteCount: Int
  /// Whether the end of the stream was seen.
  private(set) var isDone = false
  /// The latest input, of which zlib has taken `taken` bytes.
  private var input: [UInt8] = []
  private var taken = 0
  /// Whether the latest block had no room left, so that zlib may hold back more.
  private var isBlockFull = false

  /// Begins a stream that gives blocks of at most `blockByteCount` bytes; nil where zlib has no
  /// memory.
  init?(_ wrapping: Wrapping, blockByteCount: Int) {
    self.blockByteCount = blockByteCount
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    let size = unsafe Int32(MemoryLayout<z_stream>.size)
    let windowBits = wrapping == .zlib ? MAX_WBITS : -MAX_WBITS
    guard unsafe inflateInit2_(stream, windowBits, ZLIB_VERSION, size) == Z_OK else { return nil }
  }

  deinit {
    unsafe _ = inflateEnd(stream)
    unsafe stream.deinitialize(count: 1)
    unsafe stream.deallocate()
  }

  /// How many bytes of the input zlib has not taken.
  var untakenByteCount: Int { input.count - taken }

  /// Whether there is nothing more to come without more input.
  ///
  /// zlib takes input before it hands over all that this gives, so that the input may be at its
  /// end before the output is.
  var needsInput: Bool { untakenByteCount == 0 && !isBlockFull }

  /// Hands over the next input.
  ///
  /// - Precondition: `needsInput`.
  func add(_ bytes: [UInt8]) {
    precondition(needsInput && bytes.count <= 1 << 30)
    input = bytes
    taken = 0
  }

  /// The next output, empty where more input is needed; nil where the stream is damaged.
  func next() -> [UInt8]? {
    var status = Z_OK
    let block = unsafe [UInt8](unsafeUninitializedCapacity: blockByteCount) { output, count in
      unsafe input.withUnsafeBufferPointer { source in
        unsafe stream.pointee.next_in = UnsafeMutablePointer(
          mutating: source.baseAddress?.advanced(by: taken))
        unsafe stream.pointee.avail_in = UInt32(source.count - taken)
        unsafe stream.pointee.next_out = output.baseAddress
        unsafe stream.pointee.avail_out = UInt32(output.count)
        status = unsafe inflate(stream, Z_NO_FLUSH)
        unsafe taken = source.count - Int(stream.pointee.avail_in)
        unsafe count = output.count - Int(stream.pointee.avail_out)
      }
    }
    isDone = status == Z_STREAM_END
    isBlockFull = block.count == blockByteCount && !isDone
    let isStarved = status == Z_BUF_ERROR && needsInput
    return status == Z_OK || isDone || isStarved ? block : nil
  }
}
