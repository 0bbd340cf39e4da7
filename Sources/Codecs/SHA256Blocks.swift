import CSHA256

/// The compression function of SHA-256 (FIPS 180-4, section 6.2.2).
///
/// Processors with instructions for it use them, about four times as fast; the others run eight
/// rounds unrolled.
package enum SHA256Blocks {
  /// Whether this processor has instructions for SHA-256.
  package static let isAccelerated = csha256_is_available() != 0

  /// Fractional parts of the cube roots of the first 64 primes.
  private static let constants: [UInt32] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5,
    0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
    0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3,
    0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
    0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc,
    0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
    0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7,
    0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
    0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13,
    0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
    0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3,
    0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
    0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5,
    0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208,
    0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
  ]

  /// Folds whole blocks into `state`.
  ///
  /// - Precondition: `blocks.count` is a multiple of 64.
  static func compress(_ state: inout SIMD8<UInt32>, _ blocks: UnsafeRawBufferPointer) {
    precondition(blocks.count.isMultiple(of: 64))
    guard isAccelerated, let start = blocks.baseAddress else {
      unsafe compressPortably(&state, blocks)
      return
    }
    unsafe withUnsafeMutableBytes(of: &state) { words in
      guard let words = unsafe words.assumingMemoryBound(to: UInt32.self).baseAddress else {
        return
      }
      unsafe csha256_compress(
        words, start.assumingMemoryBound(to: UInt8.self), blocks.count / 64)
    }
  }

  /// As `compress`, on any processor.
  private static func compressPortably(
    _ state: inout SIMD8<UInt32>, _ blocks: UnsafeRawBufferPointer
  ) {
    unsafe constants.withUnsafeBufferPointer { constants in
      unsafe withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { schedule in
        guard let k = constants.baseAddress, let w = schedule.baseAddress else { return }
        for start in stride(from: 0, to: blocks.count, by: 64) {
          for t in 0..<16 {
            let word = unsafe blocks.loadUnaligned(fromByteOffset: start &+ 4 &* t, as: UInt32.self)
            unsafe w[t] = UInt32(bigEndian: word)
          }
          unsafe expand(w)
          unsafe state = rounds(state, k, w)
        }
      }
    }
  }

  /// As `compress`, on any processor; for the comparison of both.
  ///
  /// - Precondition: `blocks.count` is a multiple of 64.
  package static func compressPortably(_ state: inout SIMD8<UInt32>, _ blocks: [UInt8]) {
    precondition(blocks.count.isMultiple(of: 64))
    unsafe blocks.withUnsafeBytes { unsafe compressPortably(&state, $0) }
  }

  /// As `compress`, on bytes of an array; for the comparison of both.
  ///
  /// - Precondition: `blocks.count` is a multiple of 64.
  package static func compress(_ state: inout SIMD8<UInt32>, _ blocks: [UInt8]) {
    unsafe blocks.withUnsafeBytes { unsafe compress(&state, $0) }
  }

  @inline(__always)
  private static func rotate(_ x: UInt32, _ count: UInt32) -> UInt32 {
    (x &>> count) | (x &<< (32 &- count))
  }

  /// Words 16 to 63 of the message schedule.
  @inline(__always)
  private static func expand(_ w: UnsafeMutablePointer<UInt32>) {
    for t in 16..<64 {
      let early = unsafe w[t &- 15]
      let late = unsafe w[t &- 2]
      let s0 = rotate(early, 7) ^ rotate(early, 18) ^ (early &>> 3)
      let s1 = rotate(late, 17) ^ rotate(late, 19) ^ (late &>> 10)
      unsafe w[t] = w[t &- 16] &+ s0 &+ w[t &- 7] &+ s1
    }
  }

  /// The 64 rounds; the working variables rotate by renaming, so eight rounds come full circle.
  @inline(__always)
  private static func rounds(
    _ state: SIMD8<UInt32>, _ k: UnsafePointer<UInt32>, _ w: UnsafeMutablePointer<UInt32>
  ) -> SIMD8<UInt32> {
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    var (e, f, g, h) = (state[4], state[5], state[6], state[7])
    for t in stride(from: 0, to: 64, by: 8) {
      unsafe round(a, b, c, &d, e, f, g, &h, k[t &+ 0] &+ w[t &+ 0])
      unsafe round(h, a, b, &c, d, e, f, &g, k[t &+ 1] &+ w[t &+ 1])
      unsafe round(g, h, a, &b, c, d, e, &f, k[t &+ 2] &+ w[t &+ 2])
      unsafe round(f, g, h, &a, b, c, d, &e, k[t &+ 3] &+ w[t &+ 3])
      unsafe round(e, f, g, &h, a, b, c, &d, k[t &+ 4] &+ w[t &+ 4])
      unsafe round(d, e, f, &g, h, a, b, &c, k[t &+ 5] &+ w[t &+ 5])
      unsafe round(c, d, e, &f, g, h, a, &b, k[t &+ 6] &+ w[t &+ 6])
      unsafe round(b, c, d, &e, f, g, h, &a, k[t &+ 7] &+ w[t &+ 7])
    }
    return state &+ SIMD8<UInt32>(a, b, c, d, e, f, g, h)
  }

  @inline(__always)
  private static func round(
    _ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: inout UInt32,
    _ e: UInt32, _ f: UInt32, _ g: UInt32, _ h: inout UInt32, _ mix: UInt32
  ) {
    let s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
    let choice = g ^ (e & (f ^ g))
    let first = h &+ s1 &+ choice &+ mix
    let s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
    let majority = (a & b) | (c & (a | b))
    d = d &+ first
    h = first &+ s0 &+ majority
  }
}
