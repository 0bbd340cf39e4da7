/// The one narrow way in which files are read; safe from several threads.
///
/// Paths are absolute (`/a/b`; `/` is the root). Every link on the way must be hard.
package protocol HDF5Reading: Sendable {
  /// The links of the group at `path`, sorted by the bytes of their names.
  func children(of path: String) throws(HDF5Failure) -> [Child]

  /// The attributes of the group or dataset at `path`, sorted by the bytes of their names.
  func attributes(of path: String) throws(HDF5Failure) -> [Attribute]

  /// All about the dataset at `path` but its values.
  func dataset(at path: String) throws(HDF5Failure) -> DatasetInfo

  /// The values of the dataset at `path`, or of a part of it: little-endian, row-major.
  func read(_ path: String, slab: Slab?) throws(HDF5Failure) -> [UInt8]

  /// Appends the numbers in a part of the dataset at `path`, of 32-bit floats, to `values`.
  ///
  /// For those who pass over more than memory holds: the file may be read past the system's cache.
  func append(_ slab: Slab, of path: String, to values: inout [Float]) throws(HDF5Failure)

  /// The number of chunks of the dataset at `path` that are in the file; 0 where not chunked.
  func chunkCount(of path: String) throws(HDF5Failure) -> Int

  /// Chunk `index` as it lies in the file.
  func readRawChunk(_ path: String, index: Int) throws(HDF5Failure) -> RawChunk

  /// Closes the file; later calls throw `closed`.
  func close()
}

extension HDF5Reading {
  /// All values of the dataset at `path`.
  package func read(_ path: String) throws(HDF5Failure) -> [UInt8] {
    try read(path, slab: nil)
  }

  package func append(
    _ slab: Slab, of path: String, to values: inout [Float]
  ) throws(HDF5Failure) {
    let bytes = try read(path, slab: slab)
    unsafe ElementBytes.append(bytes.span.bytes, to: &values)
  }
}
