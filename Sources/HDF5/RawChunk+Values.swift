import Codecs

extension RawChunk {
  /// Makes `bytes` the values of the chunk: undoes its filters outside HDF5, which would let a small
  /// chunk become as long as it likes.
  ///
  /// - Parameters:
  ///   - filters: shuffle, deflate and fletcher32 only, as they were applied.
  ///   - byteCount: what the chunk must come to.
  /// - Throws: `CodecFailure` where it is damaged or comes to another length.
  mutating func undo(
    _ filters: [Filter], elementByteCount: Int, _ byteCount: Int
  ) throws(CodecFailure) {
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
      try codec.undo(on: &bytes, limit: byteCount + 4)
    }
    guard bytes.count == byteCount else {
      throw .malformed(
        CodecFinding(
          "HDF5 chunk", expected: "\(byteCount) bytes", found: "\(bytes.count)",
          remedy: "copy or download the file again"))
    }
  }
}
