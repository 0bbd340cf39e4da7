package import Codecs

extension RawDataset {
  /// The values, little-endian and row-major.
  ///
  /// - Throws: `CodecFailure` where a chunk is damaged.
  package func values() throws(CodecFailure) -> [UInt8] {
    guard let type = info.type, let chunkShape = info.chunkShape else { return [] }
    // The reader has checked that the products are small enough.
    let byteCount = info.shape.reduce(type.byteCount, *)
    if chunkShape == info.shape, let chunk = chunks.first { return try plain(chunk, byteCount) }
    let chunkByteCount = chunkShape.reduce(type.byteCount, *)
    var values = [UInt8](repeating: 0, count: byteCount)
    let whole = Slab(whole: info.shape)
    for chunk in chunks {
      whole.take(
        try plain(chunk, chunkByteCount), at: chunk.offset, chunkShape,
        elementByteCount: type.byteCount, into: &values)
    }
    return values
  }

  private func plain(_ chunk: RawChunk, _ byteCount: Int) throws(CodecFailure) -> [UInt8] {
    var chunk = chunk
    try chunk.undo(
      info.filters(ofChunkAt: chunk.offset), elementByteCount: info.type?.byteCount ?? 1, byteCount)
    return chunk.bytes
  }
}
