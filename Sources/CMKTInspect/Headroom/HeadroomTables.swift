import CMKTEngine
import CMKTFormat
import Foundation

/// An outcome as tables.
struct HeadroomTables {
  let request: HeadroomRequest
  let data: HeadroomData
  let outcome: HeadroomOutcome
  let target: ProbeTarget
  let delaySeconds: Double
  let search: HeadroomDelaySearch?

  private typealias Index = HeadroomSums.Index
  private var jackknife: GroupJackknife { outcome.sums.jackknife }

  /// Both gains hold with 95 % together.
  private static let gainConfidence = 0.975

  private func explained(_ probe: HeadroomProbe) -> GroupInterval {
    jackknife.interval(
      on: .explained, HeadroomSums.share(Index.error(probe), of: Index.total))
  }

  private func difference(
    _ first: HeadroomProbe, _ second: HeadroomProbe, confidence: Double = 0.95
  ) -> GroupInterval {
    jackknife.interval(confidence: confidence) { sums in
      sums[Index.total] > 0
        ? (sums[Index.error(second)] - sums[Index.error(first)]) / sums[Index.total] : .nan
    }
  }

  private var visible: GroupInterval {
    jackknife.interval(on: .explained, HeadroomSums.share(Index.answerError, of: Index.answer))
  }

  private var verdict: HeadroomVerdict {
    HeadroomVerdict(
      HeadroomVerdict.Evidence(
        advantage: difference(.strong, .weak), visible: visible,
        gains: [.predicted, .taught].map {
          difference($0, .weak, confidence: Self.gainConfidence)
        }))
  }

  var report: Report {
    var sections = [verdictSection, setting, probes, differences, visibility]
    if let search { sections.append(delays(search)) }
    return Report(sections)
  }

  private var verdictSection: ReportSection {
    ReportSection(
      "verdict", "headroom",
      .facts([
        ReportFact(
          "verdict", "verdict",
          ReportCell(
            .text(verdict.rawValue),
            verdict.sentence(
              weak: request.weak, strong: request.strong, target: "'\(request.target)'"))),
        ReportFact("something_to_transfer", "something to transfer", .flag(verdict == .headroom)),
      ]), notes: [HeadroomVerdict.rule])
  }

  private var setting: ReportSection {
    let judging =
      request.split == .train
      ? "train, by cross-validation over groups" : "\(request.split.rawValue), fitted on train"
    let marks = data.marks
    return ReportSection(
      "setting", "setting",
      .facts([
        ReportFact("weak", "weak", .text(request.weak)),
        ReportFact("strong", "strong", .text(request.strong)),
        ReportFact("target", "target", .text(request.target)),
        ReportFact("kind", "kind", .text(target.kind.rawValue)),
        ReportFact("split", "judged on", ReportCell(.text(request.split.rawValue), judging)),
        ReportFact(
          "marks", "marks",
          ReportCell(
            .list(marks.map { .text($0.rawValue) }),
            marks.isEmpty ? "–" : marks.map { "(\($0.rawValue))" }.joined(separator: " "))),
        ReportFact("labelled_rows", "labelled rows that fit", .count(outcome.labelledRowCount)),
        ReportFact(
          "unlabelled_rows", "unlabelled rows that fit", .count(outcome.unlabelledRowCount)),
        ReportFact("rows", "rows judged", .count(outcome.judgedRowCount)),
        ReportFact("groups", "groups judged", .count(outcome.sums.groups.count)),
        ReportFact("shared_groups", "of them in the fit, too", .count(data.sharedGroupCount)),
        ReportFact(
          "effective_groups", "effective groups",
          .fixed(outcome.sums.effectiveGroupCount, 1)),
        ReportFact("folds", "folds", .count(outcome.foldCount)),
        ReportFact("delay_seconds", "delay / s", .number(delaySeconds)),
        ReportFact("context_seconds", "context / s", .number(request.contextSeconds)),
        ReportFact("permutations", "permutations", .count(request.permutationCount)),
        ReportFact("seed", "seed", ReportCell(.text("\(request.seed)"), "\(request.seed)")),
      ]), notes: settingNotes)
  }

  private var settingNotes: [String] {
    var notes = data.marks.map { "(\($0.rawValue)): \(meaning(of: $0))." }
    if data.sharedGroupCount > 0 {
      notes.append(
        "\(data.sharedGroupCount) groups stand both in train and in \(request.split.rawValue):"
          + " their figures are not held out.")
    }
    if data.isOnFrames, request.contextSeconds == 0 {
      notes.append(
        "Each probe sees one row alone; a recurrent encoder sees its neighbours: try --context 4.")
    }
    if outcome.sums.groups.count < 10 {
      notes.append(
        "\(outcome.sums.groups.count) groups are few: intervals are wide, and rest on Student's t.")
    }
    return notes
  }

  private func meaning(of mark: EvaluationMark) -> String {
    mark == .selected ? "the delay was chosen on the training groups" : mark.meaning
  }

  private var probes: ReportSection {
    let isContinuous = target.kind == .regression
    var columns = [
      ReportColumn("probe"), ReportColumn("r2", "R²", isNumeric: true),
      ReportColumn("r2_lower", "lower", isNumeric: true),
      ReportColumn("r2_upper", "upper", isNumeric: true),
    ]
    if !isContinuous {
      columns += [
        ReportColumn("balanced_accuracy", "bal. accuracy", isNumeric: true),
        ReportColumn("balanced_accuracy_lower", "lower", isNumeric: true),
        ReportColumn("balanced_accuracy_upper", "upper", isNumeric: true),
      ]
    }
    columns += [
      ReportColumn("chance_median", "chance R²", isNumeric: true),
      ReportColumn("chance_95", "chance 95 %", isNumeric: true),
      ReportColumn("p", isNumeric: true), ReportColumn("ridges", "ridge"),
    ]
    let rows = HeadroomProbe.allCases.map { probe -> [ReportCell] in
      let chance = outcome.chance?[probe]
      return [ReportCell(.text(probe.key), probe.title)] + cells(explained(probe))
        + (isContinuous
          ? []
          : cells(
            jackknife.interval(on: .proportion, outcome.sums.balancedAccuracy(probe))))
        + [
          .fixed(chance?.median), .fixed(chance?.quantile95), .number(chance?.pValue),
          ridges(of: probe),
        ]
    }
    return ReportSection(
      "probes", "share of the target's variance that \(probeOrigin) explain",
      .table(ReportTable(columns, rows: rows)), notes: probeNotes)
  }

  /// Whether those who judge the probes were kept out of their fit.
  private var probeOrigin: String {
    data.sharedGroupCount == 0
      ? "held-out linear probes" : "linear probes, judged on groups that fitted them too,"
  }

  private var probeNotes: [String] {
    var notes = [
      "R² = 1 − Σ(y − ŷ)² / Σ(y − ȳ)², ȳ the mean of the fit. 95 % intervals: one group left out"
        + " after another, the probes as they were fitted; of R² on the scale of log(1 − R²).",
      "Strong as weak predicts it: a probe of the strong features that a regression on the weak"
        + " ones gives. Weak taught by strong: fitted on the strong probe's answers, not on labels.",
    ]
    if target.kind != .regression {
      notes.append(
        "Classes are answered as ±1; R² is that of these indicators. The class is the one whose"
          + " answer is highest above its mean in the fit; chance is 1 / classes.")
    }
    notes.append(
      outcome.chance == nil
        ? "Chance: not computed; fewer than \(HeadroomRun.exchangeableCount) groups can be"
          + " exchanged in too few ways, or --permutations is 0."
        : "Chance: targets exchanged between groups as whole stretches; p = (b + 1) / (n + 1).")
    return notes
  }

  private func ridges(of probe: HeadroomProbe) -> ReportCell {
    let values = outcome.ridges.compactMap { $0[probe] }
    let distinct = Set(values).sorted().map { Wording.number($0) }
    return ReportCell(.list(values.map { .number($0) }), distinct.joined(separator: ", "))
  }

  private func cells(_ interval: GroupInterval) -> [ReportCell] {
    [
      .fixed(interval.value.isFinite ? interval.value : nil), .fixed(interval.lower),
      .fixed(interval.upper),
    ]
  }

  private var differences: ReportSection {
    let lines: [(key: String, title: String, interval: GroupInterval)] = [
      ("strong_minus_weak", "strong − weak", difference(.strong, .weak)),
      ("strong_given_weak", "strong beside weak: both − weak", difference(.both, .weak)),
      ("weak_given_strong", "weak beside strong: both − strong", difference(.both, .strong)),
      (
        "predicted_minus_weak", "gain: strong as weak predicts it − weak",
        difference(.predicted, .weak, confidence: Self.gainConfidence)
      ),
      (
        "taught_minus_weak", "gain: weak taught by strong − weak",
        difference(.taught, .weak, confidence: Self.gainConfidence)
      ),
      (
        "weak_and_predicted_minus_weak", "weak and predicted strong − weak",
        difference(.weakAndPredicted, .weak)
      ),
    ]
    return ReportSection(
      "differences", "differences of R²",
      .table(
        ReportTable(
          [
            ReportColumn("difference"), ReportColumn("value", "R²", isNumeric: true),
            ReportColumn("lower", isNumeric: true), ReportColumn("upper", isNumeric: true),
          ], rows: lines.map { [ReportCell(.text($0.key), $0.title)] + cells($0.interval) })),
      notes: [
        "Gains, the transferable part, have 97.5 % intervals, the others 95 %. With ample clean"
          + " labels a linear probe of weak finds by itself what strong could tell it, so that"
          + " gains are about 0 by construction; they show where labels are scarce or noisy."
      ])
  }

  private var visibility: ReportSection {
    let features = jackknife.interval(
      on: .explained, HeadroomSums.share(Index.featuresError, of: Index.features))
    let lines = [
      ("strong_features", "strong features", features),
      ("strong_answers", "the strong probe's answers", visible),
    ]
    return ReportSection(
      "visibility", "share of strong that weak predicts",
      .table(
        ReportTable(
          [
            ReportColumn("of"), ReportColumn("r2", "R²", isNumeric: true),
            ReportColumn("lower", isNumeric: true), ReportColumn("upper", isNumeric: true),
          ], rows: lines.map { [ReportCell(.text($0.0), $0.1)] + cells($0.2) })),
      notes: [
        "By ridge regression on rows with a label and without; features standardised by the"
          + " training split, all columns counting alike."
      ])
  }

  private func delays(_ search: HeadroomDelaySearch) -> ReportSection {
    ReportSection(
      "delays", "R² of both modalities by delay, on the training groups",
      .table(
        ReportTable(
          [
            ReportColumn("seconds", "delay / s", isNumeric: true),
            ReportColumn("r2", "R²", isNumeric: true),
          ], rows: search.points.map { [.number($0.seconds), .fixed($0.share)] })),
      notes: ["The best, \(Wording.number(search.best)) s, is used for every probe."])
  }

  /// A line for each probe of each judged group, with the sums that make its R².
  var commaSeparated: String {
    var lines = ["group,fold,rows,probe,squared_error,squared_total,r2,r2_lower,r2_upper"]
    func line(
      _ group: Int?, _ rows: Int, _ probe: HeadroomProbe, _ sums: [Double],
      _ interval: GroupInterval?
    ) -> String {
      let (error, total) = (sums[Index.error(probe)], sums[Index.total])
      let share = total > 0 ? "\(1 - error / total)" : ""
      return [
        group.map { csvField(outcome.groupNames[$0]) } ?? "",
        group.flatMap { outcome.folds[$0] }.map { "\($0)" } ?? "", "\(rows)", probe.key, "\(error)",
        "\(total)", share,
        interval?.lower.map { "\($0)" } ?? "", interval?.upper.map { "\($0)" } ?? "",
      ].joined(separator: ",")
    }
    let sums = outcome.sums
    var total = Array(repeating: 0.0, count: sums.sums.first?.count ?? 0)
    for values in sums.sums {
      for index in values.indices { total[index] += values[index] }
    }
    for probe in HeadroomProbe.allCases {
      lines.append(
        line(nil, outcome.judgedRowCount, probe, total, explained(probe)))
      for (place, group) in sums.groups.enumerated() {
        lines.append(
          line(group, sums.rowCounts[place], probe, sums.sums[place], nil))
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
