import Codecs
import TestSupport
import Testing

#if canImport(Foundation)
  import Foundation
#endif

/// Arrays that stay in their files, against the same arrays read whole.
@Suite struct NPYFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func write(_ bytes: [UInt8], _ name: String) throws -> String {
    let path = folder.file(name)
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return path
  }

  /// About 3 MB, so that there are several blocks, of odd lengths.
  private var array: NPYArray {
    NPYArray(
      shape: [1001, 757], floats: (0..<(1001 * 757)).map { Float($0 &* 7919 % 10_007) })
  }

  private func allFloats(_ file: NPYFile) throws -> [Float] {
    var values: [Float] = []
    try file.forEachBlock { block in
      values += block.floats ?? []
      return true
    }
    return values
  }

  @Test func plainFilesAreReadAnywhere() throws {
    let file = try NPYFile(path: try write(array.npy(), "x.npy"))
    #expect(file.shape == [1001, 757] && file.type == .float32 && file.isSeekable)
    let expected = try #require(array.floats)
    #expect(try allFloats(file) == expected)
    for range in [0..<1, 500..<70_000, 757_756..<757_757, 9..<9] {
      #expect(try file.elements(in: range) == .floats(Array(expected[range])))
    }
  }

  @Test(arguments: [0, 6]) func membersEqualWholeReads(level: Int) throws {
    let path = try write(
      NPZArchive.bytes([("a", array), ("b", NPYArray(texts: ["x", "yz"]))], level: level), "x.npz")
    let archive = try NPZArchive(path: path)
    #expect(archive.names == ["a", "b"])
    let file = try #require(try archive.file("a"))
    #expect(file.isSeekable == (level == 0) && file.count == 1001 * 757)
    #expect(try allFloats(file) == array.floats)
    #expect(try archive.array("a") == array)
    var first: NPYElements?
    try file.forEachBlock { block in
      first = first ?? block
      return false
    }
    #expect(first?.floats?.prefix(9).elementsEqual(array.floats?.prefix(9) ?? []) == true)
    #expect(try archive.file("c") == nil)
  }

  /// zlib has taken the last input here before it gave the last output, for want of room.
  @Test(arguments: Array(stride(from: 1, to: 300, by: 9)))
  func streamsEndSoonAfterABlock(excess: Int) throws {
    let zeros = [UInt8](repeating: 0, count: ZIPArchive.blockByteCount + excess)
    var writer = ZIPWriter()
    writer.add("zeros", zeros, level: 6)
    let archive = try ZIPArchive(writer.finish())
    let member = try #require(archive.members.first)
    var content: [UInt8] = []
    try archive.forEachBlock(of: member) { block in
      content += block
      return true
    }
    #expect(content == zeros)
  }

  @Test(arguments: [0, 6]) func damageIsFound(level: Int) throws {
    let small = NPYArray(shape: [50, 9], floats: (0..<450).map { Float($0) })
    let bytes = NPZArchive.bytes([("a", small)], level: level)
    for end in stride(from: 0, to: bytes.count, by: 7) {
      let path = try write(Array(bytes[..<end]), "short.npz")
      #expect(throws: CodecFailure.self) { try NPZArchive(path: path) }
    }
    var silent = 0
    for index in stride(from: 0, to: bytes.count, by: 3) {
      var flipped = bytes
      flipped[index] ^= 0x10
      let path = try write(flipped, "flipped.npz")
      do {
        guard let file = try NPZArchive(path: path).file("a") else { continue }
        if try allFloats(file) != small.floats { silent += 1 }
      } catch is CodecFailure {}
    }
    #expect(silent == 0)
  }

  @Test func lyingHeadersAreRefused() throws {
    let bytes = array.npy()
    let cut = try write(Array(bytes.dropLast()), "cut.npy")
    #expect(throws: CodecFailure.self) { try NPYFile(path: cut) }
    let long = try write(bytes + [0], "long.npy")
    #expect(throws: CodecFailure.self) { try NPYFile(path: long) }
    #expect(throws: CodecFailure.self) { try NPYFile(path: folder.file("none.npy")) }
  }
}
