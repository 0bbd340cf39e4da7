internal import CFiles
import Foundation

/// Atomic and durable saving of a folder of files; see `DurableFile`.
package enum DurableFolder {
  /// Saves the folder that `produce` fills as `path`.
  ///
  /// - Parameters:
  ///   - replacing: whether a folder that exists may be replaced. It is only where a tool of this
  ///     project wrote it, and it holds nothing but what the new one has, too, or what the list of
  ///     its files shows to be unchanged, so that nobody's own files are lost.
  ///   - produce: writes into the empty folder at the path that it is given.
  /// - Throws: `exists`, `cannotCreate`, `notSaved`, and what `produce` throws.
  package static func write<Failure: Error>(
    to path: String, replacing: Bool, produce: (String) throws(Failure) -> Void
  ) throws {
    let target = try OutputPath.followingLinks(path)
    try checkTarget(target, named: path, replacing: replacing)
    let parent = OutputPath.folder(of: target)
    TemporaryName.sweep(parent)
    let temporary = TemporaryName.path(beside: target)
    guard unsafe mkdir(temporary, 0o777) == 0 else {
      throw FormatFailure.cannotCreate(file: path, reason: DurableFile.systemReason())
    }
    do {
      try produce(temporary)
      try flushAll(temporary, named: path)
      try publish(temporary, as: target, named: path, replacing: replacing)
    } catch {
      try? FileManager.default.removeItem(atPath: temporary)
      throw error
    }
    _ = DurableFile.flushDescriptor(of: parent, flags: O_RDONLY | O_DIRECTORY)
  }

  /// Saves `files`, by their paths within the folder.
  ///
  /// - Parameter isListed: whether the folder gets a list of its files, `FolderList`, by which a
  ///   later run with other files may replace it.
  package static func write(
    _ files: [(path: String, bytes: [UInt8])], to path: String, replacing: Bool,
    isListed: Bool = false
  ) throws {
    let list = isListed ? [(path: FolderList.name, bytes: FolderList(of: files).bytes)] : []
    try write(to: path, replacing: replacing) { folder in
      for file in files + list {
        let url = URL(fileURLWithPath: folder + "/" + file.path)
        try FileManager.default.createDirectory(
          at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        do {
          try Data(file.bytes).write(to: url, options: .withoutOverwriting)
        } catch {
          throw FormatFailure.notSaved(file: path, reason: DurableFile.systemReason(error))
        }
      }
    }
  }

  /// Throws where saving to `target` cannot succeed, before any work is done for it.
  private static func checkTarget(
    _ target: String, named path: String, replacing: Bool
  ) throws(FormatFailure) {
    var isFolder: ObjCBool = false
    if unsafe FileManager.default.fileExists(atPath: target, isDirectory: &isFolder) {
      guard isFolder.boolValue else {
        throw .cannotCreate(file: path, reason: "what is there is no folder")
      }
      if !replacing, !items(below: target).isEmpty { throw .exists(file: path) }
    }
    let parent = OutputPath.folder(of: target)
    guard unsafe FileManager.default.fileExists(atPath: parent, isDirectory: &isFolder),
      isFolder.boolValue
    else { throw .cannotCreate(file: path, reason: "the folder for it does not exist") }
  }

  /// The paths of everything below `folder`, relative to it.
  private static func items(below folder: String) -> [String] {
    (FileManager.default.subpaths(atPath: folder) ?? []).sorted()
  }

  private static func flushAll(_ folder: String, named path: String) throws(FormatFailure) {
    for item in items(below: folder) + [""] {
      let reason = DurableFile.flushDescriptor(of: folder + "/" + item, flags: O_RDONLY)
      if let reason { throw .notSaved(file: path, reason: reason) }
    }
  }

  /// Gives `temporary` its name.
  ///
  /// A folder with content is never replaced by a rename, so of two writers one wins. To replace
  /// one, both names are exchanged in one step.
  private static func publish(
    _ temporary: String, as target: String, named path: String, replacing: Bool
  ) throws(FormatFailure) {
    if unsafe rename(temporary, target) == 0 { return }
    guard [EEXIST, ENOTEMPTY, ENOTDIR].contains(errno) else {
      throw .notSaved(file: path, reason: DurableFile.systemReason())
    }
    guard replacing else { throw .exists(file: path) }
    try refuseForeignItems(target, beside: temporary, named: path)
    if unsafe cf_exchange(temporary, target) != 0 {
      guard [EINVAL, ENOSYS].contains(errno) else {
        throw .notSaved(file: path, reason: DurableFile.systemReason())
      }
      try exchangeInTwoSteps(temporary, target, named: path)
    }
    // What stood there has the temporary name now.
    try? FileManager.default.removeItem(atPath: temporary)
  }

  /// For file systems that cannot exchange names: a kill between the renames leaves the old folder
  /// whole under another name, which nobody sweeps.
  private static func exchangeInTwoSteps(
    _ temporary: String, _ target: String, named path: String
  ) throws(FormatFailure) {
    let aside = TemporaryName.path(beside: target) + ".old"
    guard unsafe rename(target, aside) == 0 else {
      throw .notSaved(file: path, reason: DurableFile.systemReason())
    }
    guard unsafe rename(temporary, target) == 0 else {
      let reason = DurableFile.systemReason()
      unsafe rename(aside, target)
      throw .notSaved(file: path, reason: reason)
    }
    unsafe rename(aside, temporary)
  }

  /// Refuses to replace `target` unless all that it holds is in `folder` too, files as files and
  /// folders as folders, or is as its list says, and one of its files names this project.
  private static func refuseForeignItems(
    _ target: String, beside folder: String, named path: String
  ) throws(FormatFailure) {
    guard isFolder(target) == true else {
      throw .cannotCreate(file: path, reason: "what is there is no folder")
    }
    let found = items(below: target)
    let list = FolderList(in: target)
    for item in found where isFolder(target + "/" + item) != isFolder(folder + "/" + item) {
      if let list, isFolder(folder + "/" + item) == nil, list.holds(item, in: target) { continue }
      let change = list?.names(item) == true ? "was changed since it was written and " : ""
      throw .cannotCreate(
        file: path, reason: "it holds '\(item)', which \(change)would be lost; give another name")
    }
    guard found.isEmpty || found.contains(where: { namesProject(target + "/" + $0) }) else {
      throw .cannotCreate(
        file: path,
        reason: "it was not written by this tool, and would be lost; give another name")
    }
  }

  /// Nil where nothing is there.
  private static func isFolder(_ path: String) -> Bool? {
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else { return nil }
    return status.st_mode & S_IFMT == S_IFDIR
  }

  /// Whether the file at `path` has the word `cmkt` near one of its ends, as one file of every
  /// folder that is written has.
  private static func namesProject(_ path: String) -> Bool {
    guard isFolder(path) == false, let handle = FileHandle(forReadingAtPath: path) else {
      return false
    }
    defer { try? handle.close() }
    let reach: UInt64 = 1 << 20
    let start = (try? handle.read(upToCount: Int(reach))) ?? nil
    let size = (try? handle.seekToEnd()) ?? 0
    try? handle.seek(toOffset: size - min(size, reach))
    let end = (try? handle.readToEnd()) ?? nil
    return [start, end].contains { $0?.range(of: Data("cmkt".utf8)) != nil }
  }
}
