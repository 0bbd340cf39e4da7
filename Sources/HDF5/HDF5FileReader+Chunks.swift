import CHDF5

/// A dataset as it lies in the file, so that its filters can be undone outside HDF5's lock.
package struct RawDataset: Sendable {
  package let info: DatasetInfo
  /// All chunks of the dataset.
  package let chunks: [RawChunk]
}

extension HDF5FileReader {
  /// More chunks than this are left to HDF5.
  private static let mostRawChunks = 65_536

  /// The dataset at `path` with its chunks, their filters not undone.
  ///
  /// Nil where only HDF5 itself can read it: it is not chunked, has other filters than shuffle,
  /// deflate and fletcher32, holds numbers that need conversion, or has chunks that were never
  /// written.
  ///
  /// - Throws: what reading throws; `tooLarge` where more is declared than a file of this size may
  ///   hold.
  package func rawDataset(_ path: String) throws(HDF5Failure) -> RawDataset? {
    try withObject(path, .dataset) { (dataset, place, limit) throws(HDF5Failure) in
      let info = try readInfo(of: dataset, place)
      guard let type = info.type, info.typeDescription == type.description,
        !info.isExternalOrVirtual, let chunkShape = info.chunkShape,
        chunkShape.count == info.shape.count, !chunkShape.contains(0),
        info.filters.allSatisfy({ if case .other = $0 { false } else { true } })
      else { return nil }
      _ = try checkedByteCount(info.shape, type, place, limit: limit)
      _ = try checkedByteCount(chunkShape, type, place, limit: limit)
      guard !info.shape.contains(0) else { return RawDataset(info: info, chunks: []) }
      guard let grid = ChunkGrid(shape: info.shape, chunkShape: chunkShape),
        grid.count <= Self.mostRawChunks
      else { return nil }
      var chunks: [RawChunk] = []
      for number in 0..<grid.count {
        let offset = grid.offset(of: number)
        guard let chunk = try readChunk(at: offset, of: dataset, place, limit: limit) else {
          return nil
        }
        chunks.append(chunk)
      }
      return RawDataset(info: info, chunks: chunks)
    }
  }
}

/// The chunk of the open dataset that begins at `offset`; nil where it is not in the file.
func readChunk(
  at offset: [Int], of dataset: borrowing Identifier, _ place: Place, limit: Int
) throws(HDF5Failure) -> RawChunk? {
  let size = storedByteCount(ofChunkAt: offset, of: dataset)
  guard size > 0 else { return nil }
  guard let byteCount = Int(exactly: size), byteCount <= limit else {
    throw .tooLarge(
      file: place.file, path: place.path, declaredByteCount: Int(exactly: size), limit: limit)
  }
  return try readChunk(at: offset.map { hsize_t($0) }, byteCount, of: dataset, place)
}

/// The bytes in the file of the chunk that begins at `offset`; 0 where it is not there, which some
/// versions of the library call an error.
func storedByteCount(ofChunkAt offset: [Int], of dataset: borrowing Identifier) -> hsize_t {
  var size: hsize_t = 0
  let start = offset.map { hsize_t($0) }
  return unsafe H5Dget_chunk_storage_size(dataset.value, start, &size) >= 0 ? size : 0
}
