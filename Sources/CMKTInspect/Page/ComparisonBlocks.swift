/// What a comparison of methods over seeds found: gains with their intervals.
struct ComparisonBlocks {
  let given: GivenComparison
  let isShared: Bool
  /// Targets of which models on the page may not say how many rows are right.
  let withheldTargets: Set<String>

  private var rows: [GivenComparison.Results.Row] {
    given.results.rows.filter { row in
      !(withheldTargets.contains(row.target) && row.metric.hasPrefix("accuracy"))
    }
  }

  var blocks: [Page.Block] {
    let results = given.results
    var blocks: [Page.Block] = [
      .text(
        "\(given.label): weak \(results.weak), strong"
          + " \(results.strong.isEmpty ? "none" : results.strong.joined(separator: ", ")),"
          + " scored on \(results.split). Intervals hold 95 of 100 comparisons and draw"
          + " \(results.resampled), \(Wording.count(results.replicates)) replicates.")
    ]
    // A note is free text and may name a file.
    if !isShared { blocks += results.notes.map { .notice($0) } }
    var targets: [String] = []
    for row in rows where !targets.contains(row.target) { targets.append(row.target) }
    for target in targets {
      let rows = rows.filter { $0.target == target }
      blocks.append(.pictures(gains(target, rows) + [scores(target, rows)]))
    }
    if rows.count < results.rows.count {
      blocks.append(
        .notice(
          "\(given.label): accuracies are withheld that could be solved for counts of few rows."))
    }
    return blocks + (rows.isEmpty ? [] : [.table(table)])
  }

  private func title(_ target: String, _ what: String) -> String { "\(target): \(what)" }

  private func gains(_ target: String, _ rows: [GivenComparison.Results.Row]) -> [Picture] {
    let gains = rows.filter { $0.gain != nil }
    guard let first = gains.first else { return [] }
    let lines = gains.map { row in
      ForestPlot.Row(
        name: row.method, heading: row.encoder, mean: row.gain?.mean,
        interval: Self.ends(row.gain?.interval), values: Self.values(row.gain?.values ?? []),
        words: row.verdicts.joined(separator: "; "))
    }
    return [
      ForestPlot(
        title: "gain in \(first.metric)", unit: PlotAxis.noUnit, rowTitle: "method", rows: lines,
        reference: 0
      ).picture(
        "gain-\(given.label)-\(target)", title(target, "gain over \(first.gain?.to ?? "")"),
        summary: "The mean gain of each method with its 95 % interval, and below it a dot for each"
          + " run; right of the dashed line there is a gain.")
    ]
  }

  private func scores(_ target: String, _ rows: [GivenComparison.Results.Row]) -> Picture {
    let lines = rows.map { row in
      ForestPlot.Row(
        name: row.method, heading: row.encoder, mean: row.mean, interval: Self.ends(row.interval),
        values: Self.values(row.values), style: 2)
    }
    return ForestPlot(
      title: rows.first?.metric ?? "score", unit: PlotAxis.noUnit, rowTitle: "method", rows: lines,
      reference: nil
    ).picture(
      "score-\(given.label)-\(target)", title(target, "scores"),
      summary: "The mean score of each method with its 95 % interval, and a dot for each run.")
  }

  private static func ends(_ interval: [Double]?) -> (low: Double, high: Double)? {
    guard let interval, interval.count == 2 else { return nil }
    return (interval[0], interval[1])
  }

  private static func values(_ values: [GivenComparison.Results.Value]) -> [Double] {
    values.compactMap(\.value)
  }

  private var table: ReportSection {
    let rows = rows.map { row -> [ReportCell] in
      let gain = Self.ends(row.gain?.interval)
      return [
        .text(row.target), .text(row.encoder), .text(row.method), .fixed(row.mean),
        .fixed(row.sd), .fixed(row.gain?.mean), .fixed(gain?.low), .fixed(gain?.high),
        .fixed(row.gain?.pHolm), .text(row.marks.joined(separator: " ")),
        .text(row.verdicts.joined(separator: "; ")),
      ]
    }
    return ReportSection(
      "comparison", "\(given.label): methods",
      .table(
        ReportTable(
          [
            ReportColumn("target"), ReportColumn("encoder"), ReportColumn("method"),
            ReportColumn("mean", isNumeric: true), ReportColumn("sd", isNumeric: true),
            ReportColumn("gain", isNumeric: true),
            ReportColumn("gain_low", "from", isNumeric: true),
            ReportColumn("gain_high", "to", isNumeric: true),
            ReportColumn("p_holm", "p (Holm)", isNumeric: true), ReportColumn("marks"),
            ReportColumn("verdicts", "what it says"),
          ], rows: rows)))
  }
}
