/// Bars side by side for each name, or steps over an axis of numbers.
struct BarChart {
  struct Series {
    var name: String
    /// One for each name or bin; nil where it is withheld or not there.
    var values: [Double?]
    var style: Int
  }

  var x: PlotAxis
  var y: PlotAxis
  /// Of bins on an axis of numbers, one more than there are values; empty on an axis of names.
  var edges: [Double] = []
  var series: [Series]

  func picture(_ key: String, _ title: String, summary: String, notes: [String] = []) -> Picture {
    let isSteps = !edges.isEmpty && series.count > 1
    let legend = series.map { line in
      Legend.Item(
        name: line.name,
        sample: isSteps ? .line(series: line.style) : .band(style: "bar \(colour(line))"))
    }
    var frame = PlotFrame(x: x, y: y, plotHeight: 160, legend: series.count > 1 ? legend : [])
    frame.draw { canvas, frame in
      for (number, line) in series.enumerated() {
        if isSteps {
          drawSteps(line, on: &canvas, in: frame)
        } else {
          drawBars(line, number, on: &canvas, in: frame)
        }
      }
    }
    return Picture(key, title, summary: summary, frame: frame, table: table, notes: notes)
  }

  private func colour(_ line: Series) -> String { SeriesStyle.colour(line.style) }

  private func drawSteps(_ line: Series, on canvas: inout SVGCanvas, in frame: PlotFrame) {
    var points: [(x: Double, y: Double)] = []
    for (bin, value) in line.values.enumerated() where bin + 1 < edges.count {
      let height = value ?? .nan
      points += [frame.point(edges[bin], height), frame.point(edges[bin + 1], height)]
    }
    canvas.polyline(points, "line \(colour(line))", dash: SeriesStyle.dash(line.style))
  }

  private func drawBars(
    _ line: Series, _ number: Int, on canvas: inout SVGCanvas, in frame: PlotFrame
  ) {
    let base = frame.py(max(0, frame.y.low))
    let width = 0.8 / Double(max(1, series.count))
    for (bin, value) in line.values.enumerated() {
      guard let value, value.isFinite else { continue }
      let ends: (from: Double, to: Double)
      if edges.count > bin + 1 {
        ends = (edges[bin], edges[bin + 1])
      } else {
        let start = Double(bin) - 0.4 + width * Double(number)
        ends = (start, start + width)
      }
      let (left, right) = (frame.px(ends.from) + 0.5, frame.px(ends.to) - 0.5)
      let top = frame.py(value)
      canvas.rectangle(
        x: left, y: min(top, base), width: right - left, height: abs(base - top),
        "bar \(colour(line))")
    }
  }

  private var table: ReportTable {
    let isNumeric = !edges.isEmpty
    var columns = [ReportColumn("series")]
    columns +=
      isNumeric
      ? [
        ReportColumn("from", "\(x.title) from", isNumeric: true),
        ReportColumn("to", isNumeric: true),
      ] : [ReportColumn("name", x.title)]
    columns.append(ReportColumn("value", y.label, isNumeric: true))
    var rows: [[ReportCell]] = []
    for line in series {
      for (bin, value) in line.values.enumerated() {
        let place: [ReportCell] =
          isNumeric
          ? (edges.count > bin + 1 ? [.number(edges[bin]), .number(edges[bin + 1])] : [])
          : [.text(x.names.indices.contains(bin) ? x.names[bin] : "\(bin)")]
        rows.append([.text(line.name)] + place + [.number(value)])
      }
    }
    return ReportTable(columns, rows: rows.filter { $0.count == columns.count })
  }
}
