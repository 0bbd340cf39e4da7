/// The arrays of an NPZ file: a ZIP archive of NPY files.
package struct NPZArchive: Sendable {
  private let archive: ZIPArchive
  /// Names of the arrays, without `.npy`, in file order.
  package let names: [String]

  /// Reads the directory of the NPZ file that `bytes` is; arrays are decoded when asked for.
  ///
  /// - Throws: `CodecFailure`; no input traps.
  package init(
    _ bytes: [UInt8], limits: ZIPArchive.Limits = ZIPArchive.Limits()
  ) throws(CodecFailure) {
    try self.init(try ZIPArchive(bytes, limits: limits))
  }

  /// Reads the directory of the NPZ file at `path`; arrays are read when asked for.
  ///
  /// - Throws: `CodecFailure`; no input traps.
  package init(
    path: String, limits: ZIPArchive.Limits = ZIPArchive.Limits()
  ) throws(CodecFailure) {
    try self.init(try ZIPArchive(path: path, limits: limits))
  }

  private init(_ archive: ZIPArchive) throws(CodecFailure) {
    self.archive = archive
    names = archive.members.compactMap { member in
      member.name.hasSuffix(".npy") ? String(member.name.dropLast(4)) : nil
    }
    guard names.count == archive.members.count else {
      let other = archive.members.first { !$0.name.hasSuffix(".npy") }?.name ?? ""
      throw .malformed(
        CodecFinding(
          "NPZ", expected: "only arrays (.npy)", found: "'\(other)'",
          remedy: "write the file with numpy.savez"))
    }
  }

  /// The array called `name`; nil where there is none.
  ///
  /// - Throws: `CodecFailure`, which names the array.
  package func array(_ name: String) throws(CodecFailure) -> NPYArray? {
    guard let member = archive.member(name + ".npy") else { return nil }
    do throws(CodecFailure) {
      return try NPYArray(npy: try archive.contents(of: member))
    } catch {
      throw error.inside("array '\(name)'")
    }
  }

  /// The array called `name`, to be read in parts; nil where there is none.
  ///
  /// - Throws: `CodecFailure`, which names the array.
  package func file(_ name: String) throws(CodecFailure) -> NPYFile? {
    guard let member = archive.member(name + ".npy") else { return nil }
    do throws(CodecFailure) {
      return try NPYFile(member, of: archive)
    } catch {
      throw error.inside("array '\(name)'")
    }
  }

  /// An NPZ file of `arrays` in that order, stored at `level` 0 and deflated at 1 to 9.
  ///
  /// - Precondition: names are unique and not empty.
  package static func bytes(_ arrays: [(name: String, array: NPYArray)], level: Int = 0) -> [UInt8]
  {
    var writer = ZIPWriter()
    for (name, array) in arrays { writer.add(name + ".npy", array.npy(), level: level) }
    return writer.finish()
  }
}

extension CodecFailure {
  /// The same failure, its place extended by the part of the container that it happened in.
  fileprivate func inside(_ part: String) -> CodecFailure {
    guard var finding else { return self }
    finding.codec = "\(part), \(finding.codec)"
    return switch self {
    case .truncated: .truncated(finding)
    case .malformed: .malformed(finding)
    case .unsupported: .unsupported(finding)
    case .tooLarge: .tooLarge(finding)
    case .unreadable: self
    }
  }
}
