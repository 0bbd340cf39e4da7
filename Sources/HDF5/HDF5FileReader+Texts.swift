import CHDF5

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension HDF5FileReader {
  /// The texts of the dataset of strings at `path`, of fixed or of variable length, as bytes
  /// without padding.
  ///
  /// - Throws: what reading throws; `unsupportedType` where they are no strings, `tooLarge` where
  ///   they are longer than a file of this size may hold.
  package func texts(at path: String) throws(HDF5Failure) -> [[UInt8]] {
    try withObject(path, .dataset) { (dataset, place, limit) throws(HDF5Failure) in
      let type = try Identifier(H5Dget_type(dataset.value), H5Tclose, "read the type", place)
      if H5Tis_variable_str(type.value) > 0 {
        // Reading them can overrun memory where a heap lies about their lengths.
        if let texts = self.texts { return texts[place.path] ?? [] }
        return try variableTexts(of: dataset, type, place, limit: limit)
      }
      let found = TypeInFile(of: type)
      guard case .string(let byteCount)? = found.element, byteCount > 0 else {
        throw .unsupportedType(file: place.file, path: place.path, found: found.description)
      }
      var supply = ChunkSupply()
      let bytes = try readValues(
        of: dataset, readInfo(of: dataset, place), slab: nil, place, limit: limit, &supply)
      let isSpaced = H5Tget_strpad(type.value) == H5T_STR_SPACEPAD
      return stride(from: 0, to: bytes.count, by: byteCount).map { start in
        let field = bytes[start..<start + byteCount].prefix { $0 != 0 }
        guard isSpaced, let last = field.lastIndex(where: { $0 != 0x20 }) else {
          return isSpaced ? [] : Array(field)
        }
        return Array(field[...last])
      }
    }
  }
}

/// Texts of variable length; HDF5 allocates them, and takes them back.
func variableTexts(
  of dataset: borrowing Identifier, _ fileType: borrowing Identifier, _ place: Place, limit: Int
) throws(HDF5Failure) -> [[UInt8]] {
  let info = try readInfo(of: dataset, place)
  guard !info.isExternalOrVirtual else {
    throw .externalData(file: place.file, path: place.path)
  }
  for case .other(let id) in info.filters where H5Zfilter_avail(H5Z_filter_t(id)) <= 0 {
    throw .unsupportedFilter(file: place.file, path: place.path, id: id)
  }
  // A reference into the heap takes 16 bytes in the file.
  _ = try checkedByteCount(info.shape, .string(byteCount: 16), place, limit: limit)
  let count = checkedProduct(info.shape) ?? 0
  guard count > 0 else { return [] }
  let memoryType = try Identifier(H5Tcopy(fileType.value), H5Tclose, "make a type", place)
  let space = try Identifier(H5Dget_space(dataset.value), H5Sclose, "read the shape", place)
  var texts: [[UInt8]] = []
  var total = 0
  var pointers = unsafe [UnsafeMutablePointer<CChar>?](repeating: nil, count: count)
  try unsafe check(
    H5Dread(dataset.value, memoryType.value, hid_t(0), hid_t(0), hid_t(0), &pointers),
    "read the values", place)
  defer {
    _ = unsafe H5Dvlen_reclaim(memoryType.value, space.value, hid_t(0), &pointers)
  }
  for index in 0..<count {
    guard let text = unsafe pointers[index] else {
      texts.append([])
      continue
    }
    let bytes = unsafe Array(UnsafeBufferPointer(start: text, count: strlen(text)))
    total += bytes.count
    guard total <= limit else {
      throw .tooLarge(file: place.file, path: place.path, declaredByteCount: total, limit: limit)
    }
    texts.append(bytes.map { UInt8(bitPattern: $0) })
  }
  return texts
}
