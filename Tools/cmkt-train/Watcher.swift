import CMKTEngine
import Foundation
import ToolSupport

/// Shows a training run: a progress bar for each stage, warnings, and the log.
final class Watcher {
  private let console: Console
  private let log: TrainingLog?
  private var report: (stage: Stage, progress: ProgressReport)?
  private var detail = ""

  init(console: Console, log: TrainingLog?) {
    self.console = console
    self.log = log
  }

  func take(_ event: TrainingEvent) {
    switch event {
    case .warning(let text):
      console.warn(text)
      log?.record([.init("event", "warning"), .init("message", .string(text))])
    case .batch(let stage, let title, let epoch, let epochLimit, let batch, let batchCount):
      progress(of: stage, title: title, total: epochLimit * batchCount)
        .update((epoch - 1) * batchCount + batch, detail: detail)
    case .epoch(let epoch):
      take(epoch)
    case .stageEnded(let stage, let bestEpoch, let epochs, let stoppedEarly):
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
    log?.record([
      .init("event", "epoch"), .init("stage", .string(epoch.stage.name)),
      .init("title", .string(epoch.title)), .init("epoch", .integer(epoch.epoch)),
      .init("learning_rate", .number(epoch.learningRate)), .init("best", .bool(epoch.isBest)),
      .init("values", .object(values)),
    ])
  }

  private func progress(of stage: Stage, title: String, total: Int) -> ProgressReport {
    if let report, report.stage == stage { return report.progress }
    let progress = ProgressReport(
      console, label: "\(stage.name), \(title)", total: total, unit: "batches")
    report = (stage, progress)
    detail = ""
    return progress
  }

  func seconds(since start: ContinuousClock.Instant) -> Double {
    let duration = ContinuousClock.now - start
    return Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
  }
}
