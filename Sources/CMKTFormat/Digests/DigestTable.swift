import Codecs
import HDF5

/// The two root digests of a file, in lower-case hexadecimal.
package struct FileDigests: Sendable, Equatable {
  /// Of everything but provenance: equal for equal content.
  package let content: String
  /// Of everything but the digests themselves.
  package let file: String
}

/// The digests of all objects of a file, and the two roots that follow from them.
struct DigestTable: Equatable {
  /// In byte order of the paths.
  var entries: [(path: String, digest: [UInt8])]

  /// SHA-256 over `path · NUL · digest` of the entries that count.
  var roots: FileDigests {
    FileDigests(
      content: root(where: { !isWithin($0, "/provenance") }), file: root(where: { _ in true }))
  }

  private func root(where isCounted: (String) -> Bool) -> String {
    var hash = SHA256()
    for entry in entries where isCounted(entry.path) {
      hash.update(Array(entry.path.utf8) + [0] + entry.digest)
    }
    return Hexadecimal.text(hash.finish())
  }

  static func == (left: DigestTable, right: DigestTable) -> Bool {
    left.entries.elementsEqual(right.entries) { $0.path == $1.path && $0.digest == $1.digest }
  }

  /// Computes the table of what `reader` holds, several objects at once.
  static func compute(
    of inventory: Inventory, in reader: any HDF5Reading, threads: Int = processorCount
  ) throws(HDF5Failure) -> DigestTable {
    let objects = inventory.objects.filter { !isWithin($0.path, "/digests") }
    let digests = try parallelMap(objects.count, threads: threads) {
      (index) throws(HDF5Failure) in
      try ObjectDigest.compute(
        of: objects[index].path, isDataset: objects[index].info != nil, in: reader)
    }
    return DigestTable(entries: Array(zip(objects.map(\.path), digests)))
  }
}

/// Whether `path` is `group` or lies in it.
package func isWithin(_ path: String, _ group: String) -> Bool {
  path == group || path.hasPrefix(group + "/")
}
