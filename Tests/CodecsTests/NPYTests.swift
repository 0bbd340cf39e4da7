import Codecs
import Testing

@Suite struct NPYTests {
  private func read(_ name: String) throws -> NPYArray {
    try NPYArray(npy: #require(NumPyFixtures.arrays[name]))
  }

  @Test func numbersOfNumPy() throws {
    let matrix = try read("float32")
    #expect(matrix == NPYArray(shape: [2, 3], floats: [1.5, -2, 3.25, 4, 5, 6]))
    #expect(try read("bigEndianFloat64").doubles == [1.5, -2.25, 1e300])
    #expect(
      try read("half").floats == [
        1, -2.5, 65504, 5.960464477539063e-08, .infinity, 0.0999755859375,
      ])
    #expect(try read("int8").integers == [-128, 0, 127])
    #expect(try read("bigEndianUInt16").integers == [1, 65535])
    #expect(try read("uint64").elements == .unsigned([.max, 0]))
    #expect(try read("uint64").integers == nil)
    #expect(try read("bool").elements == .flags([true, false]))
    #expect(try read("version2").integers == [1, 2])
    #expect(try read("version3").integers == [1, 2])
  }

  @Test func shapesOfNumPy() throws {
    let columnMajor = try read("columnMajor")
    #expect(columnMajor.shape == [2, 3, 2])
    #expect(columnMajor.integers == Array(0..<12))
    #expect(try read("scalar") == NPYArray(shape: [], integers: [7]))
    #expect(try read("empty") == NPYArray(shape: [0, 4], floats: []))
  }

  @Test func textsOfNumPy() throws {
    #expect(try read("unicode").texts == ["a", "grüß", "😀b"])
    #expect(try read("bytesText").texts == ["ab", "c"])
    #expect(try read("unicode").floats == nil)
  }

  @Test(arguments: ["float32", "half", "int8", "uint64", "bool", "unicode", "scalar", "empty"])
  func writerEqualsNumPy(name: String) throws {
    #expect(try read(name).npy() == NumPyFixtures.arrays[name])
  }

  @Test(arguments: [("object", "pickle"), ("structured", "structured"), ("complex", "<c8")])
  func refusedByName(name: String, word: String) throws {
    let failure = #expect(throws: CodecFailure.self) { try read(name) }
    guard case .unsupported = failure else {
      Issue.record("\(String(describing: failure))")
      return
    }
    #expect(failure?.description.contains(word) == true)
  }

  @Test func everyTruncationIsRefused() {
    for (name, bytes) in NumPyFixtures.arrays where name != "empty" {
      for count in 0..<bytes.count {
        #expect(throws: CodecFailure.self, "\(name) cut to \(count)") {
          try NPYArray(npy: Array(bytes.prefix(count)))
        }
      }
    }
  }

  @Test func everyChangedByteIsHandled() throws {
    for (_, bytes) in NumPyFixtures.arrays {
      for index in bytes.indices {
        for value: UInt8 in [0, 0x28, 0x39, 0x7f, 0xff] {
          var changed = bytes
          changed[index] = value
          _ = try? NPYArray(npy: changed)
        }
      }
    }
  }

  static let hostileShapes = [
    "(9223372036854775807,)", "(9223372036854775808,)", "(4294967296, 4294967296)",
    "(4294967296, 4294967296, 4294967296)", "(1000000000,)", "(-1,)", "(1.0,)", "(((1,),),)",
    "(" + String(repeating: "1,", count: 33) + ")", "5", "(1", "",
  ]

  @Test(arguments: hostileShapes) func hostileShape(_ shape: String) {
    let header = "{'descr': '<f8', 'fortran_order': True, 'shape': \(shape), }\n"
    let bytes = file(header, payload: [1, 2, 3, 4, 5, 6, 7, 8])
    #expect(throws: CodecFailure.self) { try NPYArray(npy: bytes) }
  }

  static let hostileHeaders = [
    "{'descr': '<f8', 'descr': '<f8', 'fortran_order': True, 'shape': (1,)}",
    "{'descr': '<f8', 'shape': (1,)}", "{'descr': '<f8', 'fortran_order': 1, 'shape': (1,)}",
    "{'descr': '<f8\\x00', 'fortran_order': False, 'shape': (1,)}", "{'descr", "[]",
    "{'descr': '<U99999999999999', 'fortran_order': False, 'shape': (1,)}",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (1,)} x",
  ]

  @Test(arguments: hostileHeaders) func hostileHeader(_ header: String) {
    #expect(throws: CodecFailure.self) {
      try NPYArray(npy: file(header, payload: [UInt8](repeating: 0, count: 8)))
    }
  }

  /// Readers multiply extents other than the zero, too.
  @Test(arguments: [
    "4611686018427387904, 4, 0", "0, 4611686018427387904, 4", "0, 2305843009213693952",
  ])
  func hugeExtentsBesideZero(_ extents: String) {
    let header = "{'descr': '<f8', 'fortran_order': True, 'shape': (\(extents))}"
    #expect(throws: CodecFailure.self) { try NPYArray(npy: file(header, payload: [])) }
  }

  @Test func emptyArraysBesideZero() throws {
    let header = "{'descr': '<f8', 'fortran_order': True, 'shape': (65536, 0, 65536)}"
    #expect(try NPYArray(npy: file(header, payload: [])).elements.count == 0)
  }

  @Test func wrongCodePointIsRefused() {
    let header = "{'descr': '<U1', 'fortran_order': False, 'shape': (1,)}"
    #expect(throws: CodecFailure.self) {
      try NPYArray(npy: file(header, payload: [0, 0xd8, 0, 0]))
    }
  }

  private func file(_ header: String, payload: [UInt8]) -> [UInt8] {
    let count = header.utf8.count
    let length = [UInt8(count & 255), UInt8(count >> 8)]
    return NPYArray.magic + [1, 0] + length + Array(header.utf8) + payload
  }
}
