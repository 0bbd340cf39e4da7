import CMKTEngine
import CMKTFormat
import Foundation
import ToolSupport

/// One table for each target: its headline without and with each corruption, and the change.
func show(
  _ robustness: Robustness, beside clean: Evaluation, features: FeaturesFile, console: Console
) throws {
  for (index, target) in clean.targets.enumerated() {
    let scorer = try TargetScorer(features: features, target: target.name)
    let unspoiled = scorer.headline(target.columns)
    console.print(
      console.bold("\(target.name), spoiled input") + ": \(unspoiled?.title ?? "no score")")
    console.print("  \(scoreText(unspoiled?.value, "%8.4f"))           as it is")
    for point in robustness.points {
      let value = scorer.headline(point.targets[index].columns)?.value
      let change = unspoiled.flatMap { unspoiled in value.map { $0 - unspoiled.value } }
      console.print(
        "  \(scoreText(value, "%8.4f"))  \(scoreText(change, "%+8.4f"))  \(point.corruption)")
    }
  }
}

private func scoreText(_ value: Double?, _ format: String) -> String {
  value.map { String(format: format, $0) } ?? "       –"
}

/// The points for `--json`.
func description(_ robustness: Robustness) -> JSONValue {
  .array(
    robustness.points.map { point in
      .object([
        .init("kind", .string(point.corruption.kind.rawValue)),
        .init("level", .number(point.corruption.level)),
        .init("targets", targetScoresDescription(point.targets)),
      ])
    })
}
