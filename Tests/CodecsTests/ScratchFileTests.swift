import Codecs
import Testing

@Suite struct ScratchFileTests {
  @Test func blocksAreUsedAgain() throws {
    let file = ScratchFile()
    let block = [UInt8](repeating: 7, count: ScratchFile.blockByteCount)
    let first = try file.store(block)
    _ = try file.store(block)
    file.release([first])
    #expect(file.usedBlockCount == 1)
    #expect(try file.store(block) == first)
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
