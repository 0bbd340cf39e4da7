import CZlib

/// Inflates a zlib stream in a range of a file, block after block.
@safe final class ZlibInflater {
  private static let blockByteCount = 256 << 10

  private let file: FileBytes
  private let range: Range<Int>
  private var taken: Int
  private var input: [UInt8] = []
  private var inputPosition = 0
  private var isDone = false
  /// On the heap, since zlib keeps its address.
  private let stream: UnsafeMutablePointer<z_stream>
  private let codec: String

  /// Begins with the stream in `range` of `file`; `codec` names the container in messages.
  init(_ file: FileBytes, _ range: Range<Int>, codec: String) {
    self.file = file
    self.range = range
    self.codec = codec
    taken = range.lowerBound
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    let size = unsafe Int32(MemoryLayout<z_stream>.size)
    let status = unsafe inflateInit2_(stream, MAX_WBITS, ZLIB_VERSION, size)
    precondition(status == Z_OK, "zlib could not start")
  }

  deinit {
    unsafe _ = inflateEnd(stream)
    unsafe stream.deinitialize(count: 1)
    unsafe stream.deallocate()
  }

  /// The next inflated bytes; empty just at the end of the stream.
  ///
  /// - Throws: `CodecFailure.truncated`, `malformed`, `unreadable`.
  func next() throws(CodecFailure) -> [UInt8] {
    var made: [UInt8] = []
    while made.isEmpty, !isDone {
      if inputPosition == input.count {
        let end = min(taken + Self.blockByteCount, range.upperBound)
        guard end > taken else {
          throw .truncated(
            CodecFinding(
              codec, at: range.upperBound, expected: "more of a zlib stream",
              found: "the end of its element", remedy: "copy or download the file again"))
        }
        input = try file.bytes(taken..<end)
        inputPosition = 0
        taken = end
      }
      var status = Z_OK
      made = unsafe [UInt8](unsafeUninitializedCapacity: Self.blockByteCount) { output, count in
        unsafe input.withUnsafeBufferPointer { source in
          unsafe stream.pointee.next_in = UnsafeMutablePointer(
            mutating: source.baseAddress?.advanced(by: inputPosition))
          unsafe stream.pointee.avail_in = UInt32(source.count - inputPosition)
          unsafe stream.pointee.next_out = output.baseAddress
          unsafe stream.pointee.avail_out = UInt32(output.count)
          status = unsafe inflate(stream, Z_NO_FLUSH)
          unsafe inputPosition = source.count - Int(stream.pointee.avail_in)
          unsafe count = output.count - Int(stream.pointee.avail_out)
        }
      }
      isDone = status == Z_STREAM_END
      let isStarved = status == Z_BUF_ERROR && inputPosition == input.count
      guard isDone || status == Z_OK || isStarved else {
        throw .malformed(
          CodecFinding(
            codec, at: taken - input.count + inputPosition, expected: "a sound zlib stream",
            found: "a damaged one", remedy: "copy or download the file again"))
      }
    }
    return made
  }
}
