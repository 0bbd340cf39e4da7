/// Boxes in two columns, read from the top, with arrows between them.
struct FlowDiagram {
  struct Box {
    /// 0 or 1.
    var column: Int
    /// From the top.
    var row: Int
    var title: String
    var lines: [String]
    /// Dashed: only there in training.
    var isQuiet: Bool
  }

  struct Arrow {
    /// Indices of boxes.
    var from: Int
    var to: Int
    var name: String
    var isQuiet: Bool
    /// Heads at both ends.
    var isMutual = false
  }

  var boxes: [Box]
  var arrows: [Arrow]
  var headings: [String]
  var table: ReportTable

  private static let boxWidth = 140.0
  private static let columns = [6.0, Picture.width - 6 - boxWidth]
  private static let lineHeight = 15.0
  private static let gap = 30.0
  private static let top = 26.0

  func picture(_ key: String, _ title: String, summary: String, notes: [String] = []) -> Picture {
    var canvas = SVGCanvas()
    for (column, heading) in headings.enumerated() where column < 2 {
      let text = TextMeasure.fitted(heading, width: 180)
      canvas.text(
        text, x: Self.columns[column] + (column == 0 ? 0 : Self.boxWidth), y: 16, "label strong",
        anchor: column == 0 ? .start : .end)
    }
    let (places, height) = layout
    for arrow in arrows { draw(arrow, places, on: &canvas) }
    for (box, place) in zip(boxes, places) { draw(box, place, on: &canvas) }
    return Picture(
      key, title, summary: summary, canvas: canvas, height: height, table: table, notes: notes,
      hasAxes: false)
  }

  private typealias Place = (x: Double, y: Double, height: Double)

  private func words(of box: Box) -> [String] {
    let width = Self.boxWidth - 14
    return TextMeasure.wrapped(box.title, width: width).prefix(2)
      + box.lines.flatMap { TextMeasure.wrapped($0, width: width).prefix(2) }
  }

  /// Rows are as high as their highest box.
  private var layout: (places: [Place], height: Double) {
    let rowCount = (boxes.map(\.row).max() ?? 0) + 1
    var heights = Array(repeating: 0.0, count: rowCount)
    for box in boxes {
      heights[box.row] = max(
        heights[box.row], Double(words(of: box).count) * Self.lineHeight + 12)
    }
    var tops: [Double] = []
    var y = Self.top
    for height in heights {
      tops.append(y)
      y += height + Self.gap
    }
    let places = boxes.map { box in
      Place(x: Self.columns[min(1, max(0, box.column))], y: tops[box.row], height: heights[box.row])
    }
    return (places, y - Self.gap + 6)
  }

  private func draw(_ box: Box, _ place: Place, on canvas: inout SVGCanvas) {
    canvas.rectangle(
      x: place.x, y: place.y, width: Self.boxWidth, height: place.height,
      box.isQuiet ? "box-quiet" : "box", dash: box.isQuiet ? "4 3" : nil, radius: 4)
    let lines = words(of: box)
    let titleCount = TextMeasure.wrapped(box.title, width: Self.boxWidth - 14).prefix(2).count
    let start = place.y + (place.height - Double(lines.count) * Self.lineHeight) / 2
    for (number, line) in lines.enumerated() {
      canvas.text(
        line, x: place.x + Self.boxWidth / 2,
        y: start + (Double(number) + 0.5) * Self.lineHeight + 4,
        number < titleCount ? "label strong" : "label quiet", anchor: .middle)
    }
  }

  private func draw(_ arrow: Arrow, _ places: [Place], on canvas: inout SVGCanvas) {
    guard places.indices.contains(arrow.from), places.indices.contains(arrow.to) else { return }
    let (from, to) = (places[arrow.from], places[arrow.to])
    let dash = arrow.isQuiet ? "4 3" : nil
    let start: (x: Double, y: Double)
    let end: (x: Double, y: Double)
    if from.x == to.x {
      let isDown = from.y < to.y
      start = (from.x + Self.boxWidth / 2, isDown ? from.y + from.height : from.y)
      end = (to.x + Self.boxWidth / 2, isDown ? to.y : to.y + to.height)
    } else {
      let isRight = from.x < to.x
      // What goes to a lower row leaves below what goes across.
      let share = from.y < to.y ? 0.8 : 0.5
      start = (isRight ? from.x + Self.boxWidth : from.x, from.y + from.height * share)
      end = (isRight ? to.x : to.x + Self.boxWidth, to.y + to.height / 2)
    }
    canvas.line(start, end, "arrow", dash: dash)
    canvas.arrowHead(at: end, dx: end.x - start.x, dy: end.y - start.y, "arrow-head")
    if arrow.isMutual {
      canvas.arrowHead(at: start, dx: start.x - end.x, dy: start.y - end.y, "arrow-head")
    }
    name(arrow, start, end, isAcross: from.x != to.x, on: &canvas)
  }

  private func name(
    _ arrow: Arrow, _ start: (x: Double, y: Double), _ end: (x: Double, y: Double),
    isAcross: Bool, on canvas: inout SVGCanvas
  ) {
    guard !arrow.name.isEmpty else { return }
    if isAcross {
      let width = abs(end.x - start.x) - 4
      let lines = TextMeasure.wrapped(arrow.name, width: width)
      for (number, line) in lines.enumerated() {
        let y = (start.y + end.y) / 2 - 7 - Double(lines.count - 1 - number) * Self.lineHeight
        canvas.text(line, x: (start.x + end.x) / 2, y: y, "label quiet", anchor: .middle)
      }
    } else {
      canvas.text(
        TextMeasure.fitted(arrow.name, width: 100), x: start.x + 8,
        y: (start.y + end.y) / 2 + 4, "label quiet")
    }
  }
}
