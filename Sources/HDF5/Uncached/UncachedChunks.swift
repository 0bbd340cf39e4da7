import CHDF5

/// Chunks of a file's datasets as they lie in it, read past the system's cache.
///
/// Guarded by `withLibrary`.
final class UncachedChunks {
  private struct Location {
    let address: Int
    let byteCount: Int
    let filterMask: UInt32
  }

  // To find a chunk, HDF5 walks all before it, about 120 ns each, once. Chunks are long enough for
  // that to pay off in a few passes where they have so many bytes for each that there is.
  private static let leastBytesPerChunk = 24

  private let file: UncachedFile
  /// By path and number.
  private var locations: [String: [Int: Location]] = [:]

  /// Nil where `file`, open for reading, cannot be read so.
  init?(_ file: borrowing OpenFile) {
    // Versions of the library differ in whether addresses count from the user's own block on.
    guard chdf5_user_block(file.identifier.value) == 0,
      let uncached = UncachedFile(chdf5_file_descriptor(file.identifier.value))
    else { return nil }
    self.file = uncached
  }

  /// Hands chunk `number` of the open dataset that is read by `reading` to `body`: the bytes as they
  /// lie in the file, and which filters were left out.
  ///
  /// - Returns: what `body` returns; nil where the chunk does not come this way.
  func withChunk<Result>(
    _ number: Int, of dataset: borrowing Identifier, by reading: FilteredReading,
    _ body: (_ bytes: RawSpan, _ filterMask: UInt32) -> Result
  ) -> Result? {
    let (grid, path) = (reading.grid, reading.place.path)
    guard file.isOfUse, grid.count <= reading.chunkByteCount / Self.leastBytesPerChunk,
      let location = locations[path]?[number]
        ?? Self.location(grid.offset(of: number), dataset)
    else { return nil }
    locations[path, default: [:]][number] = location
    return file.withBytes(at: location.address, location.byteCount) { bytes in
      body(bytes, location.filterMask)
    }
  }

  private static func location(_ offset: [Int], _ dataset: borrowing Identifier) -> Location? {
    let start = offset.map { hsize_t($0) }
    var mask: UInt32 = 0
    var address: haddr_t = 0
    var size: hsize_t = 0
    guard
      unsafe H5Dget_chunk_info_by_coord(dataset.value, start, &mask, &address, &size) >= 0,
      let address = Int(exactly: address), let byteCount = Int(exactly: size)
    else { return nil }
    return Location(address: address, byteCount: byteCount, filterMask: mask)
  }
}
