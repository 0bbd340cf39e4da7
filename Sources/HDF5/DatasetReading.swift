import CHDF5

/// All about the open dataset but its values.
func readInfo(
  of dataset: borrowing Identifier, _ place: Place
) throws(HDF5Failure) -> DatasetInfo {
  let fileType = try Identifier(H5Dget_type(dataset.value), H5Tclose, "read the type", place)
  let type = TypeInFile(of: fileType)
  let space = try Identifier(H5Dget_space(dataset.value), H5Sclose, "read the shape", place)
  let shape = try shape(of: space, place)
  let creation = try Identifier(
    H5Dget_create_plist(dataset.value), H5Pclose, "read the layout", place)
  let layout = try layout(of: creation, place)
  let externalCount = try check(
    H5Pget_external_count(creation.value), "read the layout", place)
  return DatasetInfo(
    type: type.element, typeDescription: type.description, shape: shape,
    chunkShape: layout == .chunked ? try chunkShape(of: creation, shape.count, place) : nil,
    filters: try filters(of: creation, place),
    hasPlainEdges: layout == .chunked ? try hasPlainEdges(creation, place) : false, layout: layout,
    isExternalOrVirtual: externalCount > 0 || layout == .virtual,
    storedByteCount: Int(clamping: H5Dget_storage_size(dataset.value)),
    isExtensible: try isExtensible(space, shape, place))
}

private func layout(
  of creation: borrowing Identifier, _ place: Place
) throws(HDF5Failure) -> Layout {
  switch H5Pget_layout(creation.value) {
  case H5D_COMPACT: .compact
  case H5D_CONTIGUOUS: .contiguous
  case H5D_CHUNKED: .chunked
  case H5D_VIRTUAL: .virtual
  default:
    throw .library(
      operation: "read the layout", file: place.file, path: place.path, stack: takeErrorStack())
  }
}

private func chunkShape(
  of creation: borrowing Identifier, _ rank: Int, _ place: Place
) throws(HDF5Failure) -> [Int] {
  var extents = [hsize_t](repeating: 0, count: rank)
  try check(
    unsafe H5Pget_chunk(creation.value, Int32(rank), &extents), "read the chunk shape", place)
  return extents.map { Int(clamping: $0) }
}

private func hasPlainEdges(
  _ creation: borrowing Identifier, _ place: Place
) throws(HDF5Failure) -> Bool {
  var options: UInt32 = 0
  try check(
    unsafe H5Pget_chunk_opts(creation.value, &options), "read the chunk options", place)
  return options & UInt32(H5D_CHUNK_DONT_FILTER_PARTIAL_CHUNKS) != 0
}

private func isExtensible(
  _ space: borrowing Identifier, _ shape: [Int], _ place: Place
) throws(HDF5Failure) -> Bool {
  guard H5Sget_simple_extent_type(space.value) == H5S_SIMPLE else { return false }
  return try maximumShape(of: space, shape.count, place) != shape.map { hsize_t($0) }
}

/// The extents up to which the shape of `space`, of `rank` axes, can grow.
func maximumShape(
  of space: borrowing Identifier, _ rank: Int, _ place: Place
) throws(HDF5Failure) -> [hsize_t] {
  var maximum = [hsize_t](repeating: 0, count: rank)
  try check(
    unsafe H5Sget_simple_extent_dims(space.value, nil, &maximum), "read a shape", place)
  return maximum
}

private func filters(
  of creation: borrowing Identifier, _ place: Place
) throws(HDF5Failure) -> [Filter] {
  let count = try check(H5Pget_nfilters(creation.value), "read the filters", place)
  var filters: [Filter] = []
  for index in 0..<UInt32(count) {
    var flags: UInt32 = 0
    var valueCount = 4
    var values: [UInt32] = [0, 0, 0, 0]
    var configuration: UInt32 = 0
    let id = try check(
      unsafe H5Pget_filter2(
        creation.value, index, &flags, &valueCount, &values, 0, nil, &configuration),
      "read a filter", place)
    let filter: Filter =
      switch id {
      case H5Z_FILTER_SHUFFLE: .shuffle
      case H5Z_FILTER_DEFLATE: .deflate(level: Int(values[0]))
      case H5Z_FILTER_FLETCHER32: .fletcher32
      default: .other(id: Int(id))
      }
    filters.append(filter)
  }
  return filters
}

/// The values of the open dataset, or of a part: little-endian, row-major.
func readValues(
  of dataset: borrowing Identifier, _ info: DatasetInfo, slab: Slab?, _ place: Place, limit: Int,
  _ supply: inout ChunkSupply
) throws(HDF5Failure) -> [UInt8] {
  guard let element = info.type else {
    throw .unsupportedType(file: place.file, path: place.path, found: info.typeDescription)
  }
  guard !info.isExternalOrVirtual else {
    throw .externalData(file: place.file, path: place.path)
  }
  for case .other(let id) in info.filters where H5Zfilter_avail(H5Z_filter_t(id)) <= 0 {
    throw .unsupportedFilter(file: place.file, path: place.path, id: id)
  }
  let fullByteCount = try checkedByteCount(info.shape, element, place, limit: limit)
  if let chunkShape = info.chunkShape {
    // HDF5 allocates a whole chunk even for a small part.
    _ = try checkedByteCount(chunkShape, element, place, limit: limit)
  }
  if let slab, !slab.lies(in: info.shape) {
    throw .badSlab(file: place.file, path: place.path, slab: slab, shape: info.shape)
  }
  let byteCount = slab.flatMap { checkedProduct($0.count + [element.byteCount]) } ?? fullByteCount
  guard byteCount > 0 else { return [] }
  let fileType = try Identifier(H5Dget_type(dataset.value), H5Tclose, "read the type", place)
  let characterSet = TypeInFile(of: fileType).characterSet
  let memoryType = try element.makeIdentifier(characterSet: characterSet, place)
  let size = Int(clamping: H5Tget_size(fileType.value))
  if let filtered = FilteredReading(info, elementByteCount: size, place) {
    let bytes = try filtered.read(
      slab ?? Slab(whole: info.shape), of: dataset, fileType, limit: limit, &supply)
    return try converted(bytes, fileType, memoryType, byteCount, place)
  }
  let selection = try Selection(of: dataset, slab: slab, place)
  var bytes = [UInt8](repeating: 0, count: byteCount)
  try check(
    unsafe H5Dread(
      dataset.value, memoryType.value, selection.memory.value, selection.file.value, hid_t(0),
      &bytes), "read the values", place)
  return bytes
}

/// Elements of `fileType` as elements of `memoryType`, which take `byteCount` bytes.
private func converted(
  _ bytes: [UInt8], _ fileType: borrowing Identifier, _ memoryType: borrowing Identifier,
  _ byteCount: Int, _ place: Place
) throws(HDF5Failure) -> [UInt8] {
  guard H5Tequal(fileType.value, memoryType.value) <= 0 else { return bytes }
  let size = Int(clamping: H5Tget_size(fileType.value))
  let count = bytes.count / size
  var buffer = bytes + [UInt8](repeating: 0, count: max(0, byteCount - bytes.count))
  try check(
    unsafe H5Tconvert(fileType.value, memoryType.value, count, &buffer, nil, hid_t(0)),
    "convert the values", place)
  return Array(buffer.prefix(byteCount))
}

/// The dataspaces of one transfer: the box in the file, and as much in memory.
struct Selection: ~Copyable {
  let file: Identifier
  let memory: Identifier

  /// - Precondition: `slab` lies in the dataset's shape.
  init(of dataset: borrowing Identifier, slab: Slab?, _ place: Place) throws(HDF5Failure) {
    let file = try Identifier(H5Dget_space(dataset.value), H5Sclose, "read the shape", place)
    let memory = try Self.select(slab, in: file, place)
    self.file = file
    self.memory = memory
  }

  /// Selects `slab` in `file`; as large a space for memory.
  private static func select(
    _ slab: Slab?, in file: borrowing Identifier, _ place: Place
  ) throws(HDF5Failure) -> Identifier {
    guard let slab, !slab.count.isEmpty else {
      return try Identifier(H5Scopy(file.value), H5Sclose, "copy the shape", place)
    }
    let offset = slab.offset.map { hsize_t($0) }
    let count = slab.count.map { hsize_t($0) }
    try check(
      unsafe H5Sselect_hyperslab(file.value, H5S_SELECT_SET, offset, nil, count, nil),
      "select a part", place)
    return try unsafe Identifier(
      H5Screate_simple(Int32(count.count), count, nil), H5Sclose, "make a shape", place)
  }
}

/// The number of chunks of the open dataset that are in the file; 0 where it is not chunked.
func countChunks(
  of dataset: borrowing Identifier, _ place: Place
) throws(HDF5Failure) -> Int {
  guard try readInfo(of: dataset, place).layout == .chunked else { return 0 }
  let space = try Identifier(H5Dget_space(dataset.value), H5Sclose, "read the shape", place)
  var count: hsize_t = 0
  try check(
    unsafe H5Dget_num_chunks(dataset.value, space.value, &count), "count the chunks", place)
  return Int(clamping: count)
}

/// Chunk `index` of the open dataset as it lies in the file.
func readChunk(
  _ index: Int, of dataset: borrowing Identifier, _ place: Place, limit: Int
) throws(HDF5Failure) -> RawChunk {
  let space = try Identifier(H5Dget_space(dataset.value), H5Sclose, "read the shape", place)
  let rank = try shape(of: space, place).count
  guard let position = hsize_t(exactly: index), try index < countChunks(of: dataset, place) else {
    throw .missingObject(file: place.file, path: "\(place.path) chunk \(index)")
  }
  var offset = [hsize_t](repeating: 0, count: rank)
  var mask: UInt32 = 0
  var address: haddr_t = 0
  var size: hsize_t = 0
  try check(
    unsafe H5Dget_chunk_info(
      dataset.value, space.value, position, &offset, &mask, &address, &size), "find a chunk", place)
  guard let byteCount = Int(exactly: size), byteCount <= limit else {
    throw .tooLarge(
      file: place.file, path: place.path, declaredByteCount: Int(exactly: size), limit: limit)
  }
  return try readChunk(at: offset, byteCount, of: dataset, place)
}

/// The chunk of `byteCount` bytes that begins at `offset`.
func readChunk(
  at offset: [hsize_t], _ byteCount: Int, of dataset: borrowing Identifier, _ place: Place
) throws(HDF5Failure) -> RawChunk {
  var mask: UInt32 = 0
  var status: herr_t = 0
  let bytes = unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, initialised in
    status = unsafe H5Dread_chunk(dataset.value, hid_t(0), offset, &mask, buffer.baseAddress)
    initialised = status < 0 ? 0 : byteCount
  }
  try check(status, "read a chunk", place)
  return RawChunk(offset: offset.map { Int(clamping: $0) }, filterMask: mask, bytes: bytes)
}
