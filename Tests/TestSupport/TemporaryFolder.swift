import Foundation

/// A fresh folder that is removed with everything in it at its end of life.
package final class TemporaryFolder: Sendable {
  package let path: String

  /// Creates the folder.
  package init() throws {
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("cmkt-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The path of `name` in the folder; does not create it.
  package func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Creates the file `name` with `content` and returns its path.
  @discardableResult
  package func write(_ content: [UInt8], to name: String) throws -> String {
    try Data(content).write(to: URL(fileURLWithPath: file(name)))
    return file(name)
  }

  /// The content of the file `name`.
  package func bytes(of name: String) throws -> [UInt8] {
    try [UInt8](Data(contentsOf: URL(fileURLWithPath: file(name))))
  }

  /// The names in the folder, sorted.
  package func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path).sorted()
  }
}
