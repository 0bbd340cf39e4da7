import Codecs

extension RawChunk {
  /// The values of the chunk, its filters undone outside HDF5, which would let a small chunk become
  /// as long as it likes.
  ///
  /// - Parameters:
  ///   - filters: shuffle, deflate and fletcher32 only, as they were applied.
  ///   - byteCount: what the chunk must come to.
  /// - Throws: `CodecFailure` where it is damaged or comes to another length.
  func values(
    _ filters: [Filter], elementByteCount: Int, _ byteCount: Int
  ) throws(CodecFailure) -> [UInt8] {
    var values = bytes
    for (index, filter) in filters.enumerated().reversed()
    where filterMask & (1 << UInt32(index)) == 0 {
      let codec: ChunkFilter =
        switch filter {
        case .shuffle: .shuffle(elementByteCount: elementByteCount)
        case .deflate(let level): .deflate(level: level)
        // No other filter is let pass.
        case .fletcher32, .other: .fletcher32
        }
      // A checksum may lie inside what was deflated.
      values = try codec.undo(on: values, limit: byteCount + 4)
    }
    guard values.count == byteCount else {
      throw .malformed(
        CodecFinding(
          "HDF5 chunk", expected: "\(byteCount) bytes", found: "\(values.count)",
          remedy: "copy or download the file again"))
    }
    return values
  }
}
