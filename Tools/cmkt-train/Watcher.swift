import CMKTEngine
import Foundation
import ToolSupport

/// Shows a training run: a progress bar for each stage, warnings, and the logs.
final class Watcher {
  private let console: Console
  private let log: TrainingLog?
  private let board: TensorBoardLog?
  private var report: (stage: Stage, progress: ProgressReport)?
  private var detail = ""

  init(console: Console, log: TrainingLog?, board: TensorBoardLog?) {
    self.console = console
    self.log = log
    self.board = board
  }

  func take(_ event: TrainingEvent) {
    switch event {
    case .warning(let text):
      console.warn(text)
      log?.record("warning", [.init("message", .string(text))])
    case .batch(let stage, let title, let epoch, let epochLimit, let batch, let batchCount):
      progress(of: stage, title: title, total: epochLimit * batchCount)
        .update((epoch - 1) * batchCount + batch, detail: detail)
    case .epoch(let epoch):
      take(epoch)
    case .stageResumed(let stage, let epoch, let step):
      console.note("\(stage.name) goes on in epoch \(epoch), after \(step) batches")
    case .stageEnded(let stage, let bestEpoch, let epochs, let stoppedEarly):
      log?.record(
        "stage",
        [
          .init("stage", .string(stage.name)), .init("epochs", .integer(epochs)),
          .init("best_epoch", .integer(bestEpoch)), .init("stopped_early", .bool(stoppedEarly)),
        ])
      let reason = stoppedEarly ? "stopped early" : "all epochs"
      report?.progress.finish("\(stage.name): \(epochs) epochs (\(reason)), best \(bestEpoch)")
      report = nil
    }
  }

  private func take(_ epoch: EpochReport) {
    detail = "epoch \(epoch.epoch)"
    for (name, value) in epoch.values where name.hasSuffix("/loss") || name == "valid/task" {
      detail += "  \(name) \(String(format: "%.4f", value))"
    }
    let values = epoch.values.map { JSONValue.Member($0.name, .number($0.value)) }
    log?.record(
      "epoch",
      [
        .init("stage", .string(epoch.stage.name)), .init("title", .string(epoch.title)),
        .init("epoch", .integer(epoch.epoch)), .init("step", .integer(epoch.step)),
        .init("learning_rate", .number(epoch.learningRate)), .init("best", .bool(epoch.isBest)),
        .init("values", .object(values)),
      ])
    board?.record(
      epoch.values.map { ("\(epoch.stage.name)/\($0.name)", $0.value) }
        + [("\(epoch.stage.name)/learning_rate", epoch.learningRate)],
      epoch: epoch.epoch)
  }

  private func progress(of stage: Stage, title: String, total: Int) -> ProgressReport {
    if let report, report.stage == stage { return report.progress }
    let progress = ProgressReport(
      console, label: "\(stage.name), \(title)", total: total, unit: "batches")
    report = (stage, progress)
    detail = ""
    return progress
  }
}
