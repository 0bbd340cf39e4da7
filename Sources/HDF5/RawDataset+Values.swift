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
    for chunk in chunks {
      copy(try plain(chunk, chunkByteCount), at: chunk.offset, chunkShape, type, into: &values)
    }
    return values
  }

  private func plain(_ chunk: RawChunk, _ byteCount: Int) throws(CodecFailure) -> [UInt8] {
    try chunk.values(info.filters, elementByteCount: info.type?.byteCount ?? 1, byteCount)
  }

  /// Copies the part of a chunk that lies in the dataset, run by run of the last axis.
  private func copy(
    _ chunk: [UInt8], at offset: [Int], _ chunkShape: [Int], _ type: ElementType,
    into values: inout [UInt8]
  ) {
    let extents = zip(info.shape, zip(offset, chunkShape)).map { min($0 - $1.0, $1.1) }
    guard let last = extents.last, !extents.contains(where: { $0 <= 0 }) else { return }
    let runByteCount = last * type.byteCount
    let runCount = extents.dropLast().reduce(1, *)
    for run in 0..<runCount {
      var rest = run
      var source = 0
      var target = 0
      var (sourceStep, targetStep) = (chunkShape.last ?? 1, info.shape.last ?? 1)
      for axis in extents.indices.dropLast().reversed() {
        let place = rest % extents[axis]
        rest /= extents[axis]
        source += place * sourceStep
        target += (offset[axis] + place) * targetStep
        sourceStep *= chunkShape[axis]
        targetStep *= info.shape[axis]
      }
      target += offset.last ?? 0
      source *= type.byteCount
      target *= type.byteCount
      values.replaceSubrange(
        target..<target + runByteCount, with: chunk[source..<source + runByteCount])
    }
  }
}
