import HDF5

extension ModelFile {
  /// Reads and checks the model file at `path`.
  ///
  /// - Parameter verify: whether all digests are recomputed and compared.
  /// - Returns: the content, and the root digests that the file states.
  /// - Throws: what is wrong with the file; `invalid` holds all findings.
  package static func read(
    _ path: String, verify: Bool = true
  ) throws(FormatFailure) -> (file: ModelFile, digests: FileDigests) {
    try read(path) { _ in verify }
  }

  /// Reads and checks the model file at `path`, and verifies the objects that `isVerified`.
  ///
  /// - Throws: what is wrong with the file; `invalid` holds all findings.
  package static func read(
    _ path: String, where isVerified: (String) -> Bool
  ) throws(FormatFailure) -> (file: ModelFile, digests: FileDigests) {
    var opened = try OpenedFile(path: path, expected: .model)
    defer { opened.content.reader.close() }
    try opened.refuseErrors()
    let (model, digests) = try unwrapping { () throws(HDF5Failure) in
      let digests = try DigestChecks.verify(&opened.content, where: isVerified)
      return (try ModelFile(decoding: &opened.content), digests)
    }
    try opened.refuseErrors(opened.content.findings)
    guard let model else {
      throw .invalid(file: path, findings: opened.content.findings)
    }
    try opened.refuseErrors(ModelChecks.findings(in: model))
    return (model, digests)
  }

  /// The model file at `path`.
  package init(contentsOf path: String, verify: Bool = true) throws(FormatFailure) {
    self = try ModelFile.read(path, verify: verify).file
  }

  /// Where others put something into the file at `path` that is no part of its content.
  package static func foreignPaths(inFileAt path: String) throws(FormatFailure) -> [String] {
    let opened = try OpenedFile(path: path, expected: .model)
    defer { opened.content.reader.close() }
    let unknown = opened.structureFindings.filter { $0.rule == .unknownObject }.map(\.path)
    return opened.content.names(in: "/extensions").map { "/extensions/\($0)" } + unknown
  }

  /// Checks the content and saves it as `path`, atomically and durably.
  ///
  /// - Parameter replacing: whether a file that exists may be replaced.
  /// - Returns: the root digests.
  /// - Throws: `invalid` where the content is against the specification; `exists`,
  ///   `cannotCreate`, `notSaved`, `hdf5`.
  @discardableResult
  package func write(to path: String, replacing: Bool) throws(FormatFailure) -> FileDigests {
    try refuseErrors(ModelChecks.findings(in: self), path)
    return try DocumentFile.save(
      document, kind: .model, to: path, replacing: replacing, compression: 0)
  }
}
