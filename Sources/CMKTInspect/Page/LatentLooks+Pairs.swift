import Tensors

/// Weak against strong variate of the leading components.
extension LatentLooks {
  /// Each row of the first two components, coloured by target and by group.
  var canonicalPairs: [Picture] {
    guard let similarity = views.similarity else { return [] }
    let rows = ScatterChart.thinned(similarity.firstVariates.rows, to: Self.pointLimit)
    let count = min(2, similarity.firstVariates.columns, similarity.secondVariates.columns)
    return (0..<count).flatMap { component -> [Picture] in
      let byGroup = pair(component, rows, colouring: groups(rows), by: "group")
      // Without a target the groups are all there is to colour by.
      guard views.target != nil else { return [byGroup] }
      let byTarget = pair(component, rows, colouring: colouring(rows), by: "")
      return component == 0 ? [byTarget, byGroup] : [byTarget]
    }
  }

  private func pair(
    _ component: Int, _ rows: [Int], colouring: ScatterChart.Colouring, by group: String
  ) -> Picture {
    let axes = axes(component, covering: rows)
    let words =
      group.isEmpty ? colourWords : ", with a mark for each group of speakers or recordings"
    return ScatterChart(
      x: axes.x, y: axes.y, points: axes.points, colouring: colouring
    ).picture(
      "pair-\(views.label)-\(views.strongName)-\(component + 1)" + (group.isEmpty ? "" : "-group"),
      "\(title): canonical pair \(component + 1)" + (group.isEmpty ? "" : ", by group"),
      summary: "Each row of both latents along component \(component + 1)\(words);"
        + " \(correlationWords(component)).",
      notes: Self.thinning(rows.count, views.rows.rowCount)
        + (group.isEmpty || views.rows.groupNames.count <= ScatterChart.groupLimit
          ? [] : ["The \(ScatterChart.groupLimit) groups of most rows have marks of their own."]))
  }

  /// The groups of `rows`, those with most rows first.
  private func groups(_ rows: [Int]) -> ScatterChart.Colouring {
    let names = views.rows.groupNames
    var counts = Array(repeating: 0, count: names.count)
    var ofRow = Array(repeating: 0, count: views.rows.rowCount)
    for (range, group) in zip(views.rows.recordings, views.rows.groups) {
      counts[group] += range.count
      for row in range { ofRow[row] = group }
    }
    let order = names.indices.sorted { (-counts[$0], $0) < (-counts[$1], $1) }
    var ranks = Array(repeating: 0, count: names.count)
    for (rank, group) in order.enumerated() { ranks[group] = rank }
    return .group(names: order.map { names[$0] }, rows.map { ranks[ofRow[$0]] })
  }

  private func correlationWords(_ component: Int) -> String {
    let correlation = views.similarity?.variates.correlations[component] ?? .nan
    let origin =
      views.hasStoredDirections
      ? "directions from the training data" : "directions from these rows"
    return "correlation \(Ticks.signed(Wording.fixed(correlation, 3))), \(origin)"
  }

  private func axes(
    _ component: Int, covering rows: [Int]
  ) -> (x: PlotAxis, y: PlotAxis, points: [(x: Double, y: Double)]) {
    guard let similarity = views.similarity else {
      return (PlotAxis("x", names: []), PlotAxis("y", names: []), [])
    }
    let points = rows.map {
      (x: similarity.firstVariates[$0, component], y: similarity.secondVariates[$0, component])
    }
    let unit = "standard deviations"
    return (
      PlotAxis("weak variate \(component + 1)", unit: unit, covering: points.map(\.x)),
      PlotAxis("strong variate \(component + 1)", unit: unit, covering: points.map(\.y)), points
    )
  }

  /// The first pair as counts of rows in cells, which tell of no single row.
  var pairDensity: Picture? {
    guard let similarity = views.similarity, similarity.firstVariates.columns > 0,
      similarity.secondVariates.columns > 0
    else { return nil }
    let limit = 3.0
    // So that about ten rows lie in a cell of the middle.
    let size = min(24, max(8, Int((Double(views.rows.rowCount) / 9).squareRoot())))
    var counts = Array(repeating: Array(repeating: 0, count: size), count: size)
    func bin(_ value: Double) -> Int? { Bins.bin(of: value, in: -limit...limit, count: size) }
    for row in 0..<similarity.firstVariates.rows {
      guard let across = bin(similarity.firstVariates[row, 0]),
        let up = bin(similarity.secondVariates[row, 0])
      else { continue }
      counts[up][across] += 1
    }
    let cells = PredictionPictures.cells(
      counts, of: similarity.firstVariates.rows, isShared: true)
    guard let most = cells.flatMap({ $0 }).filter(\.isFinite).max() else { return nil }
    let unit = "standard deviations"
    return HeatMap(
      x: PlotAxis("weak variate 1", unit: unit, from: -limit, to: limit),
      y: PlotAxis("strong variate 1", unit: unit, from: -limit, to: limit), rows: cells,
      valueTitle: "rows in a cell", valueUnit: PlotAxis.number, range: 0...most,
      emptyTitle: "none or withheld", rowTitle: "strong variate 1",
      columnTitle: "weak variate 1"
    ).picture(
      "density-\(views.label)-\(views.strongName)", "\(title): first canonical pair, counted",
      summary: "How many rows lie where along the first component of both latents;"
        + " \(correlationWords(0)).",
      notes: [
        "Cells of fewer than \(SmallCells.least) rows, the next smallest, and rows beyond"
          + " \(Wording.number(limit)) standard deviations are left out."
      ])
  }
}
