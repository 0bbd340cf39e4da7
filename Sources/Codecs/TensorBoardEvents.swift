/// Event files of TensorBoard: records of the protobuf message `Event`.
///
/// Source: tensorflow/core/util/event.proto and summary.proto, and "TFRecord and tf.Example".
package enum TensorBoardEvents {
  /// The record that an event file starts with.
  package static func header(wallTimeSeconds: Double) -> [UInt8] {
    record {
      $0.fixed64(1, wallTimeSeconds.bitPattern)
      $0.string(3, "brain.Event:2")
    }
  }

  /// The scalars `values` by tag, at `step`.
  package static func scalars(
    _ values: [(tag: String, value: Double)], step: Int, wallTimeSeconds: Double
  ) -> [UInt8] {
    record { event in
      event.fixed64(1, wallTimeSeconds.bitPattern)
      event.integer(2, Int64(step))
      event.message(5) { summary in
        for (tag, value) in values {
          summary.message(1) { item in
            item.string(1, tag)
            item.float(2, Float(value))
          }
        }
      }
    }
  }

  private static func record(_ build: (inout ProtobufWriter) -> Void) -> [UInt8] {
    var writer = ProtobufWriter()
    build(&writer)
    return TFRecord.encoded(writer.bytes)
  }
}

/// One record of a TFRecord file: length, its checksum, the bytes, their checksum.
package enum TFRecord {
  /// `data` as a record.
  package static func encoded(_ data: [UInt8]) -> [UInt8] {
    let length = littleEndian(UInt64(data.count), byteCount: 8)
    return length + littleEndian(UInt64(masked(length)), byteCount: 4) + data
      + littleEndian(UInt64(masked(data)), byteCount: 4)
  }

  /// The checksum, turned and shifted, so that checksums of checksums stay apart.
  private static func masked(_ bytes: [UInt8]) -> UInt32 {
    let checksum = CRC32C.checksum(bytes)
    return (checksum >> 15 | checksum << 17) &+ 0xa282_ead8
  }

  private static func littleEndian(_ value: UInt64, byteCount: Int) -> [UInt8] {
    (0..<byteCount).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}
