import CMKTEngine
import Foundation

/// The rows of one target as lines of equal columns.
struct ComparisonLines {
  let rows: [ComparisonRow]
  /// Why the figures of each row are no fair estimate.
  let marks: [[EvaluationMark]]

  /// A head line, then one line for each row.
  var lines: [String] {
    let head = [
      "encoder", "method", "mean ± sd", "gain [95 % interval]", "p", "Holm", "seeds-only p", "",
      "",
    ]
    let cells = [head] + zip(rows, marks).map(cells)
    let widths = head.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
    let isShown = head.indices.map { column in
      column >= head.count - 2 || cells.dropFirst().contains { !$0[column].isEmpty }
    }
    return cells.map { line in
      let parts = line.indices.filter { isShown[$0] }.map { column in
        line[column] + String(repeating: " ", count: widths[column] - line[column].count)
      }
      let text = parts.joined(separator: "  ")
      return String(text.reversed().drop { $0 == " " }.reversed())
    }
  }

  private func cells(of row: ComparisonRow, marks: [EvaluationMark]) -> [String] {
    let deviation = row.deviation.map { " ± \(ComparisonSummary.digits($0))" } ?? ""
    return [
      row.candidate.encoder, row.candidate.name,
      row.mean.map { ComparisonSummary.digits($0) + deviation } ?? "–",
      row.gain.map(text) ?? "",
      probability(row.gain?.interval?.probability), probability(row.gain?.correctedProbability),
      probability(row.gain?.trainingNoiseProbability),
      marks.map { "(\($0.rawValue))" }.joined(separator: " "),
      row.verdicts.joined(separator: "; "),
    ]
  }

  private func text(of gain: ComparisonDifference) -> String {
    guard let mean = gain.mean else { return "–" }
    let interval = gain.interval.map {
      " [\(ComparisonSummary.signed($0.lower)), \(ComparisonSummary.signed($0.upper))]"
    }
    return ComparisonSummary.signed(mean) + (interval ?? "")
  }

  private func probability(_ value: Double?) -> String {
    value.map { $0 < 0.001 ? "<0.001" : ComparisonSummary.digits($0) } ?? ""
  }
}
