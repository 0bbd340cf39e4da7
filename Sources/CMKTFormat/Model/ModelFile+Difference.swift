import HDF5

extension ModelFile {
  /// The path of the first object, in byte order, whose digest differs from that of `other` or
  /// that one of the two lacks; nil where all are equal.
  ///
  /// Provenance does not count.
  ///
  /// - Throws: `hdf5` where a digest cannot be computed.
  package func firstDifference(from other: ModelFile) throws(FormatFailure) -> String? {
    let (first, second) = (try objectDigests(), try other.objectDigests())
    return Set(first.keys).union(second.keys)
      .filter { first[$0] != second[$0] }
      .min(by: precedesInByteOrder)
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
