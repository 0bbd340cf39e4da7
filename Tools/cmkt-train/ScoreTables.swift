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

/// The metrics of one column for `--json`.
func scoreDescription(_ column: ColumnScores) -> JSONValue {
  .object([
    .init("column", .string(column.column)),
    .init(
      "metrics",
      .array(
        column.metrics.map { metric in
          .object([
            .init("name", .string(metric.name)), .init("convention", .string(metric.convention)),
            .init("value", .optional(metric.value)), .init("rows", .integer(metric.rowCount)),
            .init("note", .string(metric.note)),
          ])
        })),
  ])
}
