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
  /// What a chunk was kept in that is not needed any more.
  private var spare: [UInt8] = []

  /// Nil where `file`, open for reading, cannot be read so.
  init?(_ file: borrowing OpenFile) {
    // Versions of the library differ in whether addresses count from the user's own block on.
    guard chdf5_user_block(file.identifier.value) == 0,
      let uncached = UncachedFile(chdf5_file_descriptor(file.identifier.value))
    else { return nil }
    self.file = uncached
  }

  /// Chunk `number` of the open dataset that is read by `reading`; nil where it does not come this
  /// way.
  func chunk(
    _ number: Int, of dataset: borrowing Identifier, by reading: FilteredReading
  ) -> RawChunk? {
    let (grid, path) = (reading.grid, reading.place.path)
    guard file.isOfUse, grid.count <= reading.chunkByteCount / Self.leastBytesPerChunk else {
      return nil
    }
    let offset = grid.offset(of: number)
    guard let location = locations[path]?[number] ?? Self.location(offset, dataset) else {
      return nil
    }
    locations[path, default: [:]][number] = location
    let buffer = spare
    spare = []
    return file.bytes(at: location.address, location.byteCount, in: buffer).map {
      RawChunk(offset: offset, filterMask: location.filterMask, bytes: $0)
    }
  }

  /// Takes what a chunk was kept in: memory asked for anew comes page by page.
  func recycle(_ bytes: consuming [UInt8]) {
    spare = bytes
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
