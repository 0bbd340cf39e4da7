import Codecs
import Testing

@Suite struct SHA256Tests {
  /// Messages of FIPS 180-4's examples and their digests.
  static let vectors: [(message: String, digest: String)] = [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ]

  @Test(arguments: vectors) func standardExamples(message: String, digest: String) {
    #expect(SHA256.hexDigest(of: Array(message.utf8)) == digest)
  }

  @Test func millionLetters() {
    let digest = SHA256.hexDigest(of: [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000))
    #expect(digest == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test func everyDivisionGivesTheSameDigest() {
    let message = (0..<300).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let whole = SHA256.hexDigest(of: message)
    for first in 0...message.count {
      var hash = SHA256()
      hash.update(message[..<first])
      _ = hash.finish()
      let rest = Array(message[first...])
      unsafe hash.update(rest.span.bytes)
      #expect(hash.finishHex() == whole)
    }
  }

  @Test func everyLengthAroundABlock() {
    // Digest of the digests of lengths 0 ... 130 of the byte sequence 0, 1, 2, …, from hashlib.
    var chain = SHA256()
    for length in 0...130 {
      var hash = SHA256()
      hash.update((0..<length).map { UInt8($0) })
      chain.update(hash.finish())
    }
    #expect(chain.finishHex() == "e5bbbecd60c3632a3455f465bfd8b079c30ef608d2bcc34227f4e5573029020e")
  }

  @Test(arguments: [0, 1, 2, 3, 17, 100])
  func bothImplementationsAgree(blockCount: Int) {
    let blocks = (0..<64 * blockCount).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ $0 >> 6) }
    var fast = SIMD8<UInt32>(1, 2, 3, 4, 5, 6, 7, .max)
    var portable = fast
    SHA256Blocks.compress(&fast, blocks)
    SHA256Blocks.compressPortably(&portable, blocks)
    #expect(fast == portable)
  }

  @Test func numbersAreTheirMemory() {
    var hash = SHA256()
    hash.update(memoryOf: [UInt32(0x6463_6261).littleEndian])
    #expect(hash.finishHex() == SHA256.hexDigest(of: Array("abcd".utf8)))
  }

  @Test func hexadecimalBothWays() {
    #expect(Hexadecimal.text([0, 255, 16]) == "00ff10")
    #expect(Hexadecimal.bytes("00fF10") == [0, 255, 16])
    #expect(Hexadecimal.bytes("0") == nil)
    #expect(Hexadecimal.bytes("0g") == nil)
  }

  @Test func missingFileIsNamedWithoutItsFolder() {
    #expect(throws: CodecFailure.unreadable(file: "none.bin", reason: "no such file or directory"))
    {
      try SHA256.digest(ofFile: "/nowhere/at/all/none.bin")
    }
  }
}
