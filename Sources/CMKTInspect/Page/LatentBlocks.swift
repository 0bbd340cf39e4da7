import CMKTEngine
import Tensors

/// What was learned: how the latents agree on data that trained nothing, and what they look like.
struct LatentBlocks {
  let entries: [LatentViews]
  let isShared: Bool
  let threads: Int

  var blocks: [Page.Block] {
    guard !entries.isEmpty else { return [] }
    var blocks: [Page.Block] = entries.flatMap(remarks)
    let windows = entries.compactMap { entry in
      let pictures = WindowPictures(entry, threads: threads)
      return isShared ? pictures.overRecordings : pictures.byRecording
    }
    let spectra = entries.map { SpectrumPictures($0) }
    var agreement: [[Picture]] = [
      spectra.compactMap { $0.heldOut(.within) }, spectra.compactMap { $0.heldOut(.total) },
    ]
    agreement.append(spectra.compactMap { $0.progress })
    agreement.append(spectra.compactMap { $0.ridgePath })
    agreement.append(entries.compactMap(lagCurve))
    agreement.append(windows)
    agreement.append(entries.compactMap(crossCorrelations))
    agreement += structure
    let looks = entries.map { LatentLooks(views: $0, threads: threads) }
    blocks.append(.heading("Do weak and strong latent agree?"))
    blocks += rows(agreement) + entries.compactMap(measures)
    let appearance = rows(
      isShared
        ? [looks.compactMap(\.pairDensity)]
        : [looks.flatMap(\.canonicalPairs), looks.flatMap(\.planes), looks.flatMap(\.courses)])
    return blocks
      + (appearance.isEmpty ? [] : [.heading("What do the latents look like?")] + appearance)
  }

  /// The weak sides of all models together, and the strong ones.
  private var structure: [[Picture]] {
    let found = entries.map { StructurePictures(views: $0, isShared: isShared).pictures }
    let most = found.map { $0.count }.max() ?? 0
    return (0..<most).map { side in found.compactMap { side < $0.count ? $0[side] : nil } }
  }

  /// Pictures of one model together; those of several side by side.
  private func rows(_ pictures: [[Picture]]) -> [Page.Block] {
    let all = entries.count > 1 ? pictures : [pictures.flatMap { $0 }]
    return all.filter { !$0.isEmpty }.map { .pictures($0) }
  }

  private func remarks(_ views: LatentViews) -> [Page.Block] {
    guard let analysis = views.analysis else {
      return [.notice("\(views.label): there are no rows with sound values of both latents.")]
    }
    let rows = views.rows
    var blocks: [Page.Block] = [
      .text(
        "\(views.label): \(rows.firstTitle) beside \(rows.secondTitle) on"
          + " \(Wording.count(rows.rowCount)) rows of \(Wording.count(rows.recordings.count))"
          + " recordings in \(Wording.count(Set(rows.groups).count)) groups. "
          + (views.hasStoredDirections
            ? "Directions are the model's own, from its training data."
            : "Directions are refitted by folds of groups."))
    ]
    if let warning = views.warning { blocks.append(.notice("\(views.label): \(warning)")) }
    for null in analysis.nulls {
      if let refusal = null.refusal {
        blocks.append(.notice("\(views.label), null \(null.hypothesis.rawValue): \(refusal)."))
      }
    }
    if analysis.drifts {
      blocks.append(
        .notice(
          "\(views.label): both latents drift over whole recordings, so that synchrony is found too"
            + " easily; correspondence keeps drift."))
    }
    return blocks
  }

  /// Measures that hold nothing of single recordings.
  private static let aggregates: Set<String> = [
    "similarity", "redundancy", "representational_similarity", "retrieval", "lag_peak",
  ]

  private func measures(_ views: LatentViews) -> Page.Block? {
    guard let similarity = views.similarity else { return nil }
    let sections = similarity.sections(
      first: views.rows.firstTitle, second: views.rows.secondTitle
    ).filter { !isShared || Self.aggregates.contains($0.key) }
    return .folded(
      "\(views.label): every measure of similarity", sections.map { .table($0) })
  }

  private func lagCurve(_ views: LatentViews) -> Picture? {
    guard let lags = views.similarity?.lags else { return nil }
    let step = lags.secondsPerRow
    func place(_ lag: Int) -> Double { Double(lag) * (step ?? 1) }
    let band = lags.meanBand.allLags
    let curves = [
      LineChart.Series(
        name: "first component", points: zip(lags.lags, lags.components[0]).map { (place($0), $1) },
        style: 0, marked: [lags.firstPeak.lagRows - lags.lags.lowerBound]),
      LineChart.Series(
        name: "mean of \(lags.components.count)",
        points: zip(lags.lags, lags.mean).map { (place($0), $1) }, style: 1,
        marked: [lags.meanPeak.lagRows - lags.lags.lowerBound]),
    ]
    let values = curves.flatMap { $0.points.map(\.y) } + [band, -band]
    let unit = step == nil ? "rows" : "s"
    let peak = lags.meanPeak
    var chart = LineChart(
      x: PlotAxis(
        "lag of \(views.strongName)", unit: unit, from: place(lags.lags.lowerBound),
        to: place(lags.lags.upperBound)),
      y: PlotAxis("correlation", unit: PlotAxis.noUnit, covering: values, andZero: true),
      series: curves,
      horizontals: [0], verticals: [0])
    chart.bands = [
      (
        name: "95 % of turned pairings",
        points: [lags.lags.lowerBound, lags.lags.upperBound].map { (place($0), -band, band) }
      )
    ]
    return chart.picture(
      "lags-\(views.label)-\(views.strongName)", "\(views.label): correlation by lag",
      summary:
        "The mean correlation is strongest, \(Ticks.signed(Wording.fixed(peak.correlation, 3)))"
        + ", where \(views.strongName) is read \(Ticks.signed(Wording.number(place(peak.lagRows))))"
        + " \(unit) later (p = \(Wording.number(peak.pValue))); at lag 0 it is"
        + " \(Ticks.signed(Wording.fixed(peak.correlationAtZero, 3))).",
      notes: [
        lags.verdict(peak, views.rows.firstTitle, views.rows.secondTitle),
        "The band holds the highest magnitude over all lags of the mean in 95 % of pairings whose"
          + " strong side is turned round in time.",
      ])
  }

  private func crossCorrelations(_ views: LatentViews) -> Picture? {
    guard let matrix = views.similarity?.moments.columnCorrelations else { return nil }
    let cells = (0..<matrix.rows).map { row in
      Array(matrix.elements[(row * matrix.columns)..<((row + 1) * matrix.columns)])
    }
    let highest = cells.flatMap { $0 }.map(abs).max() ?? 1
    let limit = max(0.1, (highest * 10).rounded(.up) / 10)
    return HeatMap(
      x: PlotAxis(
        "strong latent", unit: PlotAxis.number, from: 0.5, to: Double(matrix.columns) + 0.5,
        isWhole: true),
      y: PlotAxis(
        "weak latent", unit: PlotAxis.number, from: 0.5, to: Double(matrix.rows) + 0.5,
        isWhole: true),
      rows: cells, valueTitle: "correlation", valueUnit: PlotAxis.noUnit, map: .diverging,
      range: (-limit)...limit, rowTitle: "weak latent", columnTitle: "strong latent"
    ).picture(
      "cross-\(views.label)-\(views.strongName)", "\(views.label): correlation of single latents",
      summary: "Every number of the weak latent with every number of the strong one; the highest"
        + " magnitude is \(Wording.fixed(highest, 3)).")
  }
}
