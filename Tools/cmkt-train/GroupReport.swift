import CMKTEngine
import CMKTFormat
import Foundation
import ToolSupport

/// The headline of each group, a line each.
///
/// - Returns: all figures of each group, for `--json`.
func showGroups(
  of evaluation: Evaluation, features: FeaturesFile, console: Console
) throws -> JSONValue {
  var documents: [JSONValue] = []
  for target in evaluation.targets {
    let scorer = try TargetScorer(features: features, target: target.name)
    let groups = scorer.scoresByGroup(
      evaluation.predictions[target.name] ?? [], of: evaluation.sequences)
    let title = scorer.headline(target.columns)?.title ?? "no score"
    console.print(console.bold("\(target.name) by group") + ": \(title)")
    for group in groups {
      let value = scorer.headline(group.columns)?.value
      console.print("  \(value.map { String(format: "%8.4f", $0) } ?? "       –")  \(group.group)")
    }
    documents.append(
      .object([
        .init("target", .string(target.name)),
        .init(
          "groups",
          .array(
            groups.map { group in
              .object([
                .init("group", .string(group.group)),
                .init("scores", .array(group.columns.map(scoreDescription))),
              ])
            })),
      ]))
  }
  return .array(documents)
}
