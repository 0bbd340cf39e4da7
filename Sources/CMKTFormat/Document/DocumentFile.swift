import Codecs
package import HDF5

/// Writes documents to HDF5 files.
package enum DocumentFile {
  /// Saves `document`, with its digests, as `path`: atomically, durably, and verified.
  ///
  /// - Parameters:
  ///   - compression: deflate level 1…9 after a shuffle, or 0 for none.
  ///   - threads: how many compute digests and compress; the bytes do not depend on it.
  /// - Throws: `invalid` where the document is against the schema, and what saving throws.
  static func save(
    _ document: Document, kind: FileKind, to path: String, replacing: Bool, compression: Int,
    threads: Int = processorCount
  ) throws(FormatFailure) -> FileDigests {
    var document = document
    let table = try document.addDigestTable(threads: threads)
    try checkStructure(of: document, kind: kind, path: path)
    try DurableFile.write(to: path, replacing: replacing) { (temporary) throws(FormatFailure) in
      do throws(HDF5Failure) {
        try write(document, to: temporary, compression: compression, threads: threads)
      } catch .missingFolder, .accessDenied {
        // Some folders, such as those of /proc, look writable and are not.
        throw .cannotCreate(file: path, reason: "its folder takes no new file")
      } catch {
        // The disk is full, or a file may not be so large; HDF5's own words name the temporary.
        throw .notSaved(file: path, reason: error.systemReason)
      }
    } verify: { (temporary) throws(FormatFailure) in
      do throws(HDF5Failure) {
        let reader = try HDF5FileReader(path: temporary, isOwn: true)
        defer { reader.close() }
        let saved = try DigestTable.compute(of: Inventory(of: reader), in: reader, threads: threads)
        if saved == table { return }
      } catch {
        throw .notSaved(file: path, reason: "reading it back failed: \(error.systemReason)")
      }
      throw .notSaved(file: path, reason: "reading it back gave other digests")
    }
    return table.roots
  }

  /// A writer cannot create what the schema does not know.
  private static func checkStructure(
    of document: Document, kind: FileKind, path: String
  ) throws(FormatFailure) {
    let inventory = try unwrapping { () throws(HDF5Failure) in try Inventory(of: document) }
    let findings = StructureChecks.findings(of: inventory, against: .of(kind))
    if !findings.isEmpty { throw .invalid(file: path, findings: findings) }
  }

  /// Writes `document` as it is, sound or not, to a new file.
  package static func write(
    _ document: Document, to path: String, compression: Int, threads: Int = processorCount
  ) throws(HDF5Failure) {
    let writer = try HDF5FileWriter(creatingAt: path)
    do throws(HDF5Failure) {
      for object in document.paths {
        guard let node = document.nodes[object] else { continue }
        if let content = node.content {
          try write(
            content, at: object, with: writer, compression: compression, threads: threads)
        } else if object != "/" {
          try writer.createGroup(object)
        }
        for attribute in try document.attributes(of: object) {
          try writer.setAttribute(attribute, on: object)
        }
      }
    } catch {
      try? writer.close()
      throw error
    }
    try writer.close()
  }

  /// Chunks are filtered by `threads` threads, as HDF5 would, and written in their order.
  private static func write(
    _ content: Document.Content, at path: String, with writer: HDF5FileWriter, compression: Int,
    threads: Int
  ) throws(HDF5Failure) {
    guard let rowCount = content.shape.first, !content.shape.contains(0) else {
      try writer.createDataset(
        path, type: content.type, shape: content.shape, chunkShape: nil, filters: [])
      return
    }
    let chunkShape = ChunkPlan.chunkShape(of: content.shape, type: content.type)
    let packing: [Filter] = compression > 0 ? [.shuffle, .deflate(level: compression)] : []
    try writer.createDataset(
      path, type: content.type, shape: content.shape, chunkShape: chunkShape,
      filters: packing + [.fletcher32])
    let filters: [ChunkFilter] =
      compression > 0
      ? [
        .shuffle(elementByteCount: content.type.byteCount), .deflate(level: compression),
        .fletcher32,
      ] : [.fletcher32]
    let rowsPerChunk = chunkShape[0]
    let starts = Array(stride(from: 0, to: rowCount, by: rowsPerChunk))
    for batch in stride(from: 0, to: starts.count, by: max(1, threads)) {
      let members = starts[batch..<min(batch + max(1, threads), starts.count)]
      let chunks = try parallelMap(members.count, threads: threads) {
        (member) throws(HDF5Failure) in
        let rows = members[batch + member]..<min(members[batch + member] + rowsPerChunk, rowCount)
        return try chunk(of: content, rows: rows, rowsPerChunk: rowsPerChunk, filters)
      }
      for (start, chunk) in zip(members, chunks) {
        try writer.writeRawChunk(
          chunk, to: path, offset: [start] + content.shape.dropFirst().map { _ in 0 })
      }
    }
  }

  /// The rows `rows` as a chunk of `rowsPerChunk` rows: zeros fill it up, filters are applied.
  private static func chunk(
    of content: Document.Content, rows: Range<Int>, rowsPerChunk: Int, _ filters: [ChunkFilter]
  ) throws(HDF5Failure) -> [UInt8] {
    let size = content.rowByteCount
    var bytes = try content.payload.bytes(in: rows.lowerBound * size..<rows.upperBound * size)
    bytes.append(contentsOf: repeatElement(0, count: (rowsPerChunk - rows.count) * size))
    return filters.reduce(bytes) { $1.apply(to: $0) }
  }
}

extension Document {
  /// Replaces `/digests` by the digests of what the document holds now.
  @discardableResult
  package mutating func addDigests() throws(FormatFailure) -> FileDigests {
    try addDigestTable().roots
  }

  mutating func addDigestTable(
    threads: Int = processorCount
  ) throws(FormatFailure) -> DigestTable {
    remove("/digests")
    let document = self
    let table = try unwrapping { () throws(HDF5Failure) in
      try DigestTable.compute(of: Inventory(of: document), in: document, threads: threads)
    }
    addGroup(
      "/digests",
      attributes: [.text("content", table.roots.content), .text("file", table.roots.file)])
    add(table.entries.map(\.path), at: "/digests/path")
    add(table.entries.flatMap(\.digest), shape: [table.entries.count, 32], at: "/digests/sha256")
    return table
  }
}

/// Runs `body`, and passes on what HDF5 reports as a failure of the format.
func unwrapping<Result>(
  _ body: () throws(HDF5Failure) -> Result
) throws(FormatFailure) -> Result {
  do {
    return try body()
  } catch {
    throw .hdf5(error)
  }
}

extension HDF5Failure {
  /// What the system said of it, or else HDF5.
  fileprivate var systemReason: String {
    if let number = systemErrorNumber.flatMap(Int32.init(exactly:)) {
      return DurableFile.systemReason(number)
    }
    if case .system(_, _, let reason) = self { return reason }
    return description
  }
}
