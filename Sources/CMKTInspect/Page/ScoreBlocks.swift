import CMKTEngine
import CMKTFormat

/// How well the models do: every metric side by side, and how unlike groups are.
struct ScoreBlocks {
  let models: [GivenModel]
  let isShared: Bool

  private var working: [(given: GivenModel, work: ModelAtWork)] {
    models.compactMap { given in given.work.map { (given, $0) } }
  }

  var blocks: [Page.Block] {
    get throws(InspectFailure) {
      guard !working.isEmpty else { return [] }
      var blocks: [Page.Block] = remarks + [.table(table)]
      let pictures = try groupPictures
      if !pictures.isEmpty { blocks += [.heading("Group by group"), .pictures(pictures)] }
      return blocks
    }
  }

  /// What was scored, and why it may not be a fair estimate.
  private var remarks: [Page.Block] {
    working.flatMap { given, work -> [Page.Block] in
      let evaluation = work.evaluation
      var blocks: [Page.Block] = [
        .text(
          "\(given.label) on \(work.features.label), split \(evaluation.split.rawValue):"
            + " \(Wording.count(evaluation.sequences.count)) sequences,"
            + " \(Wording.count(evaluation.frameCount)) frames.")
      ]
      for mark in evaluation.marks {
        blocks.append(.notice("\(given.label) (\(mark.rawValue)): \(mark.meaning)."))
      }
      return blocks
    }
  }

  /// One metric of one column of a target, of the models that have it and may show it.
  private struct Line {
    let target: String
    let column: String
    let metric: String
    /// By model.
    var shown: [Int: Metric] = [:]
    var isWithheld = false

    var title: String { [target, column].filter { !$0.isEmpty }.joined(separator: "/") }
  }

  private var lines: [Line] {
    var lines: [Line] = []
    var places: [[String]: Int] = [:]
    for (model, entry) in working.enumerated() {
      for target in entry.work.evaluation.targets {
        for column in target.columns {
          for metric in column.metrics {
            let key = [target.name, column.column, metric.title]
            let place = places[key, default: lines.count]
            if place == lines.count {
              places[key] = place
              lines.append(Line(target: key[0], column: key[1], metric: key[2]))
            }
            if !isShared || entry.work.disclosure.shows(metric, of: target.name, column.column) {
              lines[place].shown[model] = metric
            } else {
              lines[place].isWithheld = true
            }
          }
        }
      }
    }
    return lines
  }

  /// A row for each metric of each column of each target, a column for each model.
  private var table: ReportSection {
    var columns = [
      ReportColumn("target"), ReportColumn("column"), ReportColumn("metric"),
    ]
    for (place, entry) in working.enumerated() {
      columns.append(ReportColumn("value_\(place + 1)", entry.given.label, isNumeric: true))
    }
    columns.append(ReportColumn("rows", isNumeric: true))
    let lines = self.lines
    let rows = lines.map { line -> [ReportCell] in
      [.text(line.target), .text(line.column), .text(line.metric)]
        + working.indices.map { .fixed(line.shown[$0]?.value ?? nil, 4) }
        // The rows that one convention leaves out may be few, too.
        + [.count(line.shown.values.map(\.rowCount).max())]
    }
    // Only targets of several columns have names of them.
    columns[1].isDetail = lines.allSatisfy(\.column.isEmpty)
    return ReportSection(
      "scores", "metrics", .table(ReportTable(columns, rows: rows)),
      notes: intervalNotes + withheldNotes(lines.filter(\.isWithheld)))
  }

  private func withheldNotes(_ lines: [Line]) -> [String] {
    guard !lines.isEmpty else { return [] }
    return [
      "Withheld, as counts of fewer than \(SmallCells.least) rows, or classes of fewer than"
        + " \(SmallCells.leastRows), could be solved for: "
        + lines.map { "\($0.title): \($0.metric)" }.joined(separator: "; ") + "."
    ]
  }

  /// Whether the headline of the target number `index` of a model may be shown.
  private func showsHeadline(_ work: ModelAtWork, _ index: Int) -> Bool {
    !isShared || work.disclosure.showsHeadline(of: work.evaluation.targets[index])
  }

  private var intervalNotes: [String] {
    working.flatMap { given, work in
      work.evaluation.targets.indices.compactMap { index -> String? in
        guard let interval = work.intervals[index], showsHeadline(work, index) else { return nil }
        return "\(given.label), \(work.evaluation.targets[index].name): \(interval.title) has the"
          + " 95 % interval \(Ticks.signed(Wording.fixed(interval.lower, 3))) to"
          + " \(Ticks.signed(Wording.fixed(interval.upper, 3))) over"
          + " \(interval.groupCount) groups."
      }
    }
  }

  /// One picture for each target: the headline of each group, by rank and without its name.
  private var groupPictures: [Picture] {
    get throws(InspectFailure) {
      var names: [String] = []
      for entry in working {
        for target in entry.work.evaluation.targets where !names.contains(target.name) {
          names.append(target.name)
        }
      }
      var pictures: [Picture] = []
      for name in names {
        if let picture = try groupPicture(of: name) { pictures.append(picture) }
      }
      return pictures
    }
  }

  private func groupPicture(of target: String) throws(InspectFailure) -> Picture? {
    var columns: [StripPlot.Column] = []
    var (title, leftOut) = ("", 0)
    for (place, entry) in working.enumerated() {
      let evaluation = entry.work.evaluation
      guard let index = evaluation.targets.firstIndex(where: { $0.name == target }),
        showsHeadline(entry.work, index)
      else { continue }
      let scorer = try engineering { () throws(EngineFailure) in
        try TargetScorer(features: entry.work.features.file, target: target)
      }
      let groups = scorer.scoresByGroup(
        evaluation.predictions[target] ?? [], of: evaluation.sequences)
      let scored = groups.compactMap { group in
        scorer.headline(group.columns).map { ($0.value, Self.rowCount(of: $0.title, in: group)) }
      }
      let values = scored.filter { SmallCells.hasEnough($0.1, isShared: isShared) }.map(\.0)
      guard let whole = scorer.headline(evaluation.targets[index].columns),
        values.count >= (isShared ? SmallCells.least : 2)
      else { continue }
      leftOut = max(leftOut, scored.count - values.count)
      title = whole.title
      columns.append(
        StripPlot.Column(
          name: entry.given.label, values: values, whole: whole.value,
          interval: entry.work.intervals[index].map { ($0.lower, $0.upper) }, style: place))
    }
    guard !columns.isEmpty else { return nil }
    let all = columns.flatMap { column in
      column.values + [column.whole, column.interval?.low, column.interval?.high].compactMap { $0 }
    }
    return StripPlot(
      y: PlotAxis(title, unit: PlotAxis.noUnit, covering: all), columnTitle: "model",
      valueName: "group",
      wholeName: "all rows, 95 % interval", columns: columns
    ).picture(
      "groups-\(target)", "\(target) by group",
      summary: "Each group of speakers or recordings by \(title), and all rows together with the"
        + " interval over groups.",
      notes: ["The table lists groups by rank, not by name."]
        + (leftOut > 0
          ? [
            "\(Wording.count(leftOut)) groups of fewer than \(SmallCells.leastRows) rows are left"
              + " out."
          ] : []))
  }

  /// The rows that the metric called `title` counts in `group`; the fewest where it is of several.
  private static func rowCount(of title: String, in group: GroupScores) -> Int {
    let metrics = group.columns.flatMap(\.metrics)
    let own = metrics.filter { $0.title == title }
    return (own.isEmpty ? metrics : own).map(\.rowCount).min() ?? 0
  }
}
