/// Points of two numbers, coloured by a third one or by class, with paths through some.
struct ScatterChart {
  /// What the colours mean.
  enum Colouring {
    case none
    /// A number for each point.
    case value(title: String, unit: String, [Double])
    /// A class for each point, by its number, and their names.
    case group(names: [String], [Int])
  }

  /// Points in the order of time, joined by a line from a round mark to an arrow.
  struct Trajectory {
    var name: String
    var points: [(x: Double, y: Double)]
  }

  var x: PlotAxis
  var y: PlotAxis
  var points: [(x: Double, y: Double)]
  var colouring = Colouring.none
  var trajectories: [Trajectory] = []
  /// Whether the line y = x is drawn.
  var hasDiagonal = false

  /// As many points are shown.
  private static let pointLimit = 1200
  /// As many groups have a mark of their own; others share one.
  static let groupLimit = 10

  func picture(_ key: String, _ title: String, summary: String, notes: [String] = []) -> Picture {
    let shown = Self.thinned(points.count, to: Self.pointLimit)
    var frame = PlotFrame(
      x: x, y: y, plotHeight: 240, legend: legend, colours: bar, hasGrid: true)
    frame.draw { canvas, frame in
      if hasDiagonal {
        let (low, high) = (max(x.low, y.low), min(x.high, y.high))
        if low < high {
          canvas.line(frame.point(low, low), frame.point(high, high), "reference", dash: "3 3")
        }
      }
      drawPoints(shown, on: &canvas, in: frame)
      for (number, path) in trajectories.enumerated() {
        draw(path, firstPathStyle + number, on: &canvas, in: frame)
      }
    }
    var notes = notes
    if shown.count < points.count {
      notes.append("\(shown.count) of \(points.count) points are shown, at even steps.")
    }
    return Picture(
      key, title, summary: summary, frame: frame, table: table(shown), notes: notes)
  }

  /// Indices at even steps, the first among them.
  static func thinned(_ count: Int, to limit: Int) -> [Int] {
    guard count > limit else { return Array(0..<count) }
    return (0..<limit).map { Int(Double($0) * Double(count) / Double(limit)) }
  }

  private var bar: ColourBar? {
    guard case .value(let title, let unit, let values) = colouring else { return nil }
    let finite = values.filter(\.isFinite)
    return ColourBar(
      title: "colour: " + title, unit: unit, low: finite.min() ?? 0, high: finite.max() ?? 1,
      map: .sequential)
  }

  private var legend: [Legend.Item] {
    var items: [Legend.Item] = []
    if case .group(let names, _) = colouring {
      items = names.prefix(Self.groupLimit).enumerated().map {
        Legend.Item(name: $0.element, sample: .marks(series: $0.offset))
      }
      if names.count > Self.groupLimit {
        items.append(Legend.Item(name: "others", sample: .others))
      }
    }
    return items
      + trajectories.enumerated().map {
        Legend.Item(name: $0.element.name, sample: .line(series: firstPathStyle + $0.offset))
      }
  }

  /// The style of the first path: none has the colour of a group.
  private var firstPathStyle: Int {
    guard case .group(let names, _) = colouring else { return 0 }
    return min(names.count, Self.groupLimit)
  }

  private func drawPoints(_ shown: [Int], on canvas: inout SVGCanvas, in frame: PlotFrame) {
    let size = shown.count > 400 ? 1.8 : shown.count > 100 ? 2.4 : 3.2
    switch colouring {
    case .none:
      let dots = shown.map { frame.point(points[$0].x, points[$0].y) }
      canvas.marks(dots, series: 0, size: size, "dot s0")
    case .group(_, let groups):
      // Others lie below.
      for series in (0...Self.groupLimit).reversed() {
        let members = shown.filter { min(Self.groupLimit, groups[$0]) == series }
        let dots = members.map { frame.point(points[$0].x, points[$0].y) }
        let isOthers = series == Self.groupLimit
        canvas.marks(
          dots, series: isOthers ? 0 : series, size: size,
          isOthers ? "dot others" : "dot \(SeriesStyle.colour(series))")
      }
    case .value(_, _, let values):
      drawColoured(shown, values, size: size, on: &canvas, in: frame)
    }
  }

  /// Points of one of 24 colours make one path.
  private func drawColoured(
    _ shown: [Int], _ values: [Double], size: Double, on canvas: inout SVGCanvas,
    in frame: PlotFrame
  ) {
    guard let bar else { return }
    let levels = 24
    var paths = Array(repeating: "", count: levels)
    for index in shown {
      let place = frame.point(points[index].x, points[index].y)
      let share = bar.share(values[index])
      guard place.x.isFinite, let level = Bins.level(of: share, count: levels) else { continue }
      paths[level] += SVGCanvas.mark(.circle, x: place.x, y: place.y, size: size)
    }
    for (level, path) in paths.enumerated() where !path.isEmpty {
      let share = (Double(level) + 0.5) / Double(levels)
      canvas.fill(path: path, colour: bar.map.colour(share), isCrisp: false)
    }
  }

  private func draw(
    _ path: Trajectory, _ number: Int, on canvas: inout SVGCanvas, in frame: PlotFrame
  ) {
    let places = path.points.map { frame.point($0.x, $0.y) }
    let colour = SeriesStyle.colour(number)
    // Upon a broader line of paper, so that it is seen among the points.
    canvas.polyline(places, "halo")
    canvas.polyline(places, "line \(colour)", dash: SeriesStyle.dash(number))
    guard let first = places.first, let last = places.last, places.count > 1 else { return }
    canvas.marks([first], series: 0, size: 3.5, "mark \(colour)")
    let before = places[places.count - 2]
    canvas.arrowHead(at: last, dx: last.x - before.x, dy: last.y - before.y, "mark \(colour)")
  }

  private func table(_ shown: [Int]) -> ReportTable {
    var columns = [
      ReportColumn("x", x.label, isNumeric: true), ReportColumn("y", y.label, isNumeric: true),
    ]
    if case .value(let title, let unit, _) = colouring {
      columns.append(
        ReportColumn("colour", PlotAxis.label(title, unit: unit), isNumeric: true))
    }
    if case .group = colouring { columns.append(ReportColumn("group")) }
    let rows = shown.map { index -> [ReportCell] in
      var row = [ReportCell.number(points[index].x), .number(points[index].y)]
      switch colouring {
      case .none: break
      case .value(_, _, let values): row.append(.number(values[index]))
      case .group(let names, let groups):
        row.append(.text(names.indices.contains(groups[index]) ? names[groups[index]] : ""))
      }
      return row
    }
    return ReportTable(columns, rows: rows)
  }
}
