import CMKTEngine
import Tensors
import Testing

@Suite struct ShufflePoolsTests {
  private func pools(_ counts: [Int], _ frameCount: Int, step: Int = 1) -> [[Int]] {
    var stream = RandomStream(seed: 1, purpose: "pools", step: step)
    return ShufflePools(frameCount: frameCount).pools(of: counts, stream: &stream)
  }

  @Test(arguments: [0, 300, 400]) func smallDataAreOnePoolAndDrawNothing(frameCount: Int) {
    var stream = RandomStream(seed: 1, purpose: "pools")
    let pools = ShufflePools(frameCount: frameCount)
      .pools(of: [100, 100, 100], stream: &stream)
    #expect(pools == [[0, 1, 2]])
    #expect(stream.index == 0)
  }

  @Test func everyItemIsInOnePoolOfAboutTheSize() {
    let counts = (0..<1000).map { 20 + $0 % 17 }
    let pools = pools(counts, 3200)
    #expect(pools.flatMap { $0 }.sorted() == Array(counts.indices))
    for pool in pools.dropLast() {
      let frames = pool.reduce(0) { $0 + counts[$1] }
      #expect((3200..<3200 + 2 * 440).contains(frames))
    }
  }

  /// A pool is of eight places or so, each a run of neighbours; and differs from epoch to epoch.
  @Test func poolsAreOfManyPlaces() {
    let counts = Array(repeating: 10, count: 4000)
    let pools = pools(counts, 1600)
    for pool in pools.dropLast() {
      let runs = 1 + zip(pool, pool.dropFirst()).count { $1 != $0 + 1 }
      #expect((5...8).contains(runs))
    }
    #expect(pools != self.pools(counts, 1600, step: 2))
    #expect(pools == self.pools(counts, 1600))
  }

  @Test func tinyPoolsHoldAnItemEach() {
    #expect(Set(pools([5, 5, 5, 5], 1)) == [[0], [1], [2], [3]])
  }
}
