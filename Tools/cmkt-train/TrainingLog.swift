import Foundation
import ToolSupport

/// The history of runs as JSON lines: appended to, never truncated.
final class TrainingLog {
  private let handle: FileHandle
  private let path: String

  /// - Throws: exit code 73 where the file can neither be opened nor made.
  init(path: String) throws {
    self.path = path
    if !Files.exists(path) {
      try Files.checkCreatable(path, replacing: true)
      _ = FileManager.default.createFile(atPath: path, contents: nil)
    }
    guard let handle = FileHandle(forWritingAtPath: path) else {
      throw ToolFailure.cannotCreate(
        path: path, "'\(path)' may not be written; choose another file for --log")
    }
    self.handle = handle
    try handle.seekToEnd()
  }

  /// Adds one record.
  func append(_ members: [JSONValue.Member]) throws {
    let line = JSONValue.object(members).encoded(indented: false) + "\n"
    do {
      try handle.write(contentsOf: Data(line.utf8))
    } catch {
      throw ToolFailure(.ioFailure, "'\(path)' cannot be written: \(error.localizedDescription)")
    }
  }

  /// Adds one record of the history; a full disk does not end a training run.
  func record(_ members: [JSONValue.Member]) {
    try? append(members)
  }
}
