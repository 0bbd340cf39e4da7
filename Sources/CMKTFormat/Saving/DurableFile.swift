import Foundation

/// Atomic and durable saving: a reader sees the old file or the whole new one, never a part.
///
/// The content goes to a temporary file of a unique name in the target's folder; it is flushed to
/// the disk, verified, given its name in one step, and the folder is flushed. Whatever fails or
/// is killed on the way, the file that was there stays as it was; what a killed save left of its own
/// is removed by the next one into that folder.
package enum DurableFile {
  /// Saves what `produce` writes to the temporary path as `path`.
  ///
  /// - Parameters:
  ///   - path: where to; a symbolic link is followed, and its target replaced.
  ///   - replacing: whether a file that exists may be replaced. Without it, of two writers
  ///     exactly one wins.
  ///   - produce: creates the file at the path that it is given; nothing exists there.
  ///   - verify: reads the finished file back and throws where it is not what was meant.
  /// - Throws: `exists`, `cannotCreate`, `notSaved`, and what the closures throw.
  package static func write(
    to path: String, replacing: Bool, produce: (String) throws(FormatFailure) -> Void,
    verify: (String) throws(FormatFailure) -> Void
  ) throws(FormatFailure) {
    let target = try OutputPath.followingLinks(path)
    try checkTarget(target, named: path, replacing: replacing)
    let folder = OutputPath.folder(of: target)
    TemporaryName.sweep(folder)
    let temporary = TemporaryName.path(beside: target)
    do throws(FormatFailure) {
      try produce(temporary)
      try flush(temporary, named: path)
      try verify(temporary)
      try publish(temporary, as: target, named: path, replacing: replacing)
    } catch {
      unsafe unlink(temporary)
      throw error
    }
    // The name is in place; a folder that cannot be flushed (some network disks) is no failure.
    _ = flushDescriptor(of: folder, flags: O_RDONLY | O_DIRECTORY)
  }

  /// Saves `bytes` as `path`; see `write(to:replacing:produce:verify:)`.
  package static func write(
    _ bytes: [UInt8], to path: String, replacing: Bool
  ) throws(FormatFailure) {
    try write(to: path, replacing: replacing) { (temporary) throws(FormatFailure) in
      do {
        try Data(bytes).write(to: URL(fileURLWithPath: temporary), options: .withoutOverwriting)
      } catch let error as CocoaError where refusals.contains(error.code) {
        // Some folders, such as those of /proc, look writable and are not.
        throw .cannotCreate(file: path, reason: "its folder takes no new file")
      } catch {
        throw .notSaved(file: path, reason: systemReason(error))
      }
    } verify: { (temporary) throws(FormatFailure) in
      guard let saved = FileManager.default.contents(atPath: temporary), saved == Data(bytes) else {
        throw .notSaved(file: path, reason: "reading it back gave other bytes")
      }
    }
  }

  /// What creating the temporary file fails with where the folder is to blame.
  private static let refusals: Set<CocoaError.Code> = [
    .fileNoSuchFile, .fileWriteNoPermission, .fileWriteVolumeReadOnly,
  ]

  /// Throws where saving to `path` cannot succeed, before any work is done for it.
  package static func check(_ path: String, replacing: Bool) throws(FormatFailure) {
    try checkTarget(OutputPath.followingLinks(path), named: path, replacing: replacing)
  }

  private static func checkTarget(
    _ target: String, named path: String, replacing: Bool
  ) throws(FormatFailure) {
    var isFolder: ObjCBool = false
    if unsafe FileManager.default.fileExists(atPath: target, isDirectory: &isFolder) {
      if isFolder.boolValue { throw .cannotCreate(file: path, reason: "it is a folder") }
      try refuseIrregular(target, named: path)
      if !replacing { throw .exists(file: path) }
    }
    let folder = OutputPath.folder(of: target)
    guard unsafe FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder),
      isFolder.boolValue
    else { throw .cannotCreate(file: path, reason: "its folder does not exist") }
    guard unsafe access(folder, W_OK | X_OK) == 0 else {
      throw .cannotCreate(file: path, reason: "its folder is not writable")
    }
  }

  /// A device or a pipe that stands there is not for a file to replace.
  private static func refuseIrregular(
    _ target: String, named path: String
  ) throws(FormatFailure) {
    var status = stat()
    guard unsafe stat(target, &status) == 0, status.st_mode & S_IFMT != S_IFREG else { return }
    throw .cannotCreate(file: path, reason: "what is there is no regular file")
  }

  private static func flush(_ temporary: String, named path: String) throws(FormatFailure) {
    if let reason = flushDescriptor(of: temporary, flags: O_RDONLY) {
      throw .notSaved(file: path, reason: reason)
    }
  }

  /// Gives `temporary` its name.
  ///
  /// A link fails where the name exists, so no writer replaces another.
  private static func publish(
    _ temporary: String, as target: String, named path: String, replacing: Bool
  ) throws(FormatFailure) {
    if replacing {
      try refuseIrregular(target, named: path)
      guard unsafe rename(temporary, target) == 0 else {
        throw .notSaved(file: path, reason: systemReason())
      }
      return
    }
    if unsafe link(temporary, target) == 0 {
      unsafe unlink(temporary)
      return
    }
    switch errno {
    case EEXIST: throw .exists(file: path)
    case EPERM, EOPNOTSUPP, ENOSYS, EMLINK:
      try claimAndRename(temporary, as: target, named: path)
    default: throw .notSaved(file: path, reason: systemReason())
    }
  }

  /// For file systems without links: claims the name with an empty file, then replaces that.
  private static func claimAndRename(
    _ temporary: String, as target: String, named path: String
  ) throws(FormatFailure) {
    let descriptor = unsafe open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      if errno == EEXIST { throw .exists(file: path) }
      throw .notSaved(file: path, reason: systemReason())
    }
    close(descriptor)
    guard unsafe rename(temporary, target) == 0 else {
      let reason = systemReason()
      unsafe unlink(target)
      throw .notSaved(file: path, reason: reason)
    }
  }

  /// Flushes the file or folder at `path` to the disk; the reason where that fails.
  static func flushDescriptor(of path: String, flags: Int32) -> String? {
    let descriptor = unsafe open(path, flags | O_CLOEXEC)
    guard descriptor >= 0 else { return systemReason() }
    defer { close(descriptor) }
    return fsync(descriptor) == 0 ? nil : systemReason()
  }

  static func systemReason(_ number: Int32 = errno) -> String {
    unsafe String(cString: strerror(number))
  }

  /// What the system says of a failure that Foundation reports, such as `File too large`.
  package static func systemReason(_ error: any Error) -> String {
    // Foundation has two kinds of underlying errors, one of which is no object.
    let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? any Error
    guard let underlying = underlying.map({ $0 as NSError }),
      underlying.domain == NSPOSIXErrorDomain
    else {
      return error.localizedDescription
    }
    return systemReason(Int32(truncatingIfNeeded: underlying.code))
  }
}
