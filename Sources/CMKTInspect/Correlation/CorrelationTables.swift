import CMKTEngine
import CMKTFormat
import Tensors

extension Correlation {
  /// All of it as parts of a report.
  package var report: Report {
    var sections = [setting]
    for part in Part.allCases {
      sections.append(table(origin.key, part, analysis.heldOut[part], origin.title))
    }
    for part in Part.allCases {
      sections.append(
        table(
          "in_sample", part, analysis.inSample[part],
          "in-sample canonical correlations, refitted on the split"))
    }
    sections += [nullSection, ridgeSection] + trainingSections + structureSections
    sections +=
      similarity.map { $0.sections(first: rows.firstTitle, second: rows.secondTitle) }
      ?? [Similarity.refused]
    return Report(sections)
  }

  /// What the directions, and the networks behind the rows, have seen of the rows.
  private var origin: (key: String, title: String) {
    if marks.contains(.unknown) {
      return (
        "unknown_origin",
        "canonical correlations of unknown origin, as the model does not say what trained it"
      )
    }
    if marks.contains(.trained) {
      return (
        "cross_validated",
        "canonical correlations by folds of groups, of rows that trained the model (trained)"
      )
    }
    let known = (sharedGroupCount ?? 0) > 0 ? " of groups that trained the model, too" : ""
    return ("held_out", "held-out canonical correlations\(known)")
  }

  private var setting: ReportSection {
    let options = request.options
    let use =
      request.modelPath == nil
      ? "no model"
      : marks.isEmpty
        ? "unseen in training" : marks.map { "(\($0.rawValue))" }.joined(separator: " ")
    let groups = Set(rows.groups).count
    let fit =
      analysis.isCrossValidated
      ? "refitted by groups, \(min(options.foldCount, groups)) folds"
      : "the model's own, from its training data"
    let step = rows.secondsPerRow.map {
      " (\(Wording.number(Double(analysis.decorrelationRows) * $0)) s)"
    }
    return ReportSection(
      "setting", "correlation of \(rows.firstTitle) and \(rows.secondTitle)",
      .facts([
        ReportFact("first", "first view", .text(rows.firstTitle)),
        ReportFact("second", "second view", .text(rows.secondTitle)),
        ReportFact(
          "columns", "columns",
          ReportCell(
            .list([.integer(rows.first.columns), .integer(rows.second.columns)]),
            "\(rows.first.columns) and \(rows.second.columns)")),
        ReportFact("split", "split", .text(request.split.rawValue)),
        ReportFact("marks", "marks", ReportCell(.list(marks.map { .text($0.rawValue) }), use)),
        ReportFact(
          "rows", "rows",
          ReportCell(
            .integer(estimateRowCount),
            Wording.count(estimateRowCount) + (request.rowKind == .pooled ? ", one a sequence" : "")
          )),
        ReportFact("tested_rows", "rows that tests see", .count(rows.rowCount)),
        ReportFact("recordings", "recordings of these", .count(rows.recordings.count)),
        ReportFact("groups", "groups of these", .count(groups)),
        ReportFact("shared_groups", "of them in training, too", .count(sharedGroupCount)),
        ReportFact(
          "directions", marks.contains(.unknown) ? "directions" : "held-out directions",
          .text(fit)),
        ReportFact("ridge", "ridge", .number(options.ridge)),
        ReportFact(
          "used_ridges", "ridge taken",
          ReportCell(
            .list([.number(analysis.usedRidges.first), .number(analysis.usedRidges.second)]),
            "\(Wording.number(analysis.usedRidges.first)) and"
              + " \(Wording.number(analysis.usedRidges.second))")),
        ReportFact("permutations", "permutations", .count(options.permutationCount)),
        ReportFact("bootstrap", "bootstrap replicates", .count(options.bootstrapCount)),
        ReportFact("seed", "seed", ReportCell(.text("\(options.seed)"), "\(options.seed)")),
        ReportFact(
          "smallest_shift", "smallest shift",
          ReportCell(
            .integer(analysis.decorrelationRows), "\(analysis.decorrelationRows) rows\(step ?? "")")
        ),
        ReportFact(
          "truth", "true correlations",
          ReportCell(
            truth.map { .list($0.map { .number($0) }) } ?? .missing,
            truth.map { $0.map { Wording.fixed($0, 3) }.joined(separator: ", ") } ?? "–")),
        ReportFact("drift", "both views drift", .flag(analysis.drifts)),
      ]), notes: guards)
  }

  /// What a reader must know of the numbers, and what to do about it.
  private var guards: [String] {
    let width = rows.first.columns + rows.second.columns
    var notes =
      TrainedGroups.warning(sharedGroupCount, split: request.split.rawValue).map { [$0] } ?? []
    let effective = analysis.inSample[.within]?.estimates?.effectiveCounts.first
    let count = min(Double(estimateRowCount), effective ?? Double(estimateRowCount))
    if frameCount < allFrameCount {
      notes.append(
        "Tests, drift, similarity, features behind directions and lags see "
          + "\(Wording.count(frameCount)) of \(Wording.count(allFrameCount)) frames:"
          + " \(rows.recordings.count) recordings, drawn by --seed \(request.options.seed) for"
          + " --max-frames \(request.maximumFrameCount). Correlations, intervals and ridges rest on"
          + " all rows.")
    }
    if count < 10 * Double(width) {
      notes.append(
        "The rows are worth \(Wording.number(count)) independent ones (first component), which are"
          + " few for \(width) columns: in-sample values are inflated. Raise"
          + " --ridge (see the ridge path), or use a larger split.")
    }
    if analysis.drifts {
      notes.append(
        "Both views drift within recordings, and the synchrony test assumes that they do not: it"
          + " rejects too often. Read the correspondence test.")
    }
    if request.rowKind == .frames, rows.secondsPerRow == nil {
      notes.append(
        "Rows have gaps, or no equal step: shifts and lags count rows that are there, not time.")
    }
    if (1..<99).contains(request.options.permutationCount) {
      let least = 1 / Double(request.options.permutationCount + 1)
      notes.append(
        "\(request.options.permutationCount) permutations cannot show p below"
          + " \(Wording.number(least)); raise --permutations.")
    }
    if Set(rows.groups).count < 10 {
      notes.append(
        "Intervals rest on \(Set(rows.groups).count) groups: too few to be exact; they are widened"
          + " for it.")
    }
    return notes
  }

  private func table(
    _ key: String, _ part: Part, _ result: PartResult?, _ title: String
  ) -> ReportSection {
    let words: String =
      switch part {
      case .total: "total"
      case .within: "within recordings"
      case .between: "between recordings' means"
      }
    let (key, title) = ("\(key)_\(part.rawValue)", "\(title): \(words)")
    guard let estimates = result?.estimates else {
      var reason = "not computed"
      if case .refused(let why)? = result { reason = why }
      return ReportSection(key, title, .facts([]), notes: ["Not computed: \(reason)."])
    }
    return ReportSection(
      key, title,
      .table(
        ReportTable(
          CorrelationTable.columns, rows: CorrelationTable.rows(of: estimates), shownRowCount: 6)))
  }

  private var nullSection: ReportSection {
    let columns = [
      ReportColumn("null"), ReportColumn("rows", isNumeric: true),
      ReportColumn("recordings", isNumeric: true),
      ReportColumn("log10_ways", "ways, log10", isNumeric: true), ReportColumn("state"),
    ]
    return ReportSection(
      "nulls", "null hypotheses",
      .table(
        ReportTable(
          columns,
          rows: analysis.nulls.map { null in
            [
              .text(null.hypothesis.rawValue), .count(null.rowCount), .count(null.recordingCount),
              .number(null.waysLogarithm10),
              ReportCell(
                .text(null.refusal ?? "tested"), null.refusal.map { "refused: \($0)" } ?? "tested"),
            ]
          })),
      notes: [
        "Synchrony: each recording's second view is shifted in a circle, at least by the smallest"
          + " shift. Correspondence: recordings are exchanged between groups of like length.",
        "Both test independence: views whose volatility rises and falls together are not"
          + " independent, though they may be uncorrelated.",
        "The fit is repeated in each permutation; p = (b + 1) / (n + 1), step by step over the"
          + " components, and later ones that were not tested have at least the last p.",
      ])
  }

  private var ridgeSection: ReportSection {
    let columns = [
      ReportColumn("ridge", isNumeric: true),
      ReportColumn("held_out_first", "held out, first", isNumeric: true),
      ReportColumn("held_out_mean", "mean", isNumeric: true),
      ReportColumn("in_sample_first", "in-sample, first", isNumeric: true),
      ReportColumn("in_sample_mean", "mean", isNumeric: true),
    ]
    return ReportSection(
      "ridge_path", "ridge path, within recordings",
      .table(
        ReportTable(
          columns,
          rows: analysis.ridgePath.map { line in
            [
              .number(line.ridge), .fixed(line.heldOut?.first), .fixed(line.heldOut?.mean),
              .fixed(line.inSample?.first), .fixed(line.inSample?.mean),
            ]
          })),
      notes: [
        "Held out: refitted by folds of groups of this split. The ridge is relative to each"
          + " column's variance and shrinks in-sample values; a ridge chosen from this table is"
          + " (selected)."
      ])
  }

  private var trainingSections: [ReportSection] {
    guard let training else { return [] }
    let count = max(training.initial?.count ?? 0, training.trained?.count ?? 0)
    func mean(_ values: [Double]?) -> Double? { values.map(\.mean) }
    func value(_ values: [Double]?, _ rank: Int) -> Double? {
      values.flatMap { rank < $0.count ? $0[rank] : nil }
    }
    let rows: [[ReportCell]] =
      [
        [
          .text("mean"), .fixed(mean(training.initial)), .fixed(mean(training.trained)),
          .fixed(nil),
        ]
      ]
      + (0..<count).map {
        [
          .count($0 + 1), .fixed(value(training.initial, $0)), .fixed(value(training.trained, $0)),
          .fixed(value(truth, $0)),
        ]
      }
    return [
      ReportSection(
        "training",
        "before and after training, within recordings, "
          + (training.fit == .train
            ? "directions from the training split" : "refitted by folds of groups"),
        .table(
          ReportTable(
            [
              ReportColumn("component", isNumeric: true),
              ReportColumn("initial", "before", isNumeric: true),
              ReportColumn("trained", "after", isNumeric: true),
              ReportColumn("truth", isNumeric: true),
            ], rows: rows, shownRowCount: 6)),
        notes: truth == nil
          ? []
          : [
            "Truth: what the maker of the data knows of one row of each side; an encoder that sees"
              + " neighbouring rows may average noise away and come above it."
          ])
    ]
  }

  private var structureSections: [ReportSection] {
    [
      StructureTable.section(firstStructure, "first_structure", rows.firstTitle),
      StructureTable.section(secondStructure, "second_structure", rows.secondTitle),
    ]
  }
}
