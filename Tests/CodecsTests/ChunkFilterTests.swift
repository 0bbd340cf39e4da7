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
      #expect(try filter.undo(on: filter.apply(to: plain), limit: count) == plain)
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

  @Test func damageIsRefused() {
    let plain = Self.bytes(1000)
    let sealed = ChunkFilter.fletcher32.apply(to: plain)
    for place in [0, 500, 1000, 1003] {
      var damaged = sealed
      damaged[place] ^= 4
      #expect(throws: CodecFailure.self) {
        try ChunkFilter.fletcher32.undo(on: damaged, limit: 1000)
      }
    }
    #expect(throws: CodecFailure.self) { try ChunkFilter.fletcher32.undo(on: [1], limit: 9) }
    let packed = ChunkFilter.deflate(level: 6).apply(to: plain)
    for count in 0..<packed.count {
      #expect(throws: CodecFailure.self) {
        try ChunkFilter.deflate(level: 6).undo(on: Array(packed.prefix(count)), limit: 1000)
      }
    }
    #expect(throws: CodecFailure.self) {
      try ChunkFilter.deflate(level: 6).undo(on: packed, limit: 999)
    }
  }
}
