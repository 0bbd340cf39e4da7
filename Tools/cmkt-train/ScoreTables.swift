import CMKTEngine
import Foundation
import ToolSupport

/// One line for each metric: value, name with convention, rows, note.
func metricLines(_ columns: [ColumnScores]) -> [String] {
  columns.flatMap { column in
    column.metrics.map { metric in
      let value = metric.value.map { String(format: "%8.4f", $0) } ?? "       –"
      let prefix = column.column.isEmpty ? "" : "\(column.column): "
      let note = metric.note.isEmpty ? "" : "; \(metric.note)"
      return "\(value)  \(prefix)\(metric.title), \(metric.rowCount) rows\(note)"
    }
  }
}

/// The scores of each target for `--json`.
func targetScoresDescription(_ targets: [Evaluation.TargetScores]) -> JSONValue {
  .array(
    targets.map { target in
      .object([
        .init("target", .string(target.name)),
        .init("scores", .array(target.columns.map(scoreDescription))),
      ])
    })
}

/// The metrics of one column for `--json`, by name with convention.
func scoreDescription(_ column: ColumnScores) -> JSONValue {
  let metrics = column.metrics.map { metric in
    JSONValue.Member(
      metric.title,
      .object([
        .init("value", .optional(metric.value)), .init("rows", .integer(metric.rowCount)),
        .init("note", .string(metric.note)),
      ]))
  }
  return .object([
    .init("column", .string(column.column)), .init("metrics", .object(metrics)),
  ])
}

/// The interval of a headline over resampled groups.
func intervalLine(_ interval: HeadlineInterval) -> String {
  let rough = interval.groupCount < 10 ? ", too few to be more than a hint" : ""
  return String(format: "%8.4f to %.4f", interval.lower, interval.upper)
    + "  95 % interval of \(interval.title), \(interval.groupCount) groups resampled\(rough)"
}

/// The same for `--json`; null bounds where there is none.
func intervalDescription(_ interval: HeadlineInterval?, target: String) -> JSONValue {
  .object([
    .init("target", .string(target)), .init("metric", .optional(interval?.title)),
    .init("lower", .optional(interval?.lower)), .init("upper", .optional(interval?.upper)),
    .init("groups", interval.map { .integer($0.groupCount) } ?? .null),
    .init("confidence", .number(0.95)),
  ])
}
