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
    case .fletcher32: bytes + Self.checksumBytes(of: bytes[...])
    }
  }

  /// What `apply(to:)` made `bytes` of.
  ///
  /// - Parameter limit: the number of bytes that may come out.
  /// - Throws: `CodecFailure.malformed` where `bytes` are damaged or hold more than `limit`.
  package func undo(on bytes: [UInt8], limit: Int) throws(CodecFailure) -> [UInt8] {
    switch self {
    case .shuffle(let size): return Self.transposed(bytes, size, isInverse: true)
    case .deflate: return try Self.inflated(bytes, limit: limit)
    case .fletcher32:
      let body = bytes.dropLast(4)
      guard bytes.count >= 4, bytes.suffix(4).elementsEqual(Self.checksumBytes(of: body)) else {
        throw Self.damaged(expected: "a chunk that fits its checksum", found: "another chunk")
      }
      return Array(body)
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

  // MARK: Fletcher's checksum

  private static func checksumBytes(of bytes: ArraySlice<UInt8>) -> [UInt8] {
    let sum = unsafe bytes.withUnsafeBufferPointer { unsafe checksum(of: $0) }
    return (0..<4).map { UInt8(truncatingIfNeeded: sum >> (8 * UInt32($0))) }
  }

  /// Fletcher's sum over big-endian pairs of bytes, as HDF5 computes it.
  private static func checksum(of bytes: UnsafeBufferPointer<UInt8>) -> UInt32 {
    var low: UInt32 = 0
    var high: UInt32 = 0
    let pairCount = bytes.count / 2
    var next = 0
    while next < pairCount {
      // So many sums cannot overflow.
      let end = min(pairCount, next + 360)
      for pair in next..<end {
        low &+= unsafe UInt32(bytes[2 &* pair]) << 8 | UInt32(bytes[2 &* pair &+ 1])
        high &+= low
      }
      next = end
      low = (low & 0xffff) &+ (low >> 16)
      high = (high & 0xffff) &+ (high >> 16)
    }
    if !bytes.count.isMultiple(of: 2) {
      low &+= unsafe UInt32(bytes[bytes.count - 1]) << 8
      high &+= low
      low = (low & 0xffff) &+ (low >> 16)
      high = (high & 0xffff) &+ (high >> 16)
    }
    low = (low & 0xffff) &+ (low >> 16)
    high = (high & 0xffff) &+ (high >> 16)
    return high << 16 | low
  }
}
