import CHDF5

/// What all datasets so far come to.
struct ProfileSums {
  var declaredByteCount = 0
  var storedByteCount = 0
  var textByteCount = 0
}

/// A dataset: its type, shape, layout and filters, and the size of each chunk.
struct ProfileDataset {
  /// Of the whole file.
  let byteCount: Int
  let mayRefer: Bool
  /// Hears each text of variable length of a dataset, in order.
  let hearText: (String, [UInt8]) -> Void

  /// Adds what the dataset declares and stores to the file's sums.
  ///
  /// - Throws: `refused` or `library`.
  func check(
    _ dataset: borrowing Identifier, _ place: Place, _ sums: inout ProfileSums
  ) throws(HDF5Failure) {
    let type = try Identifier(H5Dget_type(dataset.value), H5Tclose, "read the type", place)
    var profile = ProfileType(mayRefer: mayRefer)
    try profile.check(type, place)
    let info = try readInfo(of: dataset, place)
    if info.layout == .virtual { throw refusal(.virtualDataset, place.path, "") }
    if info.isExternalOrVirtual { throw refusal(.externalStorage, place.path, "") }
    for case .other(let id) in info.filters { throw refusal(.filter, place.path, "number \(id)") }
    // Twice deflated, a small chunk could become a huge one on its way.
    guard Set(info.filters.map(\.kind)).count == info.filters.count else {
      throw refusal(.filter, place.path, "one of them twice")
    }
    guard info.shape.count <= ProfileLimits.rank else {
      throw refusal(.declaredTooLarge, place.path, "\(info.shape.count) axes")
    }
    try checkExtents(dataset, info, place)
    let size = Int(clamping: H5Tget_size(type.value))
    let limit = declarableByteCount(inFileOf: byteCount)
    let declared = try product(info.shape + [size], atMost: limit, place)
    sums.declaredByteCount += declared
    guard sums.declaredByteCount <= limit else {
      throw refusal(.declaredTooLarge, place.path, "all datasets so far over \(limit) bytes")
    }
    guard declared > 0 else { return }
    if let chunkShape = info.chunkShape {
      let chunkByteCount = try product(chunkShape + [size], atMost: limit, place)
      try checkChunks(dataset, info, chunkShape, chunkByteCount, place, &sums.storedByteCount)
    } else {
      let address = H5Dget_offset(dataset.value)
      let isUnwritten = info.layout == .contiguous && address == haddr_t.max
      // Where fewer bytes are stored than are declared, reading goes on behind them.
      guard info.storedByteCount >= declared || (isUnwritten && info.storedByteCount == 0) else {
        throw refusal(
          .chunkLayout, place.path, "\(info.storedByteCount) bytes for \(declared) of values")
      }
      try checkPlace(address, info.storedByteCount, place)
      sums.storedByteCount += info.storedByteCount
    }
    guard sums.storedByteCount <= byteCount else {
      throw refusal(
        .chunkLayout, place.path, "\(sums.storedByteCount) bytes stored in a file of \(byteCount)")
    }
    if H5Tis_variable_str(type.value) > 0 { try readTexts(dataset, type, place, &sums) }
  }

  /// The library would look for chunks where its index has none.
  private func checkExtents(
    _ dataset: borrowing Identifier, _ info: DatasetInfo, _ place: Place
  ) throws(HDF5Failure) {
    let space = try Identifier(H5Dget_space(dataset.value), H5Sclose, "read the shape", place)
    guard H5Sget_simple_extent_type(space.value) == H5S_SIMPLE else { return }
    let maximum = try maximumShape(of: space, info.shape.count, place)
    guard zip(info.shape, maximum).allSatisfy({ hsize_t($0) <= $1 }) else {
      throw refusal(.chunkLayout, place.path, "extents beyond their maximum")
    }
  }

  private func product(
    _ factors: [Int], atMost limit: Int, _ place: Place
  ) throws(HDF5Failure) -> Int {
    guard let product = checkedProduct(factors), product <= limit else {
      let found = checkedProduct(factors).map { "\($0)" } ?? "over 2^63"
      throw refusal(.declaredTooLarge, place.path, "\(found) bytes where \(limit) may be")
    }
    return product
  }

  /// Looks each chunk up, as reading does.
  private func checkChunks(
    _ dataset: borrowing Identifier, _ info: DatasetInfo, _ chunkShape: [Int],
    _ chunkByteCount: Int, _ place: Place, _ storedSum: inout Int
  ) throws(HDF5Failure) {
    guard let grid = ChunkGrid(shape: info.shape, chunkShape: chunkShape),
      grid.count <= ProfileLimits.chunkCount
    else {
      throw refusal(
        .declaredTooLarge, place.path, "over \(ProfileLimits.chunkCount) chunks")
    }
    let checksumByteCount = info.filters.contains(.fletcher32) ? 4 : 0
    let plain = UInt64(chunkByteCount)...UInt64(chunkByteCount + checksumByteCount)
    // What cannot be compressed becomes a little longer.
    let deflated = UInt64(1)...UInt64(chunkByteCount + chunkByteCount / 256 + 1024)
    let deflateMask = info.filters.enumerated().reduce(UInt32(0)) { mask, filter in
      if case .deflate = filter.element { mask | 1 << UInt32(filter.offset) } else { mask }
    }
    for number in 0..<grid.count {
      let offset = grid.offset(of: number)
      let chunk = try lookUp(offset, of: dataset, place)
      guard chunk.byteCount > 0 else {
        // An index of a single chunk gives that one wherever a chunk is read.
        guard storedByteCount(ofChunkAt: offset, of: dataset) == 0 else {
          throw refusal(.chunkLayout, place.path, "one chunk in the place of several")
        }
        continue
      }
      let sound = chunk.skipped & deflateMask == deflateMask ? plain : deflated
      guard sound.contains(chunk.byteCount) else {
        throw refusal(
          .chunkLayout, place.path,
          "a chunk of \(chunk.byteCount) bytes for \(chunkByteCount) of values")
      }
      try checkPlace(chunk.address, Int(chunk.byteCount), place)
      storedSum += Int(chunk.byteCount)
    }
  }

  /// Where the chunk at `offset` lies, and which filters it has not been through; no bytes where it
  /// was never written.
  private func lookUp(
    _ offset: [Int], of dataset: borrowing Identifier, _ place: Place
  ) throws(HDF5Failure) -> (address: haddr_t, byteCount: hsize_t, skipped: UInt32) {
    let start = offset.map { hsize_t($0) }
    var (address, byteCount, skipped) = (haddr_t.max, hsize_t(0), UInt32(0))
    let status = unsafe H5Dget_chunk_info_by_coord(
      dataset.value, start, &skipped, &address, &byteCount)
    guard status < 0 else { return (address, byteCount, skipped) }
    let stack = takeErrorStack()
    // Some versions of the library call a chunk that is not there an error.
    guard stack.contains(where: { $0.message.contains("not allocated") }) else {
      throw .library(operation: "find a chunk", file: "", path: place.path, stack: stack)
    }
    return (address, 0, 0)
  }

  /// Refuses what lies behind the end of the file, or where its first bytes describe it.
  private func checkPlace(
    _ address: haddr_t, _ size: Int, _ place: Place
  ) throws(HDF5Failure) {
    // What was never written lies nowhere.
    guard size > 0, address != haddr_t.max else { return }
    let start = Int(clamping: address)
    guard start >= ProfileLimits.superblockByteCount, start <= byteCount, size <= byteCount - start
    else {
      throw refusal(
        .chunkLayout, place.path,
        "\(size) bytes of values at byte \(address) of a file of \(byteCount)")
    }
  }

  /// Reads texts of variable length, which lie in heaps of their own: nobody else ever does.
  private func readTexts(
    _ dataset: borrowing Identifier, _ type: borrowing Identifier, _ place: Place,
    _ sums: inout ProfileSums
  ) throws(HDF5Failure) {
    do throws(HDF5Failure) {
      let left = ProfileLimits.textByteCount - sums.textByteCount
      for text in try variableTexts(of: dataset, type, place, limit: left) {
        sums.textByteCount += text.count
        hearText(place.path, text)
      }
    } catch .tooLarge {
      throw refusal(.textTooLong, place.path, "over \(ProfileLimits.textByteCount) bytes")
    }
  }
}

extension Filter {
  /// Equal for filters that differ by their settings alone.
  fileprivate var kind: Int {
    switch self {
    case .shuffle: 0
    case .deflate: 1
    case .fletcher32: 2
    case .other(let id): 3 + id
    }
  }
}
