/// What the colours, dashes and marks of a plot stand for, in rows above it.
package struct Legend {
  /// What stands before a name.
  package enum Sample: Equatable, Sendable {
    /// A line, with the series' dashes.
    case line(series: Int)
    /// A line in ink: what the series are compared with.
    case gold
    case marks(series: Int)
    /// A mark of what is no series of its own.
    case others
    /// A mark whose shape alone matters.
    case shape(series: Int)
    /// A shaded area.
    case band(style: String)
    /// An area with a dashed edge.
    case outline
  }

  /// A name and the sample of what it names.
  package struct Item: Equatable, Sendable {
    var name: String
    var sample: Sample

    /// An item that reads `name`.
    package init(name: String, sample: Sample) {
      self.name = name
      self.sample = sample
    }
  }

  /// The height of a row, in units of the picture.
  package static let rowHeight = 18.0
  private static let sampleWidth = 24.0
  private static let gap = 14.0

  private let rows: [[(item: Item, x: Double, text: String)]]

  /// `items` in as many rows of `width` as they need.
  package init(_ items: [Item], width: Double) {
    var rows: [[(item: Item, x: Double, text: String)]] = []
    var x = 0.0
    for item in items {
      let text = TextMeasure.fitted(item.name, width: width - Self.sampleWidth - 6)
      let itemWidth = Self.sampleWidth + 6 + TextMeasure.width(text)
      if rows.isEmpty || x + itemWidth > width {
        rows.append([])
        x = 0
      }
      rows[rows.count - 1].append((item, x, text))
      x += itemWidth + Self.gap
    }
    self.rows = rows
  }

  /// The height of all rows.
  package var height: Double { Double(rows.count) * Self.rowHeight }

  func draw(on canvas: inout SVGCanvas, x: Double, y: Double) {
    for (number, row) in rows.enumerated() {
      let middle = y + (Double(number) + 0.5) * Self.rowHeight
      for entry in row {
        draw(entry.item.sample, on: &canvas, x: x + entry.x, y: middle)
        canvas.text(entry.text, x: x + entry.x + Self.sampleWidth + 6, y: middle + 4)
      }
    }
  }

  private func draw(_ sample: Sample, on canvas: inout SVGCanvas, x: Double, y: Double) {
    let end = x + Self.sampleWidth
    switch sample {
    case .line(let series):
      canvas.line(
        (x, y), (end, y), "line \(SeriesStyle.colour(series))", dash: SeriesStyle.dash(series))
    case .gold:
      canvas.line((x, y), (end, y), "gold")
    case .marks(let series):
      canvas.marks(
        [((x + end) / 2, y)], series: series, size: 4, "mark \(SeriesStyle.colour(series))")
    case .others:
      canvas.marks([((x + end) / 2, y)], series: 0, size: 4, "dot others")
    case .shape(let series):
      canvas.marks([((x + end) / 2, y)], series: series, size: 4, "mark ink")
    case .band(let style):
      canvas.rectangle(x: x, y: y - 5, width: Self.sampleWidth, height: 10, style)
    case .outline:
      canvas.rectangle(
        x: x, y: y - 5, width: Self.sampleWidth, height: 10, "outline", dash: "3 2")
    }
  }
}

/// What the colours of numbers stand for: a strip with its ends named, above a plot.
struct ColourBar {
  var title: String
  var unit: String
  var low: Double
  var high: Double
  var map: ColourMap

  static let height = 36.0

  func share(_ value: Double) -> Double { high > low ? (value - low) / (high - low) : 0.5 }

  func draw(on canvas: inout SVGCanvas, x: Double, y: Double, width: Double) {
    canvas.text(
      PlotAxis.label(title, unit: unit, width: width), x: x, y: y + 12, "label colour-title",
      attributes: " data-axis=\"colour\"")
    let step = (high - low) / 10
    let ends = [low, high].map { Ticks.label($0, step: step) }
    let widths = ends.map { TextMeasure.width($0) }
    let (start, end) = (x + widths[0] + 6, x + min(width, 260) - widths[1] - 6)
    canvas.text(ends[0], x: x, y: y + 30)
    canvas.text(ends[1], x: end + 6, y: y + 30)
    let count = 32
    let cell = (end - start) / Double(count)
    for index in 0..<count {
      let left = Markup.coordinate(start + Double(index) * cell)
      let wide = Markup.coordinate(cell + 0.3)
      canvas.fill(
        path: "M\(left) \(Markup.coordinate(y + 20))h\(wide)v10h-\(wide)Z",
        colour: map.colour((Double(index) + 0.5) / Double(count)), isCrisp: true)
    }
  }
}
