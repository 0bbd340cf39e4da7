import Codecs
import Testing

@Suite struct ChunkFilterTests {
  private static func bytes(_ count: Int) -> [UInt8] {
    var state: UInt32 = 7
    return (0..<count).map { _ in
      state = state &* 1_664_525 &+ 1_013_904_223
      return UInt8(truncatingIfNeeded: state >> 28)
    }
  }

  @Test(arguments: [0, 1, 3, 4, 719, 720, 721, 722, 4096, 100_001])
  func whatIsAppliedIsUndone(count: Int) throws {
    let plain = Self.bytes(count)
    let filters: [ChunkFilter] = [
      .shuffle(elementByteCount: 1), .shuffle(elementByteCount: 4), .shuffle(elementByteCount: 9),
      .deflate(level: 1), .deflate(level: 9), .fletcher32,
    ]
    for filter in filters {
      var bytes = filter.apply(to: plain)
      try filter.undo(on: &bytes, limit: count)
      #expect(bytes == plain)
    }
  }

  @Test func shuffleGathersBytesByPlace() {
    let filter = ChunkFilter.shuffle(elementByteCount: 2)
    #expect(filter.apply(to: [1, 2, 3, 4, 5, 6, 7]) == [1, 3, 5, 2, 4, 6, 7])
  }

  /// 6162 + 6364 + 6566 folds to 2A2D; 6162 + C4C6 + 12A2C folds to 5056.
  @Test func checksumsAreKnown() {
    let sealed = ChunkFilter.fletcher32.apply(to: Array("abcdef".utf8))
    #expect(sealed.suffix(4) == [0x2d, 0x2a, 0x56, 0x50])
  }

  /// Vectors have 32 bytes, and blocks of them 11 552.
  @Test(arguments: [0, 1, 2, 31, 32, 33, 63, 64, 65, 11_551, 11_552, 11_553, 23_137, 100_003])
  func checksumsAreThoseOfTheDefinition(count: Int) {
    let zeros: [UInt8] = Array(repeating: 0, count: count)
    let longest: [UInt8] = Array(repeating: 255, count: count)
    for bytes in [Self.bytes(count), longest, zeros, zeros.dropLast() + longest.suffix(1)] {
      #expect(
        Array(ChunkFilter.fletcher32.apply(to: bytes).suffix(4)) == Self.fletcher(bytes))
    }
  }

  /// Pair by pair: the sum, then the sum of sums, least significant byte first.
  private static func fletcher(_ bytes: [UInt8]) -> [UInt8] {
    var (low, high) = (0, 0)
    for first in stride(from: 0, to: bytes.count, by: 2) {
      low += Int(bytes[first]) << 8 | (first + 1 < bytes.count ? Int(bytes[first + 1]) : 0)
      low = (low & 0xffff) + low >> 16
      high += low
      high = (high & 0xffff) + high >> 16
    }
    return [low, high].flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }
  }

  @Test func damageIsRefused() {
    let plain = Self.bytes(1000)
    let sealed = ChunkFilter.fletcher32.apply(to: plain)
    for place in [0, 500, 1000, 1003] {
      var damaged = sealed
      damaged[place] ^= 4
      expectRefusal(of: damaged, by: .fletcher32, limit: 1000)
    }
    expectRefusal(of: [1], by: .fletcher32, limit: 9)
    let deflate = ChunkFilter.deflate(level: 6)
    let packed = deflate.apply(to: plain)
    for count in 0..<packed.count {
      expectRefusal(of: Array(packed.prefix(count)), by: deflate, limit: 1000)
    }
    expectRefusal(of: packed, by: deflate, limit: 999)
  }

  private func expectRefusal(of damaged: [UInt8], by filter: ChunkFilter, limit: Int) {
    var bytes = damaged
    #expect(throws: CodecFailure.self) { try filter.undo(on: &bytes, limit: limit) }
    #expect(bytes == damaged)
  }
}
