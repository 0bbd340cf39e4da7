/// What of a summary may stand on a page that is handed on.
///
/// A list of what is let through, so that what a summary learns to say later stays out until
/// somebody has thought about it.
enum SharedView {
  /// Facts by section, and columns of tables by section.
  private static let allowed: [String: Set<String>] = [
    "file": [
      "kind", "format_version", "sequences", "frames", "recordings", "speakers", "time_base",
      "licence", "redistribution", "method", "finished", "content_digest", "payload_verified",
    ],
    "splits": ["split", "sequences", "groups", "frames", "*labelled_"],
    "modalities": [
      "name", "level", "features", "rows", "rate_hz", "valid_share", "constant_columns", "units",
    ],
    "targets": [
      "name", "column", "kind", "level", "rows", "valid_share", "mean", "delay_seconds", "raters",
    ],
    "segments": ["name", "count"],
    "inputs": ["name", "role", "level", "features", "rate_hz", "scaled"],
    "architecture": ["part", "network", "input", "output", "parameters", "use"],
    "parameters": ["part", "parameters", "use"],
    "alignment": ["modality", "components", "first", "mean", "correlations", "ridge"],
    "postprocessing": ["target", "step", "column", "frames", "value"],
    "training": [
      "seed", "train_sequences", "valid_sequences", "test_sequences", "kernels",
      "data_fingerprint",
    ],
    "history": ["name", "epochs", "first", "last", "minimum", "maximum", "values"],
    "recipe": ["*"],
  ]

  static func sections(of report: Report) -> [ReportSection] {
    report.sections.compactMap { section in
      guard let keys = allowed[section.key] else { return nil }
      func isAllowed(_ key: String) -> Bool {
        keys.contains("*") || keys.contains(key)
          || keys.contains { $0.hasPrefix("*") && key.hasPrefix($0.dropFirst()) }
      }
      var section = section
      switch section.body {
      case .facts(let facts):
        section.body = .facts(facts.filter { isAllowed($0.key) }.map(withoutWords))
      case .table(let table):
        let kept = table.columns.indices.filter { isAllowed(table.columns[$0].key) }
        section.body = .table(
          ReportTable(
            kept.map { table.columns[$0] },
            rows: table.rows.map { row in
              let row = section.key == "targets" ? withoutMean(row, table.columns) : row
              return kept.map { row[$0] }
            },
            shownRowCount: table.shownRowCount))
      }
      return section
    }
  }

  /// A licence is free text in a file: a page repeats known names alone.
  private static func withoutWords(_ fact: ReportFact) -> ReportFact {
    guard fact.key == "licence" else { return fact }
    var fact = fact
    if case .text(let words) = fact.cell.value {
      fact.cell = .text(LicenceName.shared(words))
    } else {
      fact.cell = .text("")
    }
    return fact
  }

  /// The row of a target without its mean where that is one of few rows, or counts a small class.
  private static func withoutMean(_ row: [ReportCell], _ columns: [ReportColumn]) -> [ReportCell] {
    func value(_ key: String) -> ReportValue {
      columns.firstIndex { $0.key == key }.map { row[$0].value } ?? .missing
    }
    guard let place = columns.firstIndex(where: { $0.key == "mean" }) else { return row }
    var row = row
    guard case .integer(let rows) = value("rows"), case .number(let share) = value("valid_share")
    else {
      row[place] = .number(nil)
      return row
    }
    let count = Double(rows) * share
    var isSmall = count < Double(SmallCells.leastRows) - 0.5
    if case .text(let kind) = value("kind"), kind != "regression",
      case .number(let mean) = row[place].value
    {
      // Ones and zeros of a binary target, or of a column of several labels.
      let smallest = min(mean, 1 - mean) * count
      isSmall = isSmall || (smallest > 0.5 && smallest < Double(SmallCells.least) - 0.5)
    }
    if isSmall { row[place] = .number(nil) }
    return row
  }
}
