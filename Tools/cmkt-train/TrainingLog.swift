import ToolSupport

/// The history of runs as JSON lines: appended to, never truncated.
///
/// Where a run was killed and went on, an epoch may stand twice: the last record counts.
final class TrainingLog {
  private let file: AppendingFile

  /// - Throws: exit code 73 where the file can neither be opened nor made.
  init(path: String) throws {
    file = try AppendingFile(path: path, option: "--log")
    // A run that was killed may have left a part of a line.
    if let last = try file.lastByte(), last != UInt8(ascii: "\n") { try file.append([0x0a]) }
  }

  /// Adds one record.
  func append(_ members: [JSONValue.Member]) throws {
    try file.append(Array((JSONValue.object(members).encoded(indented: false) + "\n").utf8))
  }

  /// Adds one record of the history; a full disk does not end a training run.
  func record(_ event: String, _ members: [JSONValue.Member]) {
    try? append([.init("event", .string(event))] + members)
  }
}
