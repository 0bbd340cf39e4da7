import CMKTFormat
import Codecs
import Testing

@Suite struct ScratchArrayTests {
  @Test func elementsComeBackWhereverTheyAre() throws {
    let file = ScratchFile()
    let array = ScratchArray<Float>(in: file)
    let blockCount = ScratchFile.blockByteCount / 4
    var expected: [Float] = []
    // Parts that end before, at and after the edges of blocks.
    for (part, count) in [3, blockCount - 3, 1, 2 * blockCount + 5, 0, blockCount].enumerated() {
      let elements = (0..<count).map { Float(part * 1000 + $0 % 777) }
      try array.append(elements)
      expected += elements
    }
    try array.append(repeating: 9, count: blockCount + 1)
    expected += Array(repeating: 9, count: blockCount + 1)
    #expect(array.count == expected.count)
    #expect(try array.elements() == expected)
    let edges = [0, 1, blockCount - 1, blockCount, blockCount + 1, 3 * blockCount, expected.count]
    for begin in edges {
      for end in edges where end >= begin {
        #expect(try array.elements(in: begin..<end) == Array(expected[begin..<end]))
      }
    }
    #expect(file.usedBlockCount == expected.count / blockCount)
  }

  @Test func smallArraysNeedNoFileAndLargeOnesGiveItBack() throws {
    let file = ScratchFile(folder: "/nowhere/at/all")
    let small = try ScratchArray<UInt8>([1, 2, 3], in: file)
    #expect(try small.elements() == [1, 2, 3])
    #expect(throws: ScratchFailure.self) {
      try small.append(repeating: 0, count: ScratchFile.blockByteCount)
    }
    let real = ScratchFile()
    do {
      let large = ScratchArray<Double>(in: real)
      try large.append(repeating: 1, count: ScratchFile.blockByteCount)
      #expect(real.usedBlockCount == 8)
    }
    #expect(real.usedBlockCount == 0)
  }

  @Test func manyReadAtOnce() async throws {
    let array = try ScratchArray((0..<500_000).map { Int32($0) })
    let sums = parallelMap(64, threads: 8) { part -> Int in
      let elements = (try? array.elements(in: part * 7000..<part * 7000 + 9000)) ?? []
      return elements.reduce(0) { $0 + Int($1) }
    }
    for (part, sum) in sums.enumerated() {
      #expect(sum == (part * 7000..<part * 7000 + 9000).reduce(0, +))
    }
  }
}
