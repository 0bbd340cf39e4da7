import CZlib

/// The filters of HDF5 that chunks of datasets pass through, outside the HDF5 library, which
/// would run them one at a time under its lock.
package enum ChunkFilter: Sendable, Equatable {
  /// First bytes of all elements, then second bytes, and so on.
  case shuffle(elementByteCount: Int)
  /// A zlib stream of level 1 ... 9.
  case deflate(level: Int)
  /// Four bytes of checksum at the end.
  case fletcher32

  /// `bytes` as this filter writes them; the very bytes that HDF5 would write.
  package func apply(to bytes: [UInt8]) -> [UInt8] {
    switch self {
    case .shuffle(let size): Self.transposed(bytes, size, isInverse: false)
    case .deflate(let level): Self.deflated(bytes, level: level)
    case .fletcher32: unsafe bytes + FletcherChecksum(of: bytes.span.bytes).bytes
    }
  }

  /// Replaces `bytes` by what `apply(to:)` made them of.
  ///
  /// - Parameter limit: the number of bytes that may come out.
  /// - Throws: `CodecFailure.malformed` where `bytes` are damaged or hold more than `limit`; they are
  ///   left as they were.
  package func undo(on bytes: inout [UInt8], limit: Int) throws(CodecFailure) {
    switch self {
    case .shuffle(let size): bytes = Self.transposed(bytes, size, isInverse: true)
    case .deflate: bytes = try Self.inflated(bytes, limit: limit)
    case .fletcher32:
      guard unsafe Self.fitsChecksum(bytes.span.bytes) else {
        throw Self.damaged(expected: "a chunk that fits its checksum", found: "another chunk")
      }
      bytes.removeLast(Self.checksumByteCount)
    }
  }

  /// The bytes that `fletcher32` adds.
  package static let checksumByteCount = 4

  /// Whether `bytes` end in the checksum of those before.
  package static func fitsChecksum(_ bytes: RawSpan) -> Bool {
    let count = bytes.byteCount - checksumByteCount
    guard count >= 0 else { return false }
    let checksum = FletcherChecksum(of: bytes.extracting(first: count)).bytes
    return checksum.indices.allSatisfy { index in
      unsafe bytes.unsafeLoad(fromByteOffset: count + index, as: UInt8.self) == checksum[index]
    }
  }

  private static func damaged(expected: String, found: String) -> CodecFailure {
    .malformed(
      CodecFinding(
        "HDF5 chunk", expected: expected, found: found,
        remedy: "copy or download the file again"))
  }

  // MARK: Shuffle

  /// Bytes that do not fill an element stay at the end.
  private static func transposed(
    _ bytes: [UInt8], _ size: Int, isInverse: Bool
  ) -> [UInt8] {
    guard size > 1, bytes.count / size > 1 else { return bytes }
    let count = bytes.count / size
    return unsafe [UInt8](unsafeUninitializedCapacity: bytes.count) { target, initialised in
      unsafe bytes.withUnsafeBufferPointer { source in
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        for byte in 0..<size {
          if isInverse {
            for index in 0..<count {
              unsafe to[index &* size &+ byte] = from[byte &* count &+ index]
            }
          } else {
            for index in 0..<count {
              unsafe to[byte &* count &+ index] = from[index &* size &+ byte]
            }
          }
        }
        for index in (count * size)..<bytes.count { unsafe to[index] = from[index] }
      }
      initialised = bytes.count
    }
  }

  // MARK: Deflate

  private static func deflated(_ bytes: [UInt8], level: Int) -> [UInt8] {
    let bound = compressBound(uLong(bytes.count))
    return unsafe [UInt8](unsafeUninitializedCapacity: Int(bound)) { target, initialised in
      var made = bound
      let status = unsafe bytes.withUnsafeBufferPointer { source in
        unsafe compress2(
          target.baseAddress, &made, source.baseAddress, uLong(bytes.count), Int32(level))
      }
      precondition(status == Z_OK, "zlib could not deflate")
      initialised = Int(made)
    }
  }

  private static func inflated(_ bytes: [UInt8], limit: Int) throws(CodecFailure) -> [UInt8] {
    var status = Z_OK
    let output = unsafe [UInt8](unsafeUninitializedCapacity: limit) { target, initialised in
      var made = uLong(limit)
      // An empty stream would have no address.
      status = unsafe bytes.withUnsafeBufferPointer { source in
        unsafe uncompress(target.baseAddress, &made, source.baseAddress, uLong(bytes.count))
      }
      initialised = status == Z_OK ? Int(made) : 0
    }
    guard status == Z_OK else {
      throw damaged(
        expected: "a zlib stream of at most \(limit) bytes when inflated",
        found: status == Z_BUF_ERROR ? "an unfinished or longer one" : "a damaged one")
    }
    return output
  }
}
