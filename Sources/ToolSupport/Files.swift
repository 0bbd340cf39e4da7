import Foundation

/// Checks of paths before work begins, so that a long run does not fail at its end.
package enum Files {
  package static func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: path)
  }

  /// The folder of a path, `.` where it names none, and the name in it.
  ///
  /// Foundation's own ends the process for `.`.
  static func split(_ path: String) -> (folder: String, name: String) {
    var text = Substring(path)
    while text.count > 1, text.hasSuffix("/") { text.removeLast() }
    guard let slash = text.lastIndex(of: "/") else { return (".", String(text)) }
    let folder = text[..<slash]
    return (folder.isEmpty ? "/" : String(folder), String(text[text.index(after: slash)...]))
  }

  /// Whether both paths name one file, or the same name of a folder where nothing is yet.
  package static func areSame(_ first: String, _ second: String) -> Bool {
    guard let identity = FileIdentity(first) else { return false }
    return identity == FileIdentity(second)
  }

  static func isFolder(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: path + "/.")
  }

  /// - Throws: exit code 66 where there is no readable file at `path`.
  package static func checkReadable(_ path: String) throws(ToolFailure) {
    guard exists(path) else {
      throw .noInput(path: path, "there is no file '\(path)'; check the path")
    }
    guard !isFolder(path) else {
      throw .noInput(path: path, "'\(path)' is a folder; give a file")
    }
    guard FileManager.default.isReadableFile(atPath: path) else {
      throw .noInput(path: path, "'\(path)' may not be read; check its permissions")
    }
  }

  /// - Throws: exit code 73 where a file at `path` cannot be made, or exists and may not be
  ///   replaced.
  package static func checkCreatable(
    _ path: String, replacing: Bool
  ) throws(ToolFailure) {
    guard !isFolder(path) else {
      throw .cannotCreate(path: path, "'\(path)' is a folder; give the name of a file")
    }
    guard isRegular(path) || !exists(path) else {
      throw .cannotCreate(
        path: path, "'\(path)' is no regular file and is not replaced; give another name")
    }
    guard replacing || !exists(path) else {
      throw .cannotCreate(
        path: path, "'\(path)' exists; give another name, or --force to replace it")
    }
    let folder = split(path).folder
    guard isFolder(folder) else {
      throw .cannotCreate(path: path, "there is no folder '\(folder)' for '\(path)'; make it first")
    }
    guard takesNewFiles(folder) else {
      throw .cannotCreate(
        path: path, "folder '\(folder)' may not be written; check its permissions")
    }
  }

  /// - Throws: exit code 73 where something that is no folder stands at `path`.
  static func checkFolder(_ path: String) throws(ToolFailure) {
    guard !exists(path) || isFolder(path) else {
      throw .cannotCreate(path: path, "'\(path)' is a file; give the name of a folder")
    }
  }

  private static func isRegular(_ path: String) -> Bool {
    let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    let attributes = try? FileManager.default.attributesOfItem(atPath: target)
    return attributes?[.type] as? FileAttributeType == .typeRegular
  }

  /// Whether a file can be made in `folder`.
  ///
  /// Permissions do not tell of read-only file systems, nor do they bind root; so one is made.
  private static func takesNewFiles(_ folder: String) -> Bool {
    let probe = folder + "/.cmkt-probe-" + UUID().uuidString
    // In one step, so that no kill leaves another name.
    guard (try? Data().write(to: URL(fileURLWithPath: probe), options: .withoutOverwriting)) != nil
    else { return false }
    return (try? FileManager.default.removeItem(atPath: probe)) != nil
  }
}
