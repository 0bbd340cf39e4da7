/// An incremental SHA-256 (FIPS 180-4).
///
/// Feeding the same bytes in any division gives the same digest.
package struct SHA256: Sendable {
  /// The eight chaining words.
  private var state = SIMD8<UInt32>(
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a,
    0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19)
  /// Bytes of an unfinished block, fewer than 64.
  private var pending: [UInt8] = []
  private var byteCount: UInt64 = 0

  package init() {
    pending.reserveCapacity(64)
  }

  /// Appends `bytes` to the message.
  package mutating func update(_ bytes: [UInt8]) {
    unsafe bytes.withUnsafeBytes { unsafe update(buffer: $0) }
  }

  /// Appends `bytes` to the message.
  package mutating func update(_ bytes: ArraySlice<UInt8>) {
    unsafe bytes.withUnsafeBytes { unsafe update(buffer: $0) }
  }

  /// Appends the bytes of `span` to the message.
  package mutating func update(_ span: RawSpan) {
    unsafe span.withUnsafeBytes { unsafe update(buffer: $0) }
  }

  /// Appends the memory of `elements`, in the byte order of the machine.
  package mutating func update<Element: BitwiseCopyable>(memoryOf elements: [Element]) {
    unsafe elements.withUnsafeBytes { unsafe update(buffer: $0) }
  }

  /// The digest of everything appended so far, 32 bytes; more may be appended afterwards.
  package func finish() -> [UInt8] {
    var rest = self
    let bitCount = byteCount &* 8
    let zeroCount = (119 &- Int(byteCount % 64)) % 64
    var padding: [UInt8] = [0x80]
    padding.append(contentsOf: repeatElement(0, count: zeroCount))
    for shift in stride(from: 56, through: 0, by: -8) {
      padding.append(UInt8(truncatingIfNeeded: bitCount >> UInt64(shift)))
    }
    rest.update(padding)
    var digest: [UInt8] = []
    digest.reserveCapacity(32)
    for index in 0..<8 {
      for shift in stride(from: 24, through: 0, by: -8) {
        digest.append(UInt8(truncatingIfNeeded: rest.state[index] >> UInt32(shift)))
      }
    }
    return digest
  }

  /// The digest so far as 64 lower-case hexadecimal digits.
  package func finishHex() -> String { Hexadecimal.text(finish()) }

  /// The digest of `bytes` as 64 lower-case hexadecimal digits.
  package static func hexDigest(of bytes: [UInt8]) -> String {
    var hash = SHA256()
    hash.update(bytes)
    return hash.finishHex()
  }

  private mutating func update(buffer: UnsafeRawBufferPointer) {
    byteCount &+= UInt64(buffer.count)
    var rest = unsafe buffer[...]
    if !pending.isEmpty {
      let taken = unsafe min(64 - pending.count, rest.count)
      unsafe pending.append(contentsOf: rest.prefix(taken))
      unsafe rest = rest.dropFirst(taken)
      guard pending.count == 64 else { return }
      unsafe pending.withUnsafeBytes { unsafe SHA256Blocks.compress(&state, $0) }
      pending.removeAll(keepingCapacity: true)
    }
    let whole = unsafe rest.count & ~63
    unsafe SHA256Blocks.compress(&state, UnsafeRawBufferPointer(rebasing: rest.prefix(whole)))
    unsafe pending.append(contentsOf: rest.dropFirst(whole))
  }
}
