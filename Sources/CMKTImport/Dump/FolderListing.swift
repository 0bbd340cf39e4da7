import Foundation

/// The files under a folder.
enum FolderListing {
  /// How deep folders are looked into.
  static let mostLevels = 12

  /// Whether a folder is at `path`.
  static func isFolder(_ path: String) -> Bool {
    kind(of: URL(fileURLWithPath: path).resolvingSymlinksInPath().path) == .typeDirectory
  }

  /// Paths relative to `folder`, in byte order; hidden files and links to folders are left out.
  ///
  /// - Throws: `ImportFailure.unreadable` where a folder cannot be listed or holds too much.
  static func files(under folder: String, limit: Int) throws(ImportFailure) -> [String] {
    var found: [String] = []
    var pending: [(path: String, level: Int)] = [("", 0)]
    while let (path, level) = pending.popLast() {
      let full = path.isEmpty ? folder : "\(folder)/\(path)"
      guard let names = try? FileManager.default.contentsOfDirectory(atPath: full) else {
        throw .unreadable(source: full, reason: "its folder cannot be listed")
      }
      for name in names where !name.hasPrefix(".") {
        let inner = path.isEmpty ? name : "\(path)/\(name)"
        switch kind(of: "\(folder)/\(inner)") {
        case .typeDirectory:
          guard level < mostLevels else {
            throw .unreadable(source: full, reason: "its folders are nested too deeply")
          }
          pending.append((inner, level + 1))
        case .typeRegular: found.append(inner)
        case .typeSymbolicLink where !isFolder("\(folder)/\(inner)"): found.append(inner)
        default: break
        }
        guard found.count <= limit else {
          throw .unreadable(source: folder, reason: "it holds more than \(limit) files")
        }
      }
    }
    return found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// What is at `path` itself; links are not followed.
  private static func kind(of path: String) -> FileAttributeType? {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    return attributes?[.type] as? FileAttributeType
  }
}
