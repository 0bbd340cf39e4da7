import Foundation

/// Where an output goes that is named by a path.
enum OutputPath {
  /// As many as the system follows.
  private static let mostLinks = 40

  /// The place that `path` leads to by its symbolic links, whether anything is there or not.
  ///
  /// - Parameter path: with or without a slash at its end.
  /// - Throws: `cannotCreate` where the links have no end, or a name is longer than the file
  ///   system's.
  static func followingLinks(_ path: String) throws(FormatFailure) -> String {
    var target = URL(fileURLWithPath: path).path
    for _ in 0...mostLinks {
      guard let next = try? FileManager.default.destinationOfSymbolicLink(atPath: target) else {
        try refuseLongName(target, named: path)
        return target
      }
      target = next.hasPrefix("/") ? next : folder(of: target) + "/" + next
    }
    throw .cannotCreate(file: path, reason: "its symbolic links lead to one another")
  }

  /// The folder that `path` lies in.
  static func folder(of path: String) -> String {
    URL(fileURLWithPath: path).deletingLastPathComponent().path
  }

  private static func refuseLongName(
    _ target: String, named path: String
  ) throws(FormatFailure) {
    var status = stat()
    guard unsafe lstat(target, &status) != 0, errno == ENAMETOOLONG else { return }
    throw .cannotCreate(file: path, reason: "the name is too long")
  }
}
