import CHDF5

/// Reads a file in this process.
package final class HDF5FileReader: HDF5Reading, @unchecked Sendable {
  /// The path as given.
  package let path: String
  /// Guarded by `withLibrary`; nil once closed.
  private var file: OpenFile?
  /// Those of variable length, by the paths of their datasets, as a worker read them; nil where the
  /// file was not checked.
  let texts: [String: [[UInt8]]]?
  /// Guarded by `withLibrary`.
  private var supply = ChunkSupply()
  /// By path, guarded by `withLibrary`: HDF5 walks all chunks of a dataset to tell their size.
  private var infos: [String: DatasetInfo] = [:]

  /// Opens the file at `path`, once a worker has found it sound where `Containment` is on.
  ///
  /// - Parameter isOwn: whether this process has just written the file.
  /// - Throws: `missingFile`, `isDirectory`, `notRegular`, `accessDenied`, `notHDF5`, `refused`,
  ///   `truncated`, `system` or `library`.
  package init(path: String, isOwn: Bool = false) throws(HDF5Failure) {
    self.path = path
    self.file = nil
    let input = try InputFile(path)
    texts = isOwn ? nil : try Containment.check(input)
    self.file = try withLibrary { () throws(HDF5Failure) in try OpenFile(input) }
  }

  deinit { close() }

  package func close() {
    withLibrary {
      file = nil
      supply = ChunkSupply()
    }
  }

  package func children(of path: String) throws(HDF5Failure) -> [Child] {
    try withObject(path, .group) { (group, place, _) throws(HDF5Failure) in
      try listChildren(of: group, place)
    }
  }

  package func attributes(of path: String) throws(HDF5Failure) -> [Attribute] {
    try withObject(path, nil) { (object, place, limit) throws(HDF5Failure) in
      try readAttributes(of: object, place, limit: limit)
    }
  }

  package func dataset(at path: String) throws(HDF5Failure) -> DatasetInfo {
    try withObject(path, .dataset) { (dataset, place, _) throws(HDF5Failure) in
      try info(of: dataset, place)
    }
  }

  package func read(_ path: String, slab: Slab?) throws(HDF5Failure) -> [UInt8] {
    try withObject(path, .dataset) { (dataset, place, limit) throws(HDF5Failure) in
      try readValues(
        of: dataset, info(of: dataset, place), slab: slab, place, limit: limit, &supply)
    }
  }

  package func append(
    _ slab: Slab, of path: String, to values: inout [Float]
  ) throws(HDF5Failure) {
    try withObject(path, .dataset) { (dataset, place, limit) throws(HDF5Failure) in
      passCache()
      let info = try info(of: dataset, place)
      if let uncached = supply.uncached, slab.lies(in: info.shape),
        let filtered = FilteredReading(
          info, elementByteCount: MemoryLayout<Float>.size, place),
        filtered.append(slab, of: dataset, past: uncached, to: &values)
      {
        return
      }
      let bytes = try readValues(of: dataset, info, slab: slab, place, limit: limit, &supply)
      unsafe ElementBytes.append(bytes.span.bytes, to: &values)
    }
  }

  package func chunkCount(of path: String) throws(HDF5Failure) -> Int {
    try withObject(path, .dataset) { (dataset, place, _) throws(HDF5Failure) in
      try countChunks(of: dataset, place)
    }
  }

  package func readRawChunk(_ path: String, index: Int) throws(HDF5Failure) -> RawChunk {
    try withObject(path, .dataset) { (dataset, place, limit) throws(HDF5Failure) in
      try readChunk(index, of: dataset, place, limit: limit)
    }
  }

  private func passCache() {
    switch file {
    case .some(let file): supply.passCache(of: file)
    case .none: break
    }
  }

  private func info(
    of dataset: borrowing Identifier, _ place: Place
  ) throws(HDF5Failure) -> DatasetInfo {
    if let known = infos[place.path] { return known }
    let info = try readInfo(of: dataset, place)
    infos[place.path] = info
    return info
  }

  /// Runs `body` with the object at `path` open and the number of bytes it may declare.
  func withObject<Result>(
    _ path: String, _ expected: Child.Kind?,
    _ body: (borrowing Identifier, Place, Int) throws(HDF5Failure) -> Result
  ) throws(HDF5Failure) -> Result {
    try withLibrary { () throws(HDF5Failure) -> Result in
      let (identifier, limit) = try fileIdentifier()
      let object = try openObject(identifier, at: path, fileName: self.path)
      let found = kind(of: object)
      if let expected, found != expected {
        throw .wrongKind(file: self.path, path: path, expected: expected, found: found)
      }
      return try body(object, Place(file: self.path, path: path), limit)
    }
  }

  private func fileIdentifier() throws(HDF5Failure) -> (hid_t, limit: Int) {
    switch file {
    case .some(let file): (file.identifier.value, declarableByteCount(inFileOf: file.byteCount))
    case .none: throw .closed(file: path)
    }
  }
}

/// The bytes that one object in a file of `byteCount` bytes may declare: compression reaches a
/// factor of about 1000, and small files may hold large constants.
func declarableByteCount(inFileOf byteCount: Int) -> Int {
  let (scaled, overflow) = byteCount.multipliedReportingOverflow(by: 1000)
  return overflow ? Int.max : max(1 << 30, scaled)
}
