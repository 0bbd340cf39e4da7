import HDF5

extension ModelFile {
  /// The path of the first object, in byte order, whose digest differs from that of `other` or
  /// that one of the two lacks; nil where all are equal.
  ///
  /// Where an attribute differs, its name follows after `@`, such as `/@licence`.
  /// Provenance does not count.
  ///
  /// - Throws: `hdf5` where a digest cannot be computed.
  package func firstDifference(from other: ModelFile) throws(FormatFailure) -> String? {
    let (first, second) = (try objectDigests(), try other.objectDigests())
    let path = Set(first.keys).union(second.keys)
      .filter { first[$0] != second[$0] }
      .min(by: precedesInByteOrder)
    guard let path, first[path] != nil, second[path] != nil else { return path }
    let attribute = try unwrapping { () throws(HDF5Failure) in
      try Self.differingAttribute(of: path, in: document, and: other.document)
    }
    return attribute.map { "\(path)@\($0)" } ?? path
  }

  /// The first attribute, by name, that differs; nil where all are equal.
  private static func differingAttribute(
    of path: String, in first: Document, and second: Document
  ) throws(HDF5Failure) -> String? {
    let (first, second) = (try first.attributes(of: path), try second.attributes(of: path))
    return Set((first + second).map(\.name)).sorted().first { name in
      first.first { $0.name == name } != second.first { $0.name == name }
    }
  }

  /// By path; groups above others hold no digest of these.
  private func objectDigests() throws(FormatFailure) -> [String: [UInt8]] {
    let document = self.document
    let table = try unwrapping { () throws(HDF5Failure) in
      try DigestTable.compute(of: Inventory(of: document), in: document)
    }
    return Dictionary(
      table.entries.filter { !isWithin($0.path, "/provenance") }.map { ($0.path, $0.digest) }
    ) { first, _ in first }
  }
}
