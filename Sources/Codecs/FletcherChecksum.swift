/// Fletcher's checksum over big-endian pairs of bytes, as HDF5 computes it.
///
/// Two sums modulo 65535: of the pairs, and of all the sums on the way. Only zeros sum to 0; other
/// multiples of 65535 stand as 65535. The pairs are summed little-endian, which exchanges the bytes of
/// both sums, for 256 · 256 = 1 modulo 65535.
struct FletcherChecksum {
  /// The sum of sums, then the sum, 16 bits each.
  let value: UInt32

  /// The bytes as they stand behind a chunk.
  var bytes: [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) }
  }

  private typealias Pairs = SIMD16<UInt16>
  /// So many additions do not overflow 32 bits: 65535 · n(n + 1)/2 < 2³².
  private static let mostVectors = 361

  init(of bytes: RawSpan) {
    value = unsafe bytes.withUnsafeBytes { unsafe Self.value(of: $0) }
  }

  private static func value(of bytes: UnsafeRawBufferPointer) -> UInt32 {
    var sums = Sums()
    let size = MemoryLayout<Pairs>.size
    let vectorCount = bytes.count / size
    var vector = 0
    while vector < vectorCount {
      let end = min(vectorCount, vector + mostVectors)
      unsafe sums.add(vectors: bytes, vector..<end)
      vector = end
    }
    var next = vectorCount * size
    while next < bytes.count {
      // A last byte without its second stands before a zero.
      let second = next + 1 < bytes.count ? unsafe UInt64(bytes[next + 1]) : 0
      sums.add(unsafe UInt64(bytes[next]) | second << 8)
      next += 2
    }
    return sums.value
  }

  /// Both sums of little-endian pairs, not more than 2⁶².
  private struct Sums {
    var sum: UInt64 = 0
    var sumOfSums: UInt64 = 0

    mutating func add(_ pair: UInt64) {
      sum += pair
      sumOfSums += sum
    }

    /// Adds the pairs of the vectors `range`.
    ///
    /// Lane `j` sums its pairs to `S`, and its sums on the way to `P`. Of `m` vectors, pair `16k + j`
    /// counts 16m − 16k − j times among the sums of all, 16(m − k) − j, which makes Σ 16 P − j S.
    mutating func add(vectors bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
      var lanes = SIMD16<UInt32>()
      var laneSums = SIMD16<UInt32>()
      for vector in range {
        let pairs = unsafe bytes.loadUnaligned(
          fromByteOffset: vector &* MemoryLayout<Pairs>.size, as: Pairs.self)
        lanes &+= SIMD16<UInt32>(truncatingIfNeeded: pairs)
        laneSums &+= lanes
      }
      sumOfSums += UInt64(range.count * Pairs.scalarCount) * sum
      for lane in 0..<Pairs.scalarCount {
        sumOfSums += UInt64(laneSums[lane]) * UInt64(Pairs.scalarCount)
        sumOfSums -= UInt64(lane) * UInt64(lanes[lane])
        sum += UInt64(lanes[lane])
      }
      fold()
    }

    private mutating func fold() {
      sum = Self.folded(sum)
      sumOfSums = Self.folded(sumOfSums)
    }

    var value: UInt32 {
      let high = UInt16(Self.folded(sumOfSums)).byteSwapped
      let low = UInt16(Self.folded(sum)).byteSwapped
      return UInt32(high) << 16 | UInt32(low)
    }

    /// The same modulo 65535; 0 for 0 only.
    private static func folded(_ sum: UInt64) -> UInt64 {
      sum == 0 ? 0 : (sum - 1) % 0xffff + 1
    }
  }
}
