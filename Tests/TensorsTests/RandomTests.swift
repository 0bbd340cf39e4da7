import Tensors
import Testing

@Suite("Random streams and ragged batches")
struct RandomTests {
  @Test("A stream is a function of seed, purpose and step")
  func streams() {
    func draws(_ seed: UInt64, _ purpose: String, _ step: Int) -> [UInt64] {
      var stream = RandomStream(seed: seed, purpose: purpose, step: step)
      return (0..<4).map { _ in stream.next() }
    }
    #expect(draws(1, "a", 0) == draws(1, "a", 0))
    let others = [draws(1, "a", 0), draws(2, "a", 0), draws(1, "b", 0), draws(1, "a", 1)]
    #expect(Set(others.flatMap { $0 }).count == 16)
    // Fixed for good: model files record seeds.
    #expect(draws(1, "a", 0)[0] == 1_912_858_513_595_888_105)
  }

  @Test("Moments of the distributions")
  func moments() {
    var stream = RandomStream(seed: 1, purpose: "moments")
    let uniform = (0..<100_000).map { _ in stream.uniform() }
    #expect(uniform.allSatisfy { (0..<1).contains($0) })
    #expect(abs(uniform.reduce(0, +) / 1e5 - 0.5) < 5e-3)
    let normal = (0..<100_000).map { _ in stream.normal() }
    #expect(abs(normal.reduce(0, +) / 1e5) < 0.02)
    #expect(abs(normal.reduce(0) { $0 + $1 * $1 } / 1e5 - 1) < 0.02)
    let fourth = normal.reduce(0) { $0 + $1 * $1 * $1 * $1 } / 1e5
    #expect(abs(fourth - 3) < 0.2)
  }

  @Test("Permutations: all elements, all orders alike")
  func permutations() {
    var stream = RandomStream(seed: 1, purpose: "order")
    #expect(stream.permutation(0) == [] && stream.permutation(1) == [0])
    #expect(stream.permutation(100).sorted() == Array(0..<100))
    var counts: [[Int]: Int] = [:]
    for _ in 0..<6000 { counts[stream.permutation(3), default: 0] += 1 }
    #expect(counts.count == 6 && counts.values.allSatisfy { abs($0 - 1000) < 150 })
  }

  @Test("Offsets and ranges of a ragged batch")
  func ragged() {
    let batch = RaggedBatch(lengths: [2, 0, 3])
    #expect(batch.frameCount == 5 && batch.count == 3)
    #expect(batch.ranges == [0..<2, 2..<2, 2..<5])
  }

  @Test("Kernel levels: the best is available")
  func levels() {
    #expect(KernelLevel.best.isAvailable && KernelLevel.portable.isAvailable)
  }
}
