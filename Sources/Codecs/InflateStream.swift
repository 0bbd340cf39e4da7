import CZlib

/// A raw deflate stream that is inflated piece by piece.
@safe final class InflateStream {
  private var stream = unsafe z_stream()
  private var block: [UInt8]
  /// Whether the end of the stream was seen.
  private(set) var isDone = false
  /// Input that is not taken yet.
  private var pending: [UInt8] = []
  private var taken = 0

  /// Nil where zlib has no memory.
  init?(blockByteCount: Int) {
    block = [UInt8](repeating: 0, count: blockByteCount)
    let size = unsafe Int32(MemoryLayout<z_stream>.size)
    guard unsafe inflateInit2_(&stream, -MAX_WBITS, ZLIB_VERSION, size) == Z_OK else { return nil }
  }

  deinit { unsafe _ = inflateEnd(&stream) }

  /// Whether all input was taken.
  var needsInput: Bool { taken == pending.count }

  /// Hands over the next input.
  ///
  /// - Precondition: all before was taken.
  func add(_ input: [UInt8]) {
    precondition(needsInput && input.count <= 1 << 30)
    pending = input
    taken = 0
  }

  /// The next output, empty where more input is needed; nil where the stream is damaged.
  func next() -> [UInt8]? {
    let (status, consumed, produced) = step()
    taken += consumed
    if status == Z_STREAM_END { isDone = true }
    let isStarved = status == Z_BUF_ERROR && needsInput
    guard status == Z_OK || status == Z_STREAM_END || isStarved else { return nil }
    return Array(block[..<produced])
  }

  private func step() -> (status: Int32, consumed: Int, produced: Int) {
    unsafe pending.withUnsafeBufferPointer { source in
      unsafe block.withUnsafeMutableBufferPointer { target in
        let input = source.count - taken
        unsafe stream.next_in = UnsafeMutablePointer(
          mutating: source.baseAddress?.advanced(by: taken))
        unsafe stream.avail_in = UInt32(input)
        unsafe stream.next_out = target.baseAddress
        unsafe stream.avail_out = UInt32(target.count)
        let status = unsafe CZlib.inflate(&stream, Z_NO_FLUSH)
        return unsafe (
          status, input - Int(stream.avail_in), target.count - Int(stream.avail_out)
        )
      }
    }
  }
}
