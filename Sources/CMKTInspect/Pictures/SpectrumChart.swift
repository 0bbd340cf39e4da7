/// A value for each rank, such as a spectrum of correlations, with intervals and a null band.
struct SpectrumChart {
  struct Series {
    var name: String
    /// By rank, from 1.
    var values: [Double]
    /// By rank; empty for none.
    var intervals: [(low: Double, high: Double)] = []
    var style: Int
  }

  var rankTitle: String
  var y: PlotAxis
  /// What chance gives at each rank; told apart by how it is drawn, not by colour.
  struct Null {
    var name: String
    /// By rank: from, to.
    var ends: [(low: Double, high: Double)]
  }

  var series: [Series]
  /// The first is an area, the second lies between dashed lines.
  var nulls: [Null] = []

  /// As many ranks are drawn; the table has all.
  private static let rankLimit = 64

  func picture(_ key: String, _ title: String, summary: String, notes: [String] = []) -> Picture {
    let all = max(series.map(\.values.count).max() ?? 0, nulls.map(\.ends.count).max() ?? 0)
    let count = min(Self.rankLimit, max(1, all))
    let x = PlotAxis(
      rankTitle, unit: PlotAxis.number, from: 0.4, to: Double(count) + 0.6, isWhole: true)
    var frame = PlotFrame(x: x, y: y, legend: legend)
    frame.reference(y: 0)
    frame.draw { canvas, frame in
      for (number, null) in nulls.enumerated() {
        draw(null, number, on: &canvas, in: frame, count: count)
      }
      for (number, line) in series.enumerated() {
        draw(line, number, on: &canvas, in: frame, count: count)
      }
    }
    let cut = all > count ? ["The picture stops at rank \(count) of \(all)."] : []
    return Picture(key, title, summary: summary, frame: frame, table: table, notes: notes + cut)
  }

  private var legend: [Legend.Item] {
    let items = series.map { Legend.Item(name: $0.name, sample: .marks(series: $0.style)) }
    return items
      + nulls.enumerated().map {
        Legend.Item(
          name: $0.element.name,
          sample: $0.offset == 0 ? .band(style: "band") : .outline)
      }
  }

  private func draw(
    _ null: Null, _ number: Int, on canvas: inout SVGCanvas, in frame: PlotFrame, count: Int
  ) {
    guard number == 0 else {
      // A dashed line along both ends, so that it is seen upon an area.
      for end in [null.ends.map(\.low), null.ends.map(\.high)] {
        let steps = end.prefix(count).enumerated().flatMap { index, value in
          [0.5, 1.5].map { frame.point(Double(index) + $0, value) }
        }
        canvas.polyline(steps, "outline", dash: "3 2")
      }
      return
    }
    for (index, ends) in null.ends.prefix(count).enumerated()
    where ends.low.isFinite && ends.high.isFinite {
      let (from, to) = (frame.px(Double(index) + 0.5), frame.px(Double(index) + 1.5))
      let top = frame.py(ends.high)
      canvas.rectangle(
        x: from, y: top, width: to - from, height: max(1, frame.py(ends.low) - top), "band")
    }
  }

  private func draw(
    _ line: Series, _ number: Int, on canvas: inout SVGCanvas, in frame: PlotFrame, count: Int
  ) {
    let shift =
      (Double(number) - Double(series.count - 1) / 2) * min(0.22, 0.7 / Double(series.count))
    let colour = SeriesStyle.colour(line.style)
    for (index, ends) in line.intervals.prefix(count).enumerated()
    where ends.low.isFinite && ends.high.isFinite {
      let x = frame.px(Double(index) + 1 + shift)
      canvas.line((x, frame.py(ends.low)), (x, frame.py(ends.high)), "line \(colour)")
    }
    let points = line.values.prefix(count).enumerated().map {
      frame.point(Double($0.offset) + 1 + shift, $0.element)
    }
    canvas.marks(points, series: line.style, size: count > 24 ? 2.4 : 3.6, "mark \(colour)")
  }

  private var table: ReportTable {
    let columns = [
      ReportColumn("series"), ReportColumn("rank", isNumeric: true),
      ReportColumn("value", y.label, isNumeric: true), ReportColumn("low", isNumeric: true),
      ReportColumn("high", isNumeric: true),
    ]
    var rows: [[ReportCell]] = []
    for line in series {
      for (index, value) in line.values.enumerated() {
        let ends = line.intervals.indices.contains(index) ? line.intervals[index] : nil
        rows.append([
          .text(line.name), .count(index + 1), .number(value), .number(ends?.low),
          .number(ends?.high),
        ])
      }
    }
    for null in nulls {
      for (index, ends) in null.ends.enumerated() {
        rows.append([
          .text(null.name), .count(index + 1), .number(nil), .number(ends.low),
          .number(ends.high),
        ])
      }
    }
    return ReportTable(columns, rows: rows)
  }
}
