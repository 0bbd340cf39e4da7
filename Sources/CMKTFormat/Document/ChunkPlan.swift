package import HDF5

/// How datasets are cut into chunks.
package enum ChunkPlan {
  /// The bytes that a chunk has at least, where the data allows.
  package static let minimumByteCount = 1 << 20
  /// Chunk look-ups in libhdf5 1.10 take quadratic time, so there are at most this many.
  package static let maximumChunkCount = 4096

  /// Whole rows of the first axis, about `minimumByteCount` bytes of them or more.
  ///
  /// - Precondition: no extent is 0.
  package static func chunkShape(of shape: [Int], type: ElementType) -> [Int] {
    guard let rowCount = shape.first else { return [1] }
    let rowByteCount = shape.dropFirst().reduce(type.byteCount, *)
    let rowsForSize = (minimumByteCount + rowByteCount - 1) / rowByteCount
    let rowsForCount = (rowCount + maximumChunkCount - 1) / maximumChunkCount
    return [min(rowCount, max(rowsForSize, rowsForCount))] + shape.dropFirst()
  }
}
