import CHDF5
import Codecs

/// Chunks whose filters were undone lately, so that reading rows in turn undoes each once.
struct DecodedChunks {
  private struct Kept {
    var chunks: [Int: [UInt8]] = [:]
    var byteCount = 0
  }

  private var kept: [String: Kept] = [:]

  /// No dataset keeps more, but for its latest chunk.
  static let byteLimit = 128 << 20

  /// Chunk `number` of the dataset at `path`; made where it is not kept, and kept from now on or
  /// no longer.
  ///
  /// - Parameter bandByteCount: all chunks that a row has a part in. Twice as much is kept.
  mutating func chunk(
    _ number: Int, of path: String, isKept: Bool, bandByteCount: Int,
    _ make: () throws(HDF5Failure) -> [UInt8]
  ) throws(HDF5Failure) -> [UInt8] {
    if let bytes = kept[path]?.chunks[number] {
      if !isKept {
        kept[path]?.chunks[number] = nil
        kept[path]?.byteCount -= bytes.count
      }
      return bytes
    }
    let bytes = try make()
    guard isKept else { return bytes }
    let byteCount = bytes.count + (kept[path]?.byteCount ?? 0)
    if byteCount > min(2 * bandByteCount, Self.byteLimit) { kept[path] = nil }
    kept[path, default: Kept()].chunks[number] = bytes
    kept[path, default: Kept()].byteCount += bytes.count
    return bytes
  }
}

/// What a reader has besides the library to get chunks from.
struct ChunkSupply {
  var decoded = DecodedChunks()
  /// Nil where all chunks come through the system's cache.
  private(set) var uncached: UncachedChunks?
  private var isUncachedTried = false

  /// Lets chunks be read past the system's cache from now on, where `file` can be.
  mutating func passCache(of file: borrowing OpenFile) {
    guard !isUncachedTried else { return }
    isUncachedTried = true
    uncached = UncachedChunks(file)
  }
}

/// Reads a box of a dataset whose chunks HDF5 only hands over as they are: it would let a deflated one
/// become as long as it likes, and takes longer over checksums than over all the rest.
struct FilteredReading {
  let info: DatasetInfo
  let grid: ChunkGrid
  let chunkShape: [Int]
  /// Of an element in the file.
  let elementByteCount: Int
  let chunkByteCount: Int
  /// Of all chunks that a row has a part in.
  let bandByteCount: Int
  let place: Place

  /// Nil where the dataset has no filters, or HDF5 alone knows them.
  init?(_ info: DatasetInfo, elementByteCount: Int, _ place: Place) {
    guard let chunkShape = info.chunkShape, !info.filters.isEmpty,
      !info.filters.contains(where: { if case .other = $0 { true } else { false } }),
      let grid = ChunkGrid(shape: info.shape, chunkShape: chunkShape),
      let chunkByteCount = checkedProduct(chunkShape + [elementByteCount]),
      let bandByteCount = grid.bandCount.flatMap({ checkedProduct([$0, chunkByteCount]) })
    else { return nil }
    self.info = info
    self.grid = grid
    self.chunkShape = chunkShape
    self.elementByteCount = elementByteCount
    self.chunkByteCount = chunkByteCount
    self.bandByteCount = bandByteCount
    self.place = place
  }

  /// The values of `slab` as they lie in the file, row-major.
  func read(
    _ slab: Slab, of dataset: borrowing Identifier, _ fileType: borrowing Identifier, limit: Int,
    _ supply: inout ChunkSupply
  ) throws(HDF5Failure) -> [UInt8] {
    try checkCost(of: slab)
    let numbers = grid.numbers(in: slab)
    let uncached = supply.uncached
    if slab.count == chunkShape, let number = numbers.first, numbers.count == 1 {
      return try values(ofChunk: number, of: dataset, fileType, limit: limit, uncached)
    }
    let byteCount = slab.count.reduce(elementByteCount, *)
    var result = [UInt8](repeating: 0, count: byteCount)
    for number in numbers {
      let offset = grid.offset(of: number)
      // Whoever reads rows in turn comes back to a chunk until its end.
      let chunk = try supply.decoded.chunk(
        number, of: place.path, isKept: !reachesEnd(slab, ofChunkAt: offset),
        bandByteCount: bandByteCount
      ) { () throws(HDF5Failure) in
        try values(ofChunk: number, of: dataset, fileType, limit: limit, uncached)
      }
      slab.take(
        chunk, at: offset, chunkShape, elementByteCount: elementByteCount, into: &result)
    }
    return result
  }

  /// Appends the numbers of `slab`, straight from the buffer that they were read into.
  ///
  /// - Returns: whether it was done. It is not where `slab` is other than one chunk of floats that
  ///   lie as memory has them, with no filter but a checksum, which they fit; or where the chunk does
  ///   not come past the cache.
  func append(
    _ slab: Slab, of dataset: borrowing Identifier, past cache: UncachedChunks,
    to values: inout [Float]
  ) -> Bool {
    guard let type = info.type, type == .float32, info.typeDescription == type.description,
      slab.count == chunkShape, let number = grid.numbers(in: slab).first,
      grid.offset(of: number) == slab.offset,
      info.filters(ofChunkAt: slab.offset) == [.fletcher32]
    else { return false }
    let isDone = cache.withChunk(number, of: dataset, by: self) { bytes, mask in
      guard mask == 0, bytes.byteCount == chunkByteCount + ChunkFilter.checksumByteCount,
        ChunkFilter.fitsChecksum(bytes)
      else { return false }
      ElementBytes.append(bytes.extracting(first: chunkByteCount), to: &values)
      return true
    }
    return isDone ?? false
  }

  /// Refuses what undoes all chunks of a row for each few rows: a small file could take hours.
  private func checkCost(of slab: Slab) throws(HDF5Failure) {
    let isShort =
      slab.count[0] < chunkShape[0] && slab.offset[0] + slab.count[0] < info.shape[0]
    guard isShort, bandByteCount > max(chunkByteCount, DecodedChunks.byteLimit) else { return }
    throw .refused(
      file: place.file, path: place.path, cause: .tallChunks,
      detail: "\(bandByteCount) bytes, at most \(DecodedChunks.byteLimit)")
  }

  /// Whether `slab` has the last value of the chunk that lies in the dataset.
  private func reachesEnd(_ slab: Slab, ofChunkAt offset: [Int]) -> Bool {
    offset.indices.allSatisfy { axis in
      min(offset[axis] + chunkShape[axis], info.shape[axis])
        <= slab.offset[axis] + slab.count[axis]
    }
  }

  private func values(
    ofChunk number: Int, of dataset: borrowing Identifier, _ fileType: borrowing Identifier,
    limit: Int, _ uncached: UncachedChunks?
  ) throws(HDF5Failure) -> [UInt8] {
    let offset = grid.offset(of: number)
    var found = uncached?.withChunk(number, of: dataset, by: self) { bytes, mask in
      RawChunk(offset: offset, filterMask: mask, bytes: ElementBytes.array(bytes))
    }
    if found == nil { found = try readChunk(at: offset, of: dataset, place, limit: limit) }
    guard var chunk = found else {
      let element = try fillValue(of: dataset, fileType)
      return Array(repeatElement(element, count: chunkByteCount / elementByteCount).joined())
    }
    do throws(CodecFailure) {
      try chunk.undo(
        info.filters(ofChunkAt: offset), elementByteCount: elementByteCount, chunkByteCount)
      return chunk.bytes
    } catch {
      throw .library(
        operation: "read the values", file: place.file, path: place.path,
        stack: [HDF5StackEntry(function: "filter", message: "at \(offset), \(error)")])
    }
  }

  /// What stands for elements of chunks that were never written.
  private func fillValue(
    of dataset: borrowing Identifier, _ fileType: borrowing Identifier
  ) throws(HDF5Failure) -> [UInt8] {
    let creation = try Identifier(
      H5Dget_create_plist(dataset.value), H5Pclose, "read the layout", place)
    var bytes = [UInt8](repeating: 0, count: elementByteCount)
    var status = H5D_FILL_VALUE_UNDEFINED
    try check(
      unsafe H5Pfill_value_defined(creation.value, &status), "read the fill value", place)
    guard status != H5D_FILL_VALUE_UNDEFINED else { return bytes }
    try check(
      unsafe H5Pget_fill_value(creation.value, fileType.value, &bytes), "read the fill value",
      place)
    return bytes
  }
}
