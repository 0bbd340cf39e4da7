import CHDF5

extension HDF5FileWriter {
  /// Writes a chunk of the dataset at `path` whose filters have been applied already.
  ///
  /// - Parameter offset: of the chunk's first element, per axis; a multiple of the chunk shape.
  package func writeRawChunk(
    _ bytes: [UInt8], to path: String, offset: [Int]
  ) throws(HDF5Failure) {
    try withLibrary { () throws(HDF5Failure) in
      let place = Place(file: self.path, path: path)
      let dataset = try openObject(try fileIdentifier(), at: path, fileName: self.path)
      let found = kind(of: dataset)
      guard found == .dataset else {
        throw .wrongKind(file: self.path, path: path, expected: .dataset, found: found)
      }
      let space = try Identifier(H5Dget_space(dataset.value), H5Sclose, "read the shape", place)
      let rank = try shape(of: space, place).count
      precondition(offset.count == rank && offset.allSatisfy { $0 >= 0 })
      let start = offset.map { hsize_t($0) }
      try check(
        unsafe H5Dwrite_chunk(dataset.value, hid_t(0), 0, start, bytes.count, bytes),
        "write a chunk", place)
    }
  }
}
