/// A counter-based stream of random numbers: SplitMix64 over a key and a running index.
///
/// Only additions, multiplications and square roots go into its numbers, never the mathematics
/// library, so that a seed gives the same bits on every machine. Streams with different labels
/// are independent, so that one dial does not move the noise of another.
struct RandomStream {
  private var state: UInt64

  /// The stream called `label` of `seed`.
  init(seed: Int, _ label: String) {
    state = Self.mix(UInt64(bitPattern: Int64(seed)) &+ 0x9e37_79b9_7f4a_7c15)
    for byte in label.utf8 { state = Self.mix(state ^ UInt64(byte)) }
  }

  private static func mix(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  private mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    return Self.mix(state)
  }

  /// Uniform in `0 ..< 1`, a multiple of 2⁻⁵³.
  mutating func uniform() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// Uniform in `range`.
  mutating func uniform(_ range: ClosedRange<Double>) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
  }

  /// Nearly normal, mean 0 and variance 1: the sum of twelve uniform numbers (Irwin–Hall).
  ///
  /// Bounded by ±6 and light in the tails, which suits a generator; made of 16-bit parts.
  mutating func normal() -> Double {
    var sum: UInt64 = 0
    for _ in 0..<3 {
      let bits = next()
      sum += (bits & 0xffff) + (bits >> 16 & 0xffff) + (bits >> 32 & 0xffff) + bits >> 48
    }
    // Each part has mean 65,535 / 2 and variance (65,536² − 1) / 12.
    return (Double(sum) - 393_210) / 65_536
  }
}

/// `x / √(1 + x²)`: squashes to −1 … 1, exactly rounded on every machine.
func squash(_ x: Double) -> Double { x / (1 + x * x).squareRoot() }
