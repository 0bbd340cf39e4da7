import Codecs
import Testing

@Suite struct TensorBoardTests {
  /// Source of the vectors: RFC 3720, appendix B.4.
  @Test func checksumsAreThoseOfTheStandard() {
    #expect(CRC32C.checksum([UInt8](repeating: 0, count: 32)) == 0x8a91_36aa)
    #expect(CRC32C.checksum([UInt8](repeating: 0xff, count: 32)) == 0x62a8_ab43)
    #expect(CRC32C.checksum((0..<32).map { UInt8($0) }) == 0x46dd_794e)
    #expect(CRC32C.checksum(Array("123456789".utf8)) == 0xe306_9283)
    #expect(CRC32C.checksum([]) == 0)
  }

  @Test func aRecordIsLengthBytesAndTwoChecksums() {
    let record = TFRecord.encoded([7, 8])
    #expect(record.count == 8 + 4 + 2 + 4)
    #expect(Array(record.prefix(8)) == [2, 0, 0, 0, 0, 0, 0, 0])
    #expect(Array(record[12..<14]) == [7, 8])
  }

  @Test func anEventHoldsItsScalars() throws {
    let record = TensorBoardEvents.scalars(
      [("step1/train/loss", 0.5), ("b", -1)], step: 300, wallTimeSeconds: 2.5)
    let event = try ProtobufMessage(Array(record[12..<(record.count - 4)]))
    #expect(try event.integer(2) == 300)
    let values = try event.messages(5).flatMap { try $0.messages(1) }
    #expect(try values.map { try $0.string(1) } == ["step1/train/loss", "b"])
  }
}
