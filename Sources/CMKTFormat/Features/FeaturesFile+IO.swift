import HDF5

extension FeaturesFile {
  /// Reads and checks the features file at `path`.
  ///
  /// - Parameters:
  ///   - modalities: those to read, or nil for all; the others are not even looked at.
  ///   - verify: whether the digests of what is read are recomputed and compared.
  ///   - memory: the most bytes of rows to hold; where there are more, all stay outside. Such files
  ///     are for those who read rows by `rows(of:)`.
  /// - Returns: the content, and the root digests that the file states.
  /// - Throws: what is wrong with the file; `invalid` holds all findings.
  package static func read(
    _ path: String, modalities: Set<String>? = nil, verify: Bool = true, memory: RowMemory? = nil
  ) throws(FormatFailure) -> (file: FeaturesFile, digests: FileDigests) {
    var opened = try OpenedFile(path: path, expected: .features)
    var isKept = false
    defer { if !isKept { opened.content.reader.close() } }
    try opened.refuseErrors()
    let names = opened.content.names(in: "/modalities")
    let skipped = names.filter { !(modalities?.contains($0) ?? true) }
    let wanted = names.filter { !skipped.contains($0) }
    let isOutside = memory.map { $0.isExceeded(by: wanted, of: opened.content) } ?? false
    var inspection = RowInspection(of: isOutside ? wanted : [], in: opened.content)
    var result = try unwrapping { () throws(HDF5Failure) in
      let digests = try DigestChecks.verify(
        &opened.content, inspect: { inspection.add($0, $1, $2) }
      ) { path in
        (verify || isOutside) && !skipped.contains { isWithin(path, "/modalities/\($0)") }
      }
      let features = try FeaturesFile(
        decoding: &opened.content, modalities: modalities, rows: !isOutside)
      return (features, digests)
    }
    try opened.refuseErrors(opened.content.findings + inspection.findings)
    if isOutside {
      isKept = true
      try result.0.leaveOutside(
        in: OpenRows(opened.content), windowByteCount: memory?.byteCount ?? 0)
    }
    try opened.refuseErrors(
      FeaturesChecks.findings(
        in: result.0, storedRowCounts: result.0.outside.rows.mapValues(\.rowCount)))
    return result
  }

  /// The features file at `path` with the modalities `names`, or where one is none of the file, with
  /// all: so that whoever looks for it can tell which there are.
  ///
  /// - Throws: as `read`.
  package static func reading(
    _ path: String, modalities names: Set<String>, memory: RowMemory? = nil
  ) throws(FormatFailure) -> (file: FeaturesFile, digests: FileDigests) {
    let result = try read(path, modalities: names, memory: memory)
    guard !names.isSubset(of: result.file.modalities.keys) else { return result }
    return try read(path, memory: memory)
  }

  private mutating func leaveOutside(
    in file: OpenRows, windowByteCount: Int
  ) throws(FormatFailure) {
    outside.windowByteCount = windowByteCount
    for name in modalities.keys {
      outside.rows[name] = try unwrapping { () throws(HDF5Failure) in
        try FileRows(at: "/modalities/\(name)", in: file)
      }
    }
  }

  /// The features file at `path`, whole.
  package init(contentsOf path: String, verify: Bool = true) throws(FormatFailure) {
    self = try FeaturesFile.read(path, verify: verify).file
  }

  /// Checks the content and saves it as `path`, atomically and durably.
  ///
  /// - Parameters:
  ///   - replacing: whether a file that exists may be replaced.
  ///   - compression: deflate level 1…9, or 0 for none.
  /// - Returns: the root digests.
  /// - Throws: `invalid` where the content is against the specification; `exists`,
  ///   `cannotCreate`, `notSaved`, `hdf5`.
  @discardableResult
  package func write(
    to path: String, replacing: Bool, compression: Int = 0
  ) throws(FormatFailure) -> FileDigests {
    try FeaturesAssembly(skeleton: self).write(
      to: path, replacing: replacing, compression: compression)
  }
}

/// Throws where `findings` hold an error.
func refuseErrors(_ findings: [Finding], _ path: String) throws(FormatFailure) {
  if findings.contains(where: { $0.severity == .error }) {
    throw .invalid(file: path, findings: findings)
  }
}
