/// The axes of a plot with their marks, and where values lie between them.
struct PlotFrame {
  let x: PlotAxis
  let y: PlotAxis
  private(set) var canvas = SVGCanvas()
  /// The area of the data, in units of the picture.
  let left: Double
  let right: Double
  let top: Double
  let bottom: Double
  /// Of the whole picture.
  let height: Double
  /// Whether the first row is on top, as in tables.
  private let isTopDown: Bool

  /// A frame of `plotHeight`, with legend and colour bar above it.
  init(
    x: PlotAxis, y: PlotAxis, plotHeight: Double = 190, legend items: [Legend.Item] = [],
    colours: ColourBar? = nil, hasGrid: Bool = true, isTopDown: Bool = false
  ) {
    self.x = x
    self.y = y
    self.isTopDown = isTopDown
    let legend = Legend(items, width: Picture.width - 8)
    var start = 4.0
    legend.draw(on: &canvas, x: 4, y: start)
    start += legend.height + (items.isEmpty ? 0 : 4)
    if let colours {
      colours.draw(on: &canvas, x: 4, y: start, width: Picture.width - 8)
      start += ColourBar.height + 4
    }
    canvas.text(
      PlotAxis.label(y.title, unit: y.unit, width: Picture.width - 8), x: 4, y: start + 12,
      "label axis-title", attributes: " data-axis=\"y\"")
    top = start + 26
    bottom = top + plotHeight
    let yTicks = Self.yTicks(y, height: plotHeight)
    left = 14 + (yTicks.map { TextMeasure.width($0.label) }.max() ?? 0)
    right = Picture.width - 14
    let xTicks = Self.xTicks(x, width: right - left)
    height = bottom + 44
    draw(xTicks: xTicks, yTicks: yTicks, hasGrid: hasGrid)
  }

  /// Where `value` of x lies; within the frame.
  func px(_ value: Double) -> Double {
    left + min(1, max(0, x.share(value))) * (right - left)
  }

  /// Where `value` of y lies; within the frame.
  func py(_ value: Double) -> Double {
    let share = min(1, max(0, y.share(value)))
    return isTopDown ? top + share * (bottom - top) : bottom - share * (bottom - top)
  }

  func point(_ x: Double, _ y: Double) -> (x: Double, y: Double) {
    x.isFinite && y.isFinite ? (px(x), py(y)) : (.nan, .nan)
  }

  /// Draws with what `body` does to the canvas.
  mutating func draw(_ body: (inout SVGCanvas, PlotFrame) -> Void) {
    var canvas = canvas
    body(&canvas, self)
    self.canvas = canvas
  }

  /// A dashed line across the plot.
  mutating func reference(y value: Double) {
    guard value >= y.low, value <= y.high else { return }
    canvas.line((left, py(value)), (right, py(value)), "reference", dash: "3 3")
  }

  mutating func reference(x value: Double) {
    guard value >= x.low, value <= x.high else { return }
    canvas.line((px(value), top), (px(value), bottom), "reference", dash: "3 3")
  }

  private static func yTicks(_ axis: PlotAxis, height: Double) -> [Tick] {
    let ticks = axis.ticks(maximumCount: max(2, Int(height / (axis.names.isEmpty ? 28 : 15))))
    return ticks.map { Tick(value: $0.value, label: TextMeasure.fitted($0.label, width: 120)) }
  }

  /// As many as stand beside each other without touching.
  private static func xTicks(_ axis: PlotAxis, width: Double) -> [Tick] {
    for count in [8, 7, 6, 5, 4, 3, 2] where axis.names.isEmpty || count == 8 {
      let wanted = axis.names.isEmpty ? count : max(1, axis.names.count)
      let ticks = axis.ticks(maximumCount: wanted)
      let space = ticks.count > 1 ? width * spacing(ticks, axis) : width
      let widest = ticks.map { TextMeasure.width($0.label) }.max() ?? 0
      if widest + 8 <= space { return ticks }
      if !axis.names.isEmpty { return thinned(ticks, widest: widest, space: space) }
    }
    return axis.ticks(maximumCount: 2)
  }

  private static func spacing(_ ticks: [Tick], _ axis: PlotAxis) -> Double {
    abs(axis.share(ticks[1].value) - axis.share(ticks[0].value))
  }

  /// Names that are too wide are cut where that leaves enough of them, else every so many is shown.
  private static func thinned(_ ticks: [Tick], widest: Double, space: Double) -> [Tick] {
    if space > 44 {
      return ticks.map {
        Tick(value: $0.value, label: TextMeasure.fitted($0.label, width: space - 8))
      }
    }
    let step = max(1, Int(((min(widest, 60) + 8) / max(1, space)).rounded(.up)))
    return ticks.indices.filter { $0 % step == 0 }.map {
      Tick(value: ticks[$0].value, label: TextMeasure.fitted(ticks[$0].label, width: 60))
    }
  }

  private mutating func draw(xTicks: [Tick], yTicks: [Tick], hasGrid: Bool) {
    for tick in yTicks {
      let place = py(tick.value)
      if hasGrid, y.names.isEmpty { canvas.line((left, place), (right, place), "grid") }
      canvas.text(tick.label, x: left - 6, y: place + 4, "label", anchor: .end)
    }
    for tick in xTicks {
      let place = px(tick.value)
      canvas.line((place, bottom), (place, bottom + 4), "axis")
      let half = TextMeasure.width(tick.label) / 2
      // Labels at the ends stay within the picture.
      let middle = min(Picture.width - 2 - half, max(2 + half, place))
      canvas.text(tick.label, x: middle, y: bottom + 20, "label", anchor: .middle)
    }
    canvas.line((left, bottom), (right, bottom), "axis")
    canvas.text(
      PlotAxis.label(x.title, unit: x.unit, width: Picture.width - 8), x: Picture.width - 4,
      y: bottom + 38, "label axis-title", anchor: .end, attributes: " data-axis=\"x\"")
  }
}
