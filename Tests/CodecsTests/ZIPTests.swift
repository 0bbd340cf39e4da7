import Codecs
import Testing

@Suite struct ZIPTests {
  @Test func archivesOfNumPy() throws {
    let compressed = try NPZArchive(NumPyFixtures.compressed)
    #expect(compressed.names == ["x", "name"])
    #expect(try compressed.array("x")?.floats == [1.5, -2, 3.25, 4, 5, 6])
    #expect(try compressed.array("name")?.texts == ["u", "vw"])
    #expect(try compressed.array("z") == nil)
    let stored = try NPZArchive(NumPyFixtures.stored)
    #expect(try stored.array("y")?.integers == [0, 1, 2])
  }

  @Test(arguments: [0, 1, 6, 9], [0xffff_ffff, 0]) func thereAndBack(level: Int, wideFrom: Int)
    throws
  {
    let contents: [(String, [UInt8])] = [
      ("a", []), ("b/ü", Array("hello hello hello hello".utf8)),
      ("c", (0..<70_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) }),
    ]
    var writer = ZIPWriter(wideFrom: wideFrom)
    for (name, content) in contents { writer.add(name, content, level: level) }
    let archive = try ZIPArchive(writer.finish())
    #expect(archive.members.map(\.name) == contents.map(\.0))
    for (member, (_, content)) in zip(archive.members, contents) {
      #expect(try archive.contents(of: member) == content)
    }
  }

  @Test func everyTruncationIsRefusedAndNamed() {
    for whole in [NumPyFixtures.compressed, NumPyFixtures.stored] {
      for count in 0..<whole.count {
        let failure = #expect(throws: CodecFailure.self, "cut to \(count)") {
          try readAll(Array(whole.prefix(count)))
        }
        if count > 1, case .truncated = failure {
        } else if count > 1 {
          Issue.record("\(count): \(String(describing: failure))")
        }
      }
    }
  }

  @Test func everyChangedByteIsHandled() {
    for whole in [NumPyFixtures.compressed, NumPyFixtures.stored] {
      for index in whole.indices {
        for value: UInt8 in [0, 1, 0x50, 0x7f, 0xff] {
          var changed = whole
          changed[index] = value
          try? readAll(changed)
        }
      }
    }
  }

  @Test func changedContentFailsItsChecksum() throws {
    var writer = ZIPWriter()
    writer.add("a", Array("abcdef".utf8))
    var bytes = writer.finish()
    bytes[31] ^= 1
    let archive = try ZIPArchive(bytes)
    let failure = #expect(throws: CodecFailure.self) {
      try archive.contents(of: archive.members[0])
    }
    #expect(failure?.description.contains("CRC-32") == true)
  }

  @Test func duplicateNamesAreRefused() {
    var writer = ZIPWriter()
    writer.add("aa", [1])
    writer.add("ab", [2])
    let bytes = writer.finish().map { $0 == UInt8(ascii: "b") ? UInt8(ascii: "a") : $0 }
    let failure = #expect(throws: CodecFailure.self) { try ZIPArchive(bytes) }
    #expect(failure?.description.contains("twice") == true)
  }

  @Test func limitsHold() {
    var writer = ZIPWriter()
    writer.add("zeros", [UInt8](repeating: 0, count: 1_000_000), level: 9)
    let bytes = writer.finish()
    var limits = ZIPArchive.Limits()
    limits.memberByteCount = 999_999
    let failure = #expect(throws: CodecFailure.self) { try ZIPArchive(bytes, limits: limits) }
    guard case .tooLarge = failure else {
      Issue.record("\(String(describing: failure))")
      return
    }
  }

  @Test func othersAreNamed() {
    let page = Array("\n<!DOCTYPE html><html>".utf8)
    let pointer = Array("version https://git-lfs.github.com/spec/v1\noid sha256:0".utf8)
    for (bytes, word) in [(page, "web page"), (pointer, "git lfs pull"), ([], "empty")] {
      let failure = #expect(throws: CodecFailure.self) { try NPZArchive(bytes) }
      #expect(failure?.description.contains(word) == true)
    }
  }

  @Test func sameContentGivesSameBytes() {
    let array = NPYArray(shape: [2, 2], floats: [1, 2, 3, 4])
    let once = NPZArchive.bytes([("a", array), ("b", NPYArray(texts: ["x"]))], level: 6)
    let again = NPZArchive.bytes([("a", array), ("b", NPYArray(texts: ["x"]))], level: 6)
    #expect(once == again)
  }

  private func readAll(_ bytes: [UInt8]) throws {
    let archive = try NPZArchive(bytes)
    for name in archive.names { _ = try archive.array(name) }
  }
}
