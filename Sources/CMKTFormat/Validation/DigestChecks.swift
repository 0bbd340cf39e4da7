import Codecs
import HDF5

/// Compares the digests listed in a file with those computed from it.
enum DigestChecks {
  /// The table that the file lists, or what is wrong with it.
  static func listed(in content: inout FileContent) throws(HDF5Failure) -> DigestTable {
    let paths = try content.strings("/digests/path")
    let bytes = try content.bytes("/digests/sha256")
    var table = DigestTable(entries: [])
    for (row, path) in paths.enumerated() where bytes.count >= (row + 1) * 32 {
      table.entries.append((path, Array(bytes[row * 32..<(row + 1) * 32])))
    }
    let expected = content.inventory.objects.map(\.path).filter { !isWithin($0, "/digests") }
    if paths != expected {
      let odd = Set(paths).symmetricDifference(expected).sorted().first
      content.findings.append(
        Finding(
          .digestList, "/digests/path",
          "expected every object once, in byte order; found a difference at \(odd ?? "the order")"))
    }
    let roots = table.roots
    for (name, computed) in [("content", roots.content), ("file", roots.file)] {
      let stated = content.text(name, of: "/digests")
      if stated != computed {
        content.findings.append(
          Finding(
            .rootDigest, "/digests@\(name)", "expected \(computed), found \"\(stated)\"",
            remedy: damaged))
      }
    }
    return table
  }

  /// Recomputes the digests of the objects that `isUsed` and compares.
  ///
  /// - Parameters:
  ///   - known: digests that were computed already, by path.
  ///   - inspect: receives the path, the first row and the bytes of each part of what is read.
  static func verify(
    _ content: inout FileContent, known: [String: [UInt8]] = [:],
    inspect: (String, Int, [UInt8]) -> Void = { _, _, _ in }, where isUsed: (String) -> Bool
  ) throws(HDF5Failure) -> FileDigests {
    let table = try listed(in: &content)
    for entry in table.entries where isUsed(entry.path) {
      guard let object = content.inventory.object(at: entry.path) else { continue }
      let computed =
        if let digest = known[entry.path] {
          digest
        } else {
          try ObjectDigest.compute(
            of: entry.path, isDataset: object.info != nil, in: content.reader
          ) { inspect(entry.path, $0, $1) }
        }
      if computed != entry.digest {
        content.findings.append(
          Finding(
            .objectDigest, entry.path,
            "expected SHA-256 \(Hexadecimal.text(entry.digest).prefix(16))…, found \(Hexadecimal.text(computed).prefix(16))…",
            remedy: damaged))
      }
    }
    return table.roots
  }

  private static let damaged = "The file was changed or damaged; take a fresh copy."
}
