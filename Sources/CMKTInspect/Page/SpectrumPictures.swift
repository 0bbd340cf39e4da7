/// Canonical correlations by rank, with intervals, beside what chance gives.
struct SpectrumPictures {
  private let views: LatentViews

  init(_ views: LatentViews) { self.views = views }

  /// Held-out and in-sample correlations of one part of the variation; nil where there are none.
  func heldOut(_ part: Part) -> Picture? {
    guard let analysis = views.analysis, let held = analysis.heldOut[part]?.estimates else {
      return nil
    }
    let nulls = Self.nulls(of: held)
    var series = [Self.series("held out", held, style: 0)]
    if let inSample = analysis.inSample[part]?.estimates {
      series.append(
        SpectrumChart.Series(name: "in-sample", values: inSample.correlations, style: 4))
    }
    let all =
      series.flatMap { $0.values + $0.intervals.flatMap { [$0.low, $0.high] } }
      + nulls.flatMap { $0.ends.flatMap { [$0.low, $0.high] } }
    return SpectrumChart(
      rankTitle: "canonical component", y: Self.axis(all), series: series, nulls: nulls
    ).picture(
      "spectrum-\(views.label)-\(views.strongName)-\(part.rawValue)",
      "\(views.label): canonical correlations, \(Self.words(part))",
      summary: summary(held), notes: notes(analysis, part))
  }

  /// Held-out correlations before and after training; nil where there are none.
  var progress: Picture? {
    guard let progress = views.progress else { return nil }
    var series = [
      SpectrumChart.Series(name: "before training", values: progress.before, style: 3),
      SpectrumChart.Series(name: "after training", values: progress.after, style: 0),
    ]
    var notes = ["Directions are refitted by folds of groups in both, so that both are held out."]
    if let truth = views.truth {
      series.append(SpectrumChart.Series(name: "truth of the source", values: truth, style: 2))
      notes.append(
        "Truth: what the maker of the data knows of one row of each side; encoders that see"
          + " neighbouring rows may average noise away and come above it.")
    }
    return SpectrumChart(
      rankTitle: "canonical component", y: Self.axis(series.flatMap(\.values)), series: series
    ).picture(
      "progress-\(views.label)-\(views.strongName)", "\(views.label): before and after training",
      summary:
        "Canonical correlations within recordings by folds of groups, with the weights of the"
        + " seed and after training: the first goes"
        + " \(Self.change(progress.before.first, progress.after.first)), their mean"
        + " \(Self.change(progress.before.mean, progress.after.mean)).",
      notes: notes)
  }

  private static func change(_ before: Double?, _ after: Double?) -> String {
    let ends = [before, after].map { Ticks.signed(Wording.fixed($0 ?? .nan, 3)) }
    return "from \(ends[0]) to \(ends[1])"
  }

  /// What stronger and weaker ridges give, held out and in-sample; nil where there is nothing.
  var ridgePath: Picture? {
    guard let analysis = views.analysis else { return nil }
    let path = analysis.ridgePath
    let lines: [(String, Int, (RidgeLine) -> Double?)] = [
      ("held out, first", 0, { $0.heldOut?.first }), ("held out, mean", 1, { $0.heldOut?.mean }),
      ("in-sample, first", 2, { $0.inSample?.first }),
      ("in-sample, mean", 3, { $0.inSample?.mean }),
    ]
    let series = lines.compactMap { name, style, value -> LineChart.Series? in
      let points = path.enumerated().compactMap { place, line in
        value(line).map { (x: Double(place), y: $0) }
      }
      guard !points.isEmpty else { return nil }
      return LineChart.Series(
        name: name, points: points, style: style, marked: Array(points.indices))
    }
    guard !series.isEmpty else { return nil }
    var x = PlotAxis("ridge", names: path.map { Wording.number($0.ridge) })
    x.unit = "variance of a column"
    return LineChart(
      x: x, y: Self.axis(series.flatMap { $0.points.map(\.y) }), series: series
    ).picture(
      "ridge-\(views.label)-\(views.strongName)", "\(views.label): canonical correlations by ridge",
      summary: "First and mean canonical correlation within recordings for each ridge, refitted by"
        + " folds of groups of these rows, and in-sample.",
      notes: [
        "A ridge chosen from this picture is (selected). Where in-sample values fall and held-out"
          + " ones do not, the smaller ridge had fitted noise."
      ])
  }

  private static func axis(_ values: [Double]) -> PlotAxis {
    let finite = values.filter(\.isFinite)
    let (low, high) = (min(0, finite.min() ?? 0), max(0.5, finite.max() ?? 1))
    return PlotAxis(
      "correlation", unit: PlotAxis.noUnit, from: low < 0 ? low - 0.05 : 0, to: min(1, high + 0.05))
  }

  private static func words(_ part: Part) -> String {
    switch part {
    case .total: "all variation"
    case .within: "within recordings"
    case .between: "between recordings"
    }
  }

  private static func series(
    _ name: String, _ estimates: CorrelationEstimates, style: Int
  ) -> SpectrumChart.Series {
    SpectrumChart.Series(
      name: name, values: estimates.correlations,
      intervals: zip(estimates.correlations, estimates.intervals).map { _, interval in
        (interval?.low ?? .nan, interval?.high ?? .nan)
      }, style: style)
  }

  /// Correspondence first, since it keeps drift; those that were tested.
  private static func tested(
    _ estimates: CorrelationEstimates
  ) -> [(hypothesis: NullHypothesis, outcome: NullOutcome)] {
    [NullHypothesis.correspondence, .synchrony].compactMap { hypothesis in
      estimates.nulls[hypothesis].map { (hypothesis, $0) }
    }
  }

  private static func nulls(of estimates: CorrelationEstimates) -> [SpectrumChart.Null] {
    tested(estimates).map { hypothesis, outcome in
      SpectrumChart.Null(
        name: "null (\(hypothesis.rawValue)), median to 95 %",
        ends: outcome.components.map { ($0.median, $0.quantile95) })
    }
  }

  private func summary(_ held: CorrelationEstimates) -> String {
    let first = Ticks.signed(Wording.fixed(held.correlations.first ?? .nan, 3))
    let mean = Ticks.signed(Wording.fixed(held.mean, 3))
    let tests = Self.tested(held).compactMap { hypothesis, outcome in
      outcome.pValue(of: 0).map { p in
        "; against \(hypothesis == .synchrony ? "shifted" : "exchanged") recordings"
          + " (\(hypothesis.rawValue)) p = \(Wording.number(p)) and"
          + " \(Wording.number(outcome.mean.pValue))"
      }
    }
    return "Held out, the first correlation is \(first) and their mean \(mean)"
      + (tests.isEmpty ? "; no null could be drawn" : tests.joined()) + "."
  }

  private func notes(_ analysis: CorrelationAnalysis, _ part: Part) -> [String] {
    var notes = [
      "Lines: 95 % intervals from draws of groups. In-sample values overstate the leading"
        + " correlations."
    ]
    if let held = analysis.heldOut[part]?.estimates, let count = held.effectiveCounts.first {
      notes.append(
        "\(Wording.count(views.rows.rowCount)) rows say as much about the first component as"
          + " \(Wording.number(count.rounded())) independent ones.")
    }
    return notes
  }
}
