import Codecs
import Testing

@Suite struct ScratchFileTests {
  @Test func blocksComeBackAndAreUsedAgain() throws {
    let file = ScratchFile()
    let count = ScratchFile.blockByteCount / 4
    let first = try file.store((0..<count).map { Float($0) })
    let second = try file.store([Float](repeating: 7, count: count))
    var read: [Float] = [-1]
    try file.read(10..<13, of: first, into: &read, zero: 0)
    try file.read(count - 1..<count, of: second, into: &read, zero: 0)
    #expect(read == [-1, 10, 11, 12, 7])
    file.release([first])
    #expect(file.usedBlockCount == 1)
    #expect(try file.store([Float](repeating: 1, count: count)) == first)
  }

  @Test func aFolderThatDoesNotExistIsAFailure() {
    let file = ScratchFile(folder: "/nowhere/at/all")
    let failure = #expect(throws: ScratchFailure.self) {
      try file.store([UInt8](repeating: 0, count: ScratchFile.blockByteCount))
    }
    #expect(failure?.operation == "create")
    #expect(failure?.description.contains("TMPDIR") == true)
  }
}
