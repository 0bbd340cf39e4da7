import Codecs
import Testing

@Suite struct ProtobufTests {
  private static let sample: ProtobufWriter = {
    var writer = ProtobufWriter()
    writer.integer(1, 150)
    writer.integer(2, -1)
    writer.string(3, "späte Zeile")
    writer.float(4, 0.5)
    writer.fixed64(5, 0x0102_0304_0506_0708)
    writer.packedIntegers(6, [0, 1, 127, 128, .max, .min])
    writer.packedFloats(7, [1, -2.5])
    writer.message(8) { nested in nested.message(1) { $0.integer(1, 7) } }
    return writer
  }()

  @Test func writesTheBytesOfTheSpecification() {
    var writer = ProtobufWriter()
    writer.integer(1, 150)
    writer.string(2, "testing")
    writer.message(3) { $0.integer(1, 150) }
    #expect(
      writer.bytes == [0x08, 0x96, 0x01, 0x12, 7] + Array("testing".utf8) + [
        0x1A, 3, 0x08, 0x96, 1,
      ])
  }

  @Test func readsWhatItWrites() throws {
    let message = try ProtobufMessage(Self.sample.bytes)
    #expect(try message.integer(1) == 150)
    #expect(try message.integer(2) == -1)
    #expect(try message.string(3) == "späte Zeile")
    #expect(try message.floats(4) == [0.5])
    #expect(message.fields[4].value == .fixed64(0x0102_0304_0506_0708))
    #expect(try message.integers(6) == [0, 1, 127, 128, .max, .min])
    #expect(try message.floats(7) == [1, -2.5])
    #expect(try message.messages(8).first?.messages(1).first?.integer(1) == 7)
    #expect(try message.integer(99) == nil)
  }

  @Test func everyTruncationIsAnErrorOrAWholePrefix() throws {
    let bytes = Self.sample.bytes
    let whole = try ProtobufMessage(bytes)
    let boundaries = Set(whole.fields.map(\.byteOffset))
    for count in 0..<bytes.count {
      let prefix = Array(bytes.prefix(count))
      if boundaries.contains(count) {
        #expect(try ProtobufMessage(prefix).fields == whole.fields.filter { $0.byteOffset < count })
      } else {
        #expect(throws: CodecFailure.self) { try ProtobufMessage(prefix) }
      }
    }
  }

  @Test(
    arguments: [
      [0x00, 0x00],  // field number 0
      [0x0B], [0x0C],  // groups
      [0x0E], [0x0F],  // unknown wire types
      [0x08] + Array(repeating: 0xFF, count: 10) + [0x01],  // varint of 77 bits
      [0x08] + Array(repeating: 0xFF, count: 9) + [0x02],  // varint of 65 bits
      [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01],  // length 2^64 - 1
      [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F],  // length 2^63 - 1
      [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01, 0x00],  // field number beyond 2^29
    ] as [[UInt8]])
  func refusesHostileBytes(_ bytes: [UInt8]) {
    #expect(throws: CodecFailure.self) { try ProtobufMessage(bytes) }
  }

  @Test func refusesNestingBeyondTheLimit() throws {
    var bytes: [UInt8] = []
    for _ in 0..<100 {
      var writer = ProtobufWriter()
      writer.data(1, bytes)
      bytes = writer.bytes
    }
    var messages = [try ProtobufMessage(bytes, maximumDepth: 16)]
    for _ in 0..<16 { messages = try messages[0].messages(1) }
    let deepest = messages[0]
    #expect(throws: CodecFailure.self) { try deepest.messages(1) }
  }

  @Test func refusesTheWrongTypeAndText() throws {
    let message = try ProtobufMessage(Self.sample.bytes)
    #expect(throws: CodecFailure.self) { try message.string(1) }
    #expect(throws: CodecFailure.self) { try message.integers(4) }
    #expect(throws: CodecFailure.self) { try message.floats(1) }
    #expect(throws: CodecFailure.self) { try message.messages(1) }
    #expect(throws: CodecFailure.self) {
      try ProtobufMessage([0x0A, 2, 0xC3, 0x28]).string(1)
    }
  }

  @Test func mutantsNeverTrap() throws {
    var state: UInt64 = 1
    let bytes = Self.sample.bytes
    for _ in 0..<20_000 {
      var mutant = bytes
      for _ in 0..<3 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        mutant[Int(state >> 33) % mutant.count] = UInt8(truncatingIfNeeded: state >> 24)
      }
      guard let message = try? ProtobufMessage(mutant) else { continue }
      for number in 1...8 {
        _ = try? message.integers(number)
        _ = try? message.floats(number)
        _ = try? message.strings(number)
        _ = try? message.messages(number)
      }
    }
  }
}
