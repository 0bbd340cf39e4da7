private import Foundation

/// Random numbers that are a pure function of (seed, purpose, step, index): no hidden state, so a
/// run can resume anywhere.
///
/// SplitMix64 (Steele, Lea & Flood 2014) from a key that is hashed from seed, purpose and step.
package struct RandomStream: RandomNumberGenerator, Sendable {
  /// Names this stream: the kernels hash it with an index to make dropout masks.
  package let key: UInt64
  /// Draws made so far.
  package var index: UInt64 = 0

  /// The stream for `purpose` (such as `"dropout/encoder"`) at `step`.
  package init(seed: UInt64, purpose: String, step: Int = 0) {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in purpose.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    let mixed = Self.mix(seed &+ 0x9e37_79b9_7f4a_7c15) ^ hash
    key = Self.mix(Self.mix(mixed) &+ UInt64(bitPattern: Int64(step)))
  }

  private static func mix(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  package mutating func next() -> UInt64 {
    index &+= 1
    return Self.mix(key &+ index &* 0x9e37_79b9_7f4a_7c15)
  }

  /// Uniform in [0, 1), a multiple of 2⁻⁵³.
  package mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// Standard normal (Box and Muller; two draws each).
  package mutating func normal() -> Double {
    let radius = (-2 * log(1 - uniform())).squareRoot()
    return radius * cos(2 * .pi * uniform())
  }

  /// A random order of 0 ..< count (Fisher and Yates).
  package mutating func permutation(_ count: Int) -> [Int] {
    var order = Array(0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(last, Int.random(in: 0...last, using: &self))
    }
    return order
  }
}
