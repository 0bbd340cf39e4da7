import CMKTEngine
import CMKTFormat
import Foundation
import ToolSupport

/// The checkpoint beside a model file that is not there yet: `OUT.h5.checkpoint`.
struct CheckpointFile {
  let path: String

  init(output: String) { path = output + ".checkpoint" }

  /// What to go on from; nil to start anew.
  ///
  /// - Throws: exit code 73 where a checkpoint stands there that is neither to be resumed nor
  ///   replaced; 65 where it is damaged or no checkpoint.
  func open(resuming: Bool, replacing: Bool) throws -> ModelFile? {
    guard Files.exists(path) else { return nil }
    if resuming {
      let model = try ModelFile(contentsOf: path)
      guard model.isFinished else { return model }
      throw ToolFailure(
        .badData, "'\(path)' is a finished model, not a checkpoint; move it away")
    }
    guard replacing else {
      throw ToolFailure.cannotCreate(
        path: path,
        "'\(path)' is of a run that was stopped; add --resume to go on with it, or --force to "
          + "start anew")
    }
    remove()
    return nil
  }

  /// Saves `model`, whatever stands there.
  func save(_ model: ModelFile) throws {
    try Interruption.deferred { _ = try model.write(to: path, replacing: true) }
  }

  func remove() { try? FileManager.default.removeItem(atPath: path) }

  var exists: Bool { Files.exists(path) }
}

extension ModelFile {
  /// Where a checkpoint stands, for the log.
  var position: [JSONValue.Member] {
    guard let running = state?.running else {
      let stage = state?.finished.last?.name
      return stage.map { [.init("after_stage", .string($0))] } ?? []
    }
    return [
      .init("stage", .string(running.name)), .init("epoch", .integer(running.epoch)),
      .init("step", .integer(running.step)),
    ]
  }
}
