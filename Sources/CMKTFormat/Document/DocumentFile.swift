package import HDF5

/// Writes documents to HDF5 files.
package enum DocumentFile {
  /// Saves `document`, with its digests, as `path`: atomically, durably, and verified.
  ///
  /// - Parameter compression: deflate level 1…9 after a shuffle, or 0 for none.
  /// - Throws: `invalid` where the document is against the schema, and what saving throws.
  static func save(
    _ document: Document, kind: FileKind, to path: String, replacing: Bool, compression: Int
  ) throws(FormatFailure) -> FileDigests {
    var document = document
    let table = try document.addDigestTable()
    try checkStructure(of: document, kind: kind, path: path)
    try DurableFile.write(to: path, replacing: replacing) { (temporary) throws(FormatFailure) in
      do throws(HDF5Failure) {
        try write(document, to: temporary, compression: compression)
      } catch .missingFolder, .accessDenied {
        // Some folders, such as those of /proc, look writable and are not.
        throw .cannotCreate(file: path, reason: "its folder takes no new file")
      } catch {
        throw .hdf5(error)
      }
    } verify: { (temporary) throws(FormatFailure) in
      let saved = try unwrapping { () throws(HDF5Failure) in
        let reader = try HDF5FileReader(path: temporary)
        defer { reader.close() }
        return try DigestTable.compute(of: Inventory(of: reader), in: reader)
      }
      guard saved == table else {
        throw .notSaved(file: path, reason: "reading it back gave other digests")
      }
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
    _ document: Document, to path: String, compression: Int
  ) throws(HDF5Failure) {
    let writer = try HDF5FileWriter(creatingAt: path)
    do throws(HDF5Failure) {
      for object in document.paths {
        guard let node = document.nodes[object] else { continue }
        if let content = node.content {
          try write(content, at: object, with: writer, compression: compression)
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

  private static func write(
    _ content: Document.Content, at path: String, with writer: HDF5FileWriter, compression: Int
  ) throws(HDF5Failure) {
    guard !content.shape.contains(0) else {
      try writer.createDataset(
        path, type: content.type, shape: content.shape, chunkShape: nil, filters: [])
      return
    }
    let packing: [Filter] = compression > 0 ? [.shuffle, .deflate(level: compression)] : []
    try writer.createDataset(
      path, type: content.type, shape: content.shape,
      chunkShape: ChunkPlan.chunkShape(of: content.shape, type: content.type),
      filters: packing + [.fletcher32])
    try writer.write(content.bytes, to: path, slab: nil)
  }
}

extension Document {
  /// Replaces `/digests` by the digests of what the document holds now.
  @discardableResult
  package mutating func addDigests() throws(FormatFailure) -> FileDigests {
    try addDigestTable().roots
  }

  fileprivate mutating func addDigestTable() throws(FormatFailure) -> DigestTable {
    remove("/digests")
    let document = self
    let table = try unwrapping { () throws(HDF5Failure) in
      try DigestTable.compute(of: Inventory(of: document), in: document)
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
