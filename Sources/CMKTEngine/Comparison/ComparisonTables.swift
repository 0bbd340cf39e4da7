import CMKTFormat
import Foundation

extension ComparisonSummary {
  /// `rows` as a LaTeX table; needs the package booktabs.
  ///
  /// - Parameter note: what a reader of the figures must know, above the table.
  package static func latex(rows: [ComparisonRow], note: String) -> String {
    var lines = [
      "% \(note)", "\\begin{tabular}{lllrrr}", "\\toprule",
      "target & encoder & method & mean $\\pm$ sd & gain [95\\,\\% interval] & $p$ (Holm) \\\\",
      "\\midrule",
    ]
    for row in rows {
      var cells = [row.target, row.candidate.encoder, row.candidate.name].map(escaped)
      let deviation = row.deviation.map { " \\pm \(digits($0))" } ?? ""
      cells.append(row.mean.map { "$\(digits($0))\(deviation)$" } ?? "--")
      cells.append(row.gain.map(latex) ?? "")
      cells.append(
        row.gain?.correctedProbability.map { $0 < 0.001 ? "$<0.001$" : digits($0) } ?? "")
      lines.append(cells.joined(separator: " & ") + " \\\\")
    }
    return (lines + ["\\bottomrule", "\\end{tabular}"]).joined(separator: "\n") + "\n"
  }

  private static func latex(_ gain: ComparisonDifference) -> String {
    guard let mean = gain.mean else { return "--" }
    let interval = gain.interval.map { " [\(signed($0.lower)), \(signed($0.upper))]" } ?? ""
    return "$\(signed(mean))\(interval)$"
  }

  /// `text` with what LaTeX takes for commands made harmless.
  private static func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "\\": result += "\\textbackslash{}"
      case "~": result += "\\textasciitilde{}"
      case "^": result += "\\textasciicircum{}"
      case "&", "%", "$", "#", "_", "{", "}": result += "\\\(character)"
      default: result.append(character)
      }
    }
    return result
  }

  /// Three decimals.
  package static func digits(_ value: Double) -> String { String(format: "%.3f", value) }

  /// Three decimals and always a sign.
  package static func signed(_ value: Double) -> String { String(format: "%+.3f", value) }
}

/// Every metric of every model of a comparison, as comma-separated text.
package struct ComparisonRecords: Sendable {
  /// The text, lines ended by a line feed.
  package private(set) var text =
    "features,encoder,method,seed,fold,split,target,column,metric,value,rows,marks\n"

  package init() {}

  /// Adds the scores of `cell`, whose features file is called `dataSet`.
  package mutating func add(
    _ score: CellScore, of cell: ComparisonCell, dataSet: String, split: EvaluationSplit
  ) {
    let start =
      [dataSet, cell.encoder, cell.method.rawValue, "\(cell.run.seed)"]
      + [cell.fold.map { "\($0)" } ?? "", split.rawValue]
    add(score, start: start)
  }

  /// Adds the scores of predictions of another framework, called `name`, beside `run`.
  package mutating func add(
    _ score: CellScore, named name: String, run: ComparisonRun, dataSet: String,
    split: EvaluationSplit
  ) {
    add(score, start: [dataSet, "", name, "\(run.seed)", "", split.rawValue])
  }

  private mutating func add(_ score: CellScore, start: [String]) {
    let marks = score.marks.map(\.rawValue).joined(separator: " ")
    for target in score.targets {
      for column in target.columns {
        for metric in column.metrics {
          let end = [
            target.name, column.column, metric.title, metric.value.map { "\($0)" } ?? "",
            "\(metric.rowCount)", marks,
          ]
          text += (start + end).map(csvField).joined(separator: ",") + "\n"
        }
      }
    }
  }
}
