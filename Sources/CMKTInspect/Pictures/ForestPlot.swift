/// Estimates with their intervals, one a line, beside a line of no effect.
struct ForestPlot {
  struct Row {
    var name: String
    /// Rows of one heading stand below it.
    var heading: String
    var mean: Double?
    var interval: (low: Double, high: Double)?
    /// The values that the mean is of, such as one for each seed.
    var values: [Double] = []
    var style = 0
    /// What is said of it, in the table.
    var words = ""
  }

  var title: String
  var unit: String
  /// What the names are of.
  var rowTitle: String
  var rows: [Row]
  var reference: Double?
  /// Whether a row is a bar from the reference to its mean.
  var drawsBars = false

  private var rowHeight: Double { drawsBars ? 18 : 26 }

  func picture(_ key: String, _ name: String, summary: String, notes: [String] = []) -> Picture {
    let lines = lines
    let all = rows.flatMap { row in
      row.values + [row.mean, row.interval?.low, row.interval?.high].compactMap { $0 }
    }
    let x = PlotAxis(title, unit: unit, covering: all + [reference].compactMap { $0 })
    let longest = lines.map { TextMeasure.width($0.text) }.max() ?? 0
    let nameWidth = min(150, longest + 4)
    var canvas = SVGCanvas()
    let top = 24.0
    let bottom = top + Double(lines.count) * rowHeight + 4
    let area = (left: nameWidth + 12, right: Picture.width - 14)
    func px(_ value: Double) -> Double {
      area.left + min(1, max(0, x.share(value))) * (area.right - area.left)
    }
    drawAxis(x, bottom: bottom, top: top, left: area.left, right: area.right, on: &canvas)
    if let reference {
      canvas.line((px(reference), top), (px(reference), bottom), "reference", dash: "3 3")
    }
    for (number, line) in lines.enumerated() {
      let y = top + (Double(number) + 0.5) * rowHeight
      let text = TextMeasure.fitted(line.text, width: line.row == nil ? 340 : 150)
      canvas.text(text, x: 4, y: y + 4, line.row == nil ? "label strong" : "label")
      if let row = line.row { draw(row, y: y, px: px, on: &canvas) }
    }
    return Picture(
      key, name, summary: summary, canvas: canvas, height: bottom + 44, table: table,
      notes: notes)
  }

  private var lines: [(text: String, row: Row?)] {
    var result: [(text: String, row: Row?)] = []
    var heading = ""
    for row in rows {
      if row.heading != heading, !row.heading.isEmpty { result.append((row.heading, nil)) }
      heading = row.heading
      result.append((row.name, row))
    }
    return result
  }

  private func drawAxis(
    _ x: PlotAxis, bottom: Double, top: Double, left: Double, right: Double,
    on canvas: inout SVGCanvas
  ) {
    var ticks = x.ticks(maximumCount: 6)
    while ticks.count > 2,
      (ticks.map { TextMeasure.width($0.label) }.max() ?? 0) + 8
        > (right - left) / Double(ticks.count)
    {
      ticks = x.ticks(maximumCount: ticks.count - 1)
    }
    for tick in ticks {
      let place = left + x.share(tick.value) * (right - left)
      canvas.line((place, top), (place, bottom), "grid")
      let half = TextMeasure.width(tick.label) / 2
      canvas.text(
        tick.label, x: min(Picture.width - 2 - half, place), y: bottom + 20, "label",
        anchor: .middle)
    }
    canvas.line((left, bottom), (right, bottom), "axis")
    canvas.text(
      PlotAxis.label(x.title, unit: x.unit, width: Picture.width - 8), x: Picture.width - 4,
      y: bottom + 38, "label axis-title", anchor: .end, attributes: " data-axis=\"x\"")
    canvas.text(
      PlotAxis.label(rowTitle, unit: PlotAxis.name, width: Picture.width - 8), x: 4, y: 14,
      "label axis-title", attributes: " data-axis=\"y\"")
  }

  private func draw(
    _ row: Row, y: Double, px: (Double) -> Double, on canvas: inout SVGCanvas
  ) {
    let colour = SeriesStyle.colour(row.style)
    canvas.marks(
      row.values.filter(\.isFinite).map { (px($0), y + 6) }, series: 0, size: 1.8, "dot \(colour)")
    if let ends = row.interval, ends.low.isFinite, ends.high.isFinite {
      canvas.line((px(ends.low), y), (px(ends.high), y), "line \(colour)")
      for end in [ends.low, ends.high] {
        canvas.line((px(end), y - 4), (px(end), y + 4), "line \(colour)")
      }
    }
    if drawsBars, let mean = row.mean, mean.isFinite {
      let (from, to) = (px(reference ?? 0), px(mean))
      canvas.rectangle(
        x: min(from, to), y: y - 6, width: abs(to - from), height: 12, "bar \(colour)")
    } else if let mean = row.mean {
      canvas.marks([(px(mean), y)], series: 1, size: 4, "mark \(colour)")
    }
  }

  private var table: ReportTable {
    guard !drawsBars else { return barTable }
    return ReportTable(
      [
        ReportColumn("heading", "of"), ReportColumn("name"),
        ReportColumn("mean", isNumeric: true), ReportColumn("low", isNumeric: true),
        ReportColumn("high", isNumeric: true), ReportColumn("values"), ReportColumn("words"),
      ],
      rows: rows.map { row in
        [
          .text(row.heading), .text(row.name), .number(row.mean), .number(row.interval?.low),
          .number(row.interval?.high),
          ReportCell(
            .list(row.values.map(ReportValue.number)),
            row.values.map { Wording.fixed($0, 3) }.joined(separator: " ")),
          .text(row.words),
        ]
      })
  }

  private var barTable: ReportTable {
    ReportTable(
      [
        ReportColumn("heading", "of"), ReportColumn("name", rowTitle),
        ReportColumn("value", isNumeric: true),
      ],
      rows: rows.map { [.text($0.heading), .text($0.name), .number($0.mean)] })
  }
}
