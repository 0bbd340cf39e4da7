extension Similarity {
  /// The curves over lags and what their peaks say.
  func lagSections(_ first: String, _ second: String) -> [ReportSection] {
    guard let lags else {
      return [
        ReportSection(
          "lagged_correlation", "correlation by lag", .facts([]),
          notes: ["Not computed: no recording has four rows."])
      ]
    }
    var peaks = lags.peakSection(first, second)
    if drifts {
      peaks.notes.append(
        "Both views drift over whole recordings: distrust p and the bands, not where the peak is.")
    }
    peaks.notes.append(followedNote)
    return [peaks, lags.curveSection]
  }
}

extension Similarity {
  /// Whose directions are followed in time.
  var followedNote: String {
    followsHeldOut
      ? "Along directions that other rows gave."
      : "Along directions fitted on these very rows at lag 0: correlations, and the peak at 0, are"
        + " too high by construction, and p is too small."
  }
}

extension LaggedCorrelation {
  fileprivate func peakSection(_ first: String, _ second: String) -> ReportSection {
    let columns =
      [
        ReportColumn("curve"), ReportColumn("lag_rows", "lag (rows)", isNumeric: true),
        ReportColumn("lag_seconds", "lag (s)", isNumeric: true),
        ReportColumn("lag_rows_low", "from (rows)", isNumeric: true),
        ReportColumn("lag_rows_high", "to (rows)", isNumeric: true),
      ] + [
        ReportColumn("correlation", "at the lag", isNumeric: true),
        ReportColumn("correlation_at_zero", "at 0", isNumeric: true),
        ReportColumn("width_rows", "width (rows)", isNumeric: true),
        ReportColumn("p", isNumeric: true),
        ReportColumn("one_lag_95", "95 % at one lag", isNumeric: true),
        ReportColumn("all_lags_95", "95 % over all", isNumeric: true),
      ]
    return ReportSection(
      "lag_peak", "where the correlation peaks when one view is read later",
      .table(
        ReportTable(
          columns,
          rows: [
            cells("first", "first component", firstPeak, firstBand),
            cells("mean", "mean of the first \(components.count)", meanPeak, meanBand),
          ])),
      notes: [
        verdict(firstPeak, first, second),
        "Lags from −\(lags.upperBound) to \(lags.upperBound) rows"
          + "\(seconds(lags.upperBound).map { " (\(Wording.number($0)) s)" } ?? ""), positive where"
          + " \(second) is read later; pairs never cross a recording. From and to: 95 % of draws of"
          + " groups. Width: at half height.",
        "95 % of magnitudes and p: from \(drawCount) pairings whose second view is turned in a"
          + " circle in each recording, by at least \(leastTurnRows) rows or a quarter of it. That"
          + " holds for series that do not drift; where they do, p is too small.",
      ])
  }

  private func cells(
    _ key: String, _ name: String, _ peak: Peak, _ band: (oneLag: Double, allLags: Double)
  ) -> [ReportCell] {
    [
      ReportCell(.text(key), name), ReportCell(.integer(peak.lagRows), "\(peak.lagRows)"),
      .number(seconds(peak.lagRows)),
      peak.intervalRows.map { ReportCell(.integer($0.lowerBound), "\($0.lowerBound)") }
        ?? .count(nil),
      peak.intervalRows.map { ReportCell(.integer($0.upperBound), "\($0.upperBound)") }
        ?? .count(nil),
      .fixed(peak.correlation), .fixed(peak.correlationAtZero), .number(peak.widthRows),
      .number(peak.pValue), .fixed(band.oneLag), .fixed(band.allLags),
    ]
  }

  /// What the peak says of how the views are aligned, in words.
  package func verdict(_ peak: Peak, _ first: String, _ second: String) -> String {
    guard peak.pValue <= 0.05 else {
      return "No lag stands out from turned pairings (p = \(Wording.number(peak.pValue))): the lag"
        + " says nothing of the alignment."
    }
    let amount = words(abs(peak.lagRows))
    if peak.lagRows == 0 { return "Highest at lag 0: no sign of misalignment." }
    if let interval = peak.intervalRows, interval.contains(0) {
      return "Highest at \(amount) from 0, within what draws of groups vary: no clear misalignment."
    }
    if abs(peak.lagRows) == lags.upperBound {
      return "Highest at the last lag, \(amount): the peak may lie beyond; slow series show this,"
        + " and gross misalignment."
    }
    let order =
      peak.lagRows > 0 ? "\(second) follows \(first)" : "\(first) follows \(second)"
    return "\(order) by \(amount): if both should show the same moment, check their alignment."
  }

  private func words(_ rows: Int) -> String {
    let count = "\(Wording.count(rows)) \(rows == 1 ? "row" : "rows")"
    return seconds(rows).map { "\(Wording.number($0)) s (\(count))" } ?? count
  }

  private func seconds(_ rows: Int) -> Double? { secondsPerRow.map { Double(rows) * $0 } }

  fileprivate var curveSection: ReportSection {
    var facts = [
      ReportFact(
        "lag_rows", "lags (rows)",
        ReportCell(
          .list(lags.map { .integer($0) }), "−\(lags.upperBound) … \(lags.upperBound)"))
    ]
    if let secondsPerRow {
      facts.append(
        ReportFact(
          "lag_seconds", "lags (s)",
          ReportCell(
            .list(lags.map { .number(Double($0) * secondsPerRow) }),
            "−\(Wording.number(Double(lags.upperBound) * secondsPerRow)) …"
              + " \(Wording.number(Double(lags.upperBound) * secondsPerRow))")))
    }
    for (place, curve) in components.enumerated() {
      facts.append(
        ReportFact("component_\(place + 1)", "component \(place + 1)", .curve(curve, width: 41)))
    }
    facts.append(ReportFact("mean", "mean", .curve(mean, width: 41)))
    return ReportSection("lagged_correlation", "correlation by lag", .facts(facts))
  }
}
