import Codecs
import Testing

@Suite struct SafetensorsTests {
  private static let sample = Safetensors(
    metadata: ["b": "zwei \"Wörter\"\n", "a": "1"],
    tensors: [
      SafetensorsTensor(name: "x", shape: [2, 3], floats: [0, 1, 2, 3, -4, .infinity]),
      SafetensorsTensor(name: "a/empty", shape: [0, 5], floats: []),
      SafetensorsTensor(name: "flags", type: .bool, shape: [3], bytes: [1, 0, 1]),
      SafetensorsTensor(name: "scalar", shape: [], floats: [7]),
    ])

  /// A file from a header text and data bytes.
  private static func file(_ header: String, data: [UInt8] = [], length: UInt64? = nil) -> [UInt8] {
    let text = Array(header.utf8)
    let declared = length ?? UInt64(text.count)
    return (0..<8).map { UInt8(truncatingIfNeeded: declared >> (8 * $0)) } + text + data
  }

  @Test func readsWhatItWrites() throws {
    let bytes = try Self.sample.encoded()
    let read = try Safetensors(bytes: bytes)
    #expect(read.metadata == Self.sample.metadata)
    #expect(read.tensors.map(\.name) == ["a/empty", "scalar", "x", "flags"])
    for tensor in Self.sample.tensors {
      #expect(read.tensor(tensor.name)?.shape == tensor.shape)
      #expect(read.tensor(tensor.name).map { Array($0.bytes) } == Array(tensor.bytes))
    }
    #expect(read.tensor("x")?.floats == [0, 1, 2, 3, -4, .infinity])
    #expect(read.tensor("flags")?.floats == nil)
    #expect(try read.encoded() == bytes)
    let headerCount = Int(bytes[0]) + 256 * Int(bytes[1])
    #expect(headerCount.isMultiple(of: 8))
  }

  @Test func readsAnEmptyFile() throws {
    let bytes = try Safetensors(tensors: []).encoded()
    #expect(bytes == Self.file("{}      "))
    #expect(try Safetensors(bytes: bytes).tensors.isEmpty)
  }

  @Test func everyTruncationIsAnError() throws {
    let bytes = try Self.sample.encoded()
    for count in 0..<bytes.count {
      #expect(throws: CodecFailure.self) { try Safetensors(bytes: Array(bytes.prefix(count))) }
    }
    #expect(throws: CodecFailure.self) { try Safetensors(bytes: bytes + [0]) }
  }

  @Test func refusesToWriteWhatItWouldNotRead() {
    let tensor = SafetensorsTensor(name: "x", shape: [1], floats: [0])
    var short = tensor
    short.shape = [2]
    var reserved = tensor
    reserved.name = "__metadata__"
    for tensors in [[tensor, tensor], [short], [reserved]] {
      #expect(throws: CodecFailure.self) { try Safetensors(tensors: tensors).encoded() }
    }
  }

  @Test(arguments: [
    // Not an object at byte 8, or not closed.
    ("[]", 0), (" {}", 0), ("{", 0), ("{}x", 0), ("{}\n", 0), ("", 0), ("{\"a\"}", 0),
    // Duplicate keys, in the header, in an entry, by an escape, and in the metadata.
    (
      #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"#
        + #""a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}"#, 2
    ),
    (#"{"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#, 1),
    (#"{"__metadata__":{"k":"1","\u006b":"2"}}"#, 0),
    (#"{"__metadata__":{},"__metadata__":{}}"#, 0),
    // Metadata that is not a string map.
    (#"{"__metadata__":{"k":1}}"#, 0), (#"{"__metadata__":"k"}"#, 0),
    // Missing, unknown or extra members.
    (#"{"a":{"dtype":"U8","shape":[1]}}"#, 1),
    (#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"more":[]}}"#, 1),
    (#"{"a":{"dtype":"U7","shape":[1],"data_offsets":[0,1]}}"#, 1),
    (#"{"a":{"dtype":"U8","shape":1,"data_offsets":[0,1]}}"#, 1),
    (#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0]}}"#, 1),
    // Numbers that are not plain integers.
    (#"{"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}}"#, 1),
    (#"{"a":{"dtype":"U8","shape":[1.0],"data_offsets":[0,1]}}"#, 1),
    (#"{"a":{"dtype":"U8","shape":[01],"data_offsets":[0,1]}}"#, 1),
    (#"{"a":{"dtype":"U8","shape":[9223372036854775808],"data_offsets":[0,1]}}"#, 1),
    // Hole at the start, hole between, overlap, descending, tail, data too short.
    (#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}"#, 2),
    (
      #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"#
        + #""b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}}"#, 3
    ),
    (
      #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"#
        + #""b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}"#, 3
    ),
    (#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}}"#, 1),
    (#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#, 2),
    (#"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}"#, 1),
    // The same bytes for two tensors; an empty tensor inside another one.
    (
      #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"#
        + #""b":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}"#, 2
    ),
    (
      #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"#
        + #""b":{"dtype":"U8","shape":[0],"data_offsets":[1,1]}}"#, 2
    ),
    // Shapes whose product overflows, also to a small number, also behind a zero.
    (
      #"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}"#, 0
    ),
    (#"{"a":{"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,0]}}"#, 0),
    (
      #"{"a":{"dtype":"U8","shape":[0,9223372036854775807,2],"data_offsets":[0,0]}}"#, 0
    ),
    // Size that disagrees with the type; too many dimensions; too deep.
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,1]}}"#, 1),
    (#"{"a":{"dtype":"U8","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,1]}}"#, 1),
    (#"{"a":[[[[[[[[1]]]]]]]]}"#, 0),
    // Broken strings.
    (#"{"\ud800":1}"#, 0), (#"{"\x":1}"#, 0), ("{\"a\u{1}\":1}", 0),
    (#"{"__metadata__":null}"#, 0), (#"{"a":true}"#, 0), ("{\"a\":{},}", 0),
  ])
  func refusesHostileHeaders(_ header: String, dataCount: Int) {
    #expect(throws: CodecFailure.self) {
      try Safetensors(bytes: Self.file(header, data: Array(repeating: 0, count: dataCount)))
    }
  }

  /// Elements of an array take more memory than their text: more than any shape has are refused.
  @Test func refusesLongArrays() {
    let zeros = String(repeating: "0,", count: 5000)
    let failure = #expect(throws: CodecFailure.self) {
      try Safetensors(bytes: Self.file("{\"a\":[\(zeros)0]}", data: []))
    }
    #expect(failure?.description.contains("at most 1024 elements") == true)
  }

  @Test(arguments: [UInt64.max, UInt64(Int64.max), 100_000_001, 100_000_000, 3])
  func refusesWrongHeaderLengths(_ length: UInt64) {
    #expect(throws: CodecFailure.self) {
      try Safetensors(bytes: Self.file("{}", length: length))
    }
  }

  @Test func readsEscapesAndEmptyTensorsAtTheEdges() throws {
    let header =
      #"{"__metadata__":{"\ud83d\ude00\t":"\"\\\/"}, "#
      + #""a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"#
      + #""b":{"shape":[0,3],"dtype":"F64","data_offsets":[2,2]}}  "#
    let read = try Safetensors(bytes: Self.file(header, data: [1, 2]))
    #expect(read.metadata == ["😀\t": "\"\\/"])
    #expect(read.tensors.map(\.name) == ["a", "b"])
  }

  @Test func mutantsNeverTrap() throws {
    var state: UInt64 = 7
    let bytes = try Self.sample.encoded()
    for _ in 0..<20_000 {
      var mutant = bytes
      for _ in 0..<2 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        mutant[Int(state >> 33) % mutant.count] = UInt8(truncatingIfNeeded: state >> 24)
      }
      if let read = try? Safetensors(bytes: mutant) { _ = try? read.encoded() }
    }
  }

  @Test func failuresNamePlaceExpectationAndFinding() {
    do {
      _ = try Safetensors(bytes: Self.file("{}", data: [0]))
      Issue.record("a tail was accepted")
    } catch {
      let expected = "safetensors, byte 10: expected the end of the file, found 1 more bytes"
      #expect("\(error)" == expected)
    }
  }
}
