/// Lines over a common axis, each with a band around it where there is one.
struct LineChart {
  struct Series {
    var name: String
    /// Ascending in x; y that is not finite breaks the line.
    var points: [(x: Double, y: Double)]
    /// Lower and upper ends at the x of `points`; empty for none.
    var band: [(low: Double, high: Double)] = []
    /// The number of its style; nil for what is compared with, in ink.
    var style: Int?
    /// Narrow, for one of many.
    var isThin = false
    /// Level from each point to the next, for what changes at once.
    var isStepped = false
    /// Where it is marked, such as its best point.
    var marked: [Int] = []
  }

  var x: PlotAxis
  var y: PlotAxis
  var series: [Series]
  /// Areas behind all lines, such as those of a null distribution, with their name.
  var bands: [(name: String, points: [(x: Double, low: Double, high: Double)])] = []
  /// Dashed lines across, at these values.
  var horizontals: [Double] = []
  var verticals: [Double] = []
  var plotHeight = 190.0

  func picture(
    _ key: String, _ title: String, summary: String, notes: [String] = []
  ) -> Picture {
    var frame = PlotFrame(x: x, y: y, plotHeight: plotHeight, legend: legend)
    for value in horizontals { frame.reference(y: value) }
    for value in verticals { frame.reference(x: value) }
    frame.draw { canvas, frame in
      for band in bands {
        Self.area(band.points, "band", on: &canvas, in: frame)
      }
      for line in series { draw(line, on: &canvas, in: frame) }
    }
    return Picture(key, title, summary: summary, frame: frame, table: table, notes: notes)
  }

  private var legend: [Legend.Item] {
    guard series.count + bands.count > 1 else { return [] }
    return series.map { line in
      Legend.Item(
        name: line.name, sample: line.style.map { .line(series: $0) } ?? .gold)
    } + bands.map { Legend.Item(name: $0.name, sample: .band(style: "band")) }
  }

  private func draw(_ line: Series, on canvas: inout SVGCanvas, in frame: PlotFrame) {
    let colour = line.style.map(SeriesStyle.colour)
    if line.band.count == line.points.count, let colour {
      let area = zip(line.points, line.band).map { (x: $0.x, low: $1.low, high: $1.high) }
      Self.area(area, "shade \(colour)", on: &canvas, in: frame)
    }
    let points = line.points.map { frame.point($0.x, $0.y) }
    var path = points
    if line.isStepped {
      path = zip(points, points.dropFirst()).flatMap { [$0, (x: $1.x, y: $0.y)] }
      path += points.suffix(1)
    }
    let style = colour.map { (line.isThin ? "thin " : "line ") + $0 } ?? "gold"
    canvas.polyline(path, style, dash: line.style.flatMap(SeriesStyle.dash))
    // A line of one point would not be seen.
    let marked = points.count == 1 ? [0] : line.marked.filter(points.indices.contains)
    canvas.marks(
      marked.map { points[$0] }, series: line.style ?? 5, size: 4, "mark \(colour ?? "s5")")
  }

  private static func area(
    _ points: [(x: Double, low: Double, high: Double)], _ style: String,
    on canvas: inout SVGCanvas, in frame: PlotFrame
  ) {
    let finite = points.filter { $0.x.isFinite && $0.low.isFinite && $0.high.isFinite }
    let upper = finite.map { frame.point($0.x, $0.high) }
    let lower = finite.reversed().map { frame.point($0.x, $0.low) }
    canvas.polygon(upper + lower, style)
  }

  /// One row for each point of each line.
  private var table: ReportTable {
    let hasBands = series.contains { !$0.band.isEmpty }
    var columns = [
      ReportColumn("series"),
      ReportColumn(Markup.key(x.title), x.label, isNumeric: x.names.isEmpty),
      ReportColumn(Markup.key(y.title), y.label, isNumeric: true),
    ]
    if hasBands {
      columns += [
        ReportColumn("low", isNumeric: true), ReportColumn("high", isNumeric: true),
      ]
    }
    var rows: [[ReportCell]] = []
    for line in series {
      for (index, point) in line.points.enumerated() {
        var row = [ReportCell.text(line.name), place(point.x), .number(point.y)]
        if hasBands {
          let ends = line.band.indices.contains(index) ? line.band[index] : nil
          row += [.number(ends?.low), .number(ends?.high)]
        }
        rows.append(row)
      }
    }
    for band in bands {
      for point in band.points {
        let middle = (point.low + point.high) / 2
        var row = [ReportCell.text(band.name), place(point.x), .number(middle)]
        if hasBands { row += [.number(point.low), .number(point.high)] }
        rows.append(row)
      }
    }
    return ReportTable(columns, rows: rows)
  }

  /// A number, or the name that stands there.
  private func place(_ value: Double) -> ReportCell {
    guard !x.names.isEmpty else { return .number(value) }
    let index = Int(exactly: value.rounded()) ?? -1
    return x.names.indices.contains(index) ? .text(x.names[index]) : .number(value)
  }
}
