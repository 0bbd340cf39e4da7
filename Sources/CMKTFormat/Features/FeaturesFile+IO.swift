import HDF5

extension FeaturesFile {
  /// Reads and checks the features file at `path`.
  ///
  /// - Parameters:
  ///   - modalities: those to read, or nil for all; the others are not even looked at.
  ///   - verify: whether the digests of what is read are recomputed and compared.
  /// - Returns: the content, and the root digests that the file states.
  /// - Throws: what is wrong with the file; `invalid` holds all findings.
  package static func read(
    _ path: String, modalities: Set<String>? = nil, verify: Bool = true
  ) throws(FormatFailure) -> (file: FeaturesFile, digests: FileDigests) {
    var opened = try OpenedFile(path: path, expected: .features)
    defer { opened.content.reader.close() }
    try opened.refuseErrors()
    let skipped = opened.content.names(in: "/modalities").filter {
      !(modalities?.contains($0) ?? true)
    }
    let result = try unwrapping { () throws(HDF5Failure) in
      let digests = try DigestChecks.verify(&opened.content) { path in
        verify && !skipped.contains { isWithin(path, "/modalities/\($0)") }
      }
      return (try FeaturesFile(decoding: &opened.content, modalities: modalities), digests)
    }
    try opened.refuseErrors(opened.content.findings)
    try opened.refuseErrors(FeaturesChecks.findings(in: result.0))
    return result
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
