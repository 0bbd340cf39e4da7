import CMKTFormat
import Foundation
import ToolSupport

/// A file that is appended to, never truncated.
final class AppendingFile {
  private let handle: FileHandle
  private let path: String

  /// - Throws: exit code 73 where the file can neither be opened nor made.
  init(path: String, option: String) throws {
    self.path = path
    if !Files.exists(path) {
      try Files.checkCreatable(path, replacing: true)
      _ = FileManager.default.createFile(atPath: path, contents: nil)
    }
    guard let handle = FileHandle(forUpdatingAtPath: path) else {
      throw ToolFailure.cannotCreate(
        path: path, "'\(path)' may not be written; choose another place for \(option)")
    }
    self.handle = handle
    try handle.seekToEnd()
  }

  /// - Throws: exit code 74 where the bytes cannot be written.
  func append(_ bytes: [UInt8]) throws {
    do {
      try handle.write(contentsOf: Data(bytes))
    } catch {
      throw ToolFailure(
        .ioFailure, "'\(path)' cannot be written: \(DurableFile.systemReason(error))",
        fields: [.init("path", .string(path))])
    }
  }

  /// The last byte, or nil of an empty file.
  func lastByte() throws -> UInt8? {
    let end = try handle.seekToEnd()
    guard end > 0 else { return nil }
    try handle.seek(toOffset: end - 1)
    return try handle.read(upToCount: 1)?.first
  }
}
