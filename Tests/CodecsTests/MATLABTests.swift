import Codecs
import TestSupport
import Testing

@Suite struct MATLABTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func bytes(_ name: String) throws -> [UInt8] {
    var result: [UInt8] = []
    var rest = try #require(MATLABFixtures.files[name]).filter { !$0.isWhitespace }[...]
    while let first = rest.first {
      guard first == "(", let end = rest.firstIndex(of: ")"), let star = rest.firstIndex(of: "*")
      else {
        result.append(try #require(UInt8(rest.prefix(2), radix: 16)))
        rest = rest.dropFirst(2)
        continue
      }
      let count = try #require(Int(rest[rest.index(after: rest.startIndex)..<star]))
      let byte = try #require(UInt8(rest[rest.index(after: star)..<end], radix: 16))
      result.append(contentsOf: repeatElement(byte, count: count))
      rest = rest[rest.index(after: end)...]
    }
    return result
  }

  private func open(_ bytes: [UInt8]) throws -> MATLABFile {
    try MATLABFile(folder.write(bytes, to: "test.mat"))
  }

  @Test(arguments: ["plain", "zipped"])
  func featuresAndNames(name: String) throws {
    let file = try open(bytes(name))
    let features = try #require(file.variable("features"))
    #expect(features.className == "double" && features.dimensions == [2, 3])
    let values = try file.rowMajorFloats(features)
    #expect(values[0...2] == [1.5, 2, -3.25])
    #expect(values[3].isNaN && values[4] == -.infinity && values[5] == 6)
    let names = try #require(file.variable("names"))
    #expect(try file.read(names).allTexts == ["F0", "VUV", "MCEP_0"])
    #expect(file.variable("absent") == nil)
  }

  @Test func everyClass() throws {
    let file = try open(bytes("types"))
    func read(_ name: String) throws -> MATLABArray.Content {
      try file.read(#require(file.variable(name))).content
    }
    #expect(try read("i8") == .numbers([-1, 2]))
    #expect(try read("u16") == .numbers([65535]))
    #expect(try read("i32") == .numbers([-5, 6]))
    #expect(try read("u64") == .numbers([3, 9_223_372_036_854_775_808]))
    #expect(try read("i64") == .numbers([1_099_511_627_776]))
    #expect(try read("f32") == .numbers([0.5]))
    #expect(try read("t") == .texts(["text"]))
    #expect(try read("rows") == .texts(["ab", "c"]))
    #expect(try read("e") == .numbers([]))
    #expect(try read("b") == .numbers([1, 0]))
  }

  /// A matrix written by hand with the most significant byte first.
  @Test func bigEndian() throws {
    func word(_ value: UInt32) -> [UInt8] {
      [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }
    var matrix = word(6) + word(8) + word(6) + word(0)
    matrix += word(5) + word(8) + word(1) + word(2)
    matrix += word(1 << 16 | 1) + [0x78, 0, 0, 0]
    matrix += word(9) + word(16)
    for value in [1.5, -2.0] {
      matrix +=
        word(UInt32(value.bitPattern >> 32)) + word(UInt32(truncatingIfNeeded: value.bitPattern))
    }
    var file = Array("MATLAB 5.0 MAT-file".utf8) + [UInt8](repeating: 0x20, count: 105)
    file += [1, 0] + Array("MI".utf8) + word(14) + word(UInt32(matrix.count)) + matrix
    let opened = try open(file)
    let variable = try #require(opened.variable("x"))
    #expect(try opened.read(variable).content == .numbers([1.5, -2]))
  }

  @Test(arguments: [("struct", "struct"), ("complex", "complex"), ("sparse", "sparse")])
  func refusedByName(name: String, word: String) throws {
    let file = try open(bytes(name))
    let failure = #expect(throws: CodecFailure.self) { try file.read(file.variables[0]) }
    #expect(failure?.description.contains(word) == true)
  }

  @Test func otherVersions() throws {
    var old = try bytes("plain")
    old[125] = 2
    #expect(throws: CodecFailure.self) { try open(old) }
    let failure = #expect(throws: CodecFailure.self) { try open(Array(old.prefix(100))) }
    #expect(failure?.description.contains("128 bytes") == true)
  }

  /// Reading everything of a damaged file ends, without a trap.
  private func readAll(_ bytes: [UInt8]) -> Bool {
    guard let file = try? open(bytes) else { return false }
    return file.variables.allSatisfy { (try? file.read($0, limit: 1 << 20)) != nil }
  }

  @Test(arguments: ["plain", "zipped"])
  func cutAndBent(name: String) throws {
    let whole = try bytes(name)
    #expect(readAll(whole))
    var refused = 0
    for count in stride(from: 0, to: whole.count, by: 3) {
      if !readAll(Array(whole.prefix(count))) { refused += 1 }
    }
    #expect(refused > whole.count / 4)
    for index in 120..<whole.count {
      for byte in [0, 1, 0x7f, 0xff] as [UInt8] where whole[index] != byte {
        var bent = whole
        bent[index] = byte
        _ = readAll(bent)
      }
    }
  }

  /// A short data element, padded to eight bytes.
  private func element(_ type: UInt8, _ data: [UInt8]) -> [UInt8] {
    let pad = [UInt8](repeating: 0, count: (8 - data.count % 8) % 8)
    return [type, 0, 0, 0, UInt8(data.count), 0, 0, 0] + data + pad
  }

  /// What stands before the data of a variable called `a`.
  private func header(classNumber: UInt8, _ dimensions: [UInt32]) -> [UInt8] {
    let extents = dimensions.flatMap { extent in
      [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: extent >> $0) }
    }
    return element(6, [classNumber, 0, 0, 0, 0, 0, 0, 0]) + element(5, extents) + element(1, [0x61])
  }

  /// A zero among the dimensions does not hide that the others overflow when multiplied.
  @Test func hugeDimensionsBesideZero() throws {
    let most = UInt32(Int32.max)
    let body = header(classNumber: 6, [0, most, most, most]) + element(9, [])
    let start = try bytes("plain").prefix(128)
    let failure = #expect(throws: CodecFailure.self) { try open(start + element(14, body)) }
    #expect(failure?.description.contains("possible dimensions") == true)
  }

  /// Cells in cells count together: each takes more memory than its eight bytes.
  @Test func manyCells() throws {
    let inner = element(14, header(classNumber: 1, [1, 999_999]))
    let body = header(classNumber: 1, [1, 2]) + inner
    let file = try open(bytes("plain").prefix(128) + element(14, body))
    let failure = #expect(throws: CodecFailure.self) { try file.read(file.variables[0]) }
    #expect(failure?.description.contains("at most 1000000 cells") == true)
  }
}
