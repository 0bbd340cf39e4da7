import Foundation

/// Which file a path names, however it is spelled.
enum FileIdentity: Hashable {
  case file(device: Int, inode: Int)
  /// A name in a folder where nothing is yet.
  indirect case name(folder: FileIdentity, String)

  /// Nil where neither the file nor its folder is there.
  init?(_ path: String) {
    guard let identity = Self.find(path, linksLeft: 40) else { return nil }
    self = identity
  }

  private static func find(_ path: String, linksLeft: Int) -> FileIdentity? {
    let (folder, name) = Files.split(path)
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else {
      guard folder != path, let parent = find(folder, linksLeft: linksLeft), case .file = parent
      else { return nil }
      return .name(folder: parent, name)
    }
    if attributes[.type] as? FileAttributeType == .typeSymbolicLink {
      // A link to a file that is not there yet names that file.
      guard linksLeft > 0,
        let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path)
      else { return nil }
      return find(
        target.hasPrefix("/") ? target : "\(folder)/\(target)", linksLeft: linksLeft - 1)
    }
    guard let device = attributes[.systemNumber] as? Int,
      let inode = attributes[.systemFileNumber] as? Int
    else { return nil }
    return .file(device: device, inode: inode)
  }
}

/// A path of a command line, with what it is for.
struct PathRole {
  /// How messages call it, such as `--log` or `FEATURES`.
  var label: String
  var path: String
  var isWritten: Bool
}

extension Invocation {
  /// Every path that is read or written, in the order of the table.
  var pathRoles: [PathRole] {
    var roles: [PathRole] = []
    for argument in command.arguments where argument.kind.isPath {
      for value in given[argument.name] ?? [] {
        roles.append(
          PathRole(
            label: argument.name.uppercased(), path: Self.filePath(value, argument.kind),
            isWritten: argument.kind.isWritten))
      }
    }
    for option in command.options {
      guard let kind = option.kind, kind.isPath else { continue }
      for value in given[option.name] ?? [] {
        let path = Self.filePath(value, kind)
        // Standard output is no file.
        if path == "-", kind.isWritten { continue }
        roles.append(PathRole(label: option.dashed, path: path, isWritten: kind.isWritten))
        for ending in option.alsoWrites {
          roles.append(PathRole(label: option.dashed, path: path + ending, isWritten: true))
        }
      }
    }
    return roles
  }

  /// No output may be the file of an input or of another output: saving would destroy it.
  ///
  /// - Throws: exit code 64 that names both.
  func checkPathsDiffer() throws(ToolFailure) {
    var seen: [FileIdentity: PathRole] = [:]
    let roles = pathRoles
    for role in roles.filter({ !$0.isWritten }) + roles.filter(\.isWritten) {
      guard let identity = FileIdentity(role.path) else { continue }
      if role.isWritten, let other = seen[identity] {
        throw .usage(
          "\(role.label) would write '\(role.path)', which is the same file as '\(other.path)' of "
            + "\(other.label); give another name")
      }
      seen[identity] = seen[identity] ?? role
    }
  }

  /// The file of `file.h5::/inside` and, of a source, of `NAME=file`.
  private static func filePath(_ value: String, _ kind: ValueKind) -> String {
    guard kind == .source else { return value }
    var path = value
    if let named = splitAtEquals(value), !named.key.contains("/"), !Files.exists(value) {
      path = named.value
    }
    if let range = path.firstRange(of: "::") { path = String(path[..<range.lowerBound]) }
    return path
  }
}
