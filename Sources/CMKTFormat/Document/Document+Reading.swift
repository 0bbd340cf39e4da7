package import HDF5

/// A document reads like a file, so that checks and digests need one way of reading only.
extension Document: HDF5Reading {
  /// The name that failures give the document.
  private static let place = "(document)"

  package func children(of path: String) throws(HDF5Failure) -> [Child] {
    _ = try node(path)
    let prefix = path == "/" ? "/" : path + "/"
    let inside = nodes.keys.filter {
      $0.hasPrefix(prefix) && $0 != "/" && !$0.dropFirst(prefix.count).contains("/")
    }
    return inside.sorted(by: precedesInByteOrder).map { key in
      Child(
        name: String(key.dropFirst(prefix.count)),
        kind: nodes[key]?.content == nil ? .group : .dataset)
    }
  }

  package func attributes(of path: String) throws(HDF5Failure) -> [Attribute] {
    try node(path).attributes.sorted { precedesInByteOrder($0.name, $1.name) }
  }

  package func dataset(at path: String) throws(HDF5Failure) -> DatasetInfo {
    let content = try content(path)
    let isEmpty = content.shape.contains(0)
    return DatasetInfo(
      type: content.type, shape: content.shape,
      chunkShape: isEmpty ? nil : ChunkPlan.chunkShape(of: content.shape, type: content.type),
      filters: isEmpty ? [] : [.fletcher32], storedByteCount: content.payload.byteCount)
  }

  package func read(_ path: String, slab: Slab?) throws(HDF5Failure) -> [UInt8] {
    let content = try content(path)
    guard let slab else { return try content.payload.bytes(in: 0..<content.payload.byteCount) }
    let inner = Array(content.shape.dropFirst())
    // Whole rows are all that this module ever asks for.
    guard slab.lies(in: content.shape), slab.count.dropFirst().elementsEqual(inner),
      let first = slab.offset.first, let count = slab.count.first
    else {
      throw .badSlab(file: Document.place, path: path, slab: slab, shape: content.shape)
    }
    return try content.payload.bytes(
      in: first * content.rowByteCount..<(first + count) * content.rowByteCount)
  }

  package func chunkCount(of path: String) throws(HDF5Failure) -> Int { 0 }

  package func readRawChunk(_ path: String, index: Int) throws(HDF5Failure) -> RawChunk {
    throw .missingObject(file: Document.place, path: path)
  }

  package func close() {}

  private func node(_ path: String) throws(HDF5Failure) -> Node {
    guard let node = nodes[path] else {
      throw .missingObject(file: Document.place, path: path)
    }
    return node
  }

  private func content(_ path: String) throws(HDF5Failure) -> Content {
    guard let content = try node(path).content else {
      throw .wrongKind(file: Document.place, path: path, expected: .dataset, found: .group)
    }
    return content
  }
}
