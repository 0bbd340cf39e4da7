import Codecs
import Foundation
import ToolSupport

/// The curves of a run for TensorBoard: a file of its own in a folder, for each process.
///
/// A run that goes on adds a file; epochs that stand twice have the same values.
final class TensorBoardLog {
  private let file: AppendingFile

  /// - Throws: exit code 73 where the folder or the file cannot be made.
  init(folder: String) throws {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw ToolFailure.cannotCreate(
        path: folder, "'\(folder)' cannot be made: \(error.localizedDescription)")
    }
    let process = ProcessInfo.processInfo.processIdentifier
    let name = "events.out.tfevents.\(Int(Self.now)).\(process).cmkt"
    file = try AppendingFile(path: folder + "/" + name, option: "--tensorboard")
    try file.append(TensorBoardEvents.header(wallTimeSeconds: Self.now))
  }

  /// Adds the values of an epoch; a full disk does not end a training run.
  func record(_ values: [(tag: String, value: Double)], epoch: Int) {
    try? file.append(
      TensorBoardEvents.scalars(values, step: epoch, wallTimeSeconds: Self.now))
  }

  private static var now: Double { Date().timeIntervalSince1970 }
}
