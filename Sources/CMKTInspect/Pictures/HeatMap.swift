/// A matrix of numbers as colours.
struct HeatMap {
  /// Names of rows and columns, or axes of numbers that the cells share evenly.
  var x: PlotAxis
  var y: PlotAxis
  /// By row, of equal length; the first is on top where the y axis has names, else at the bottom.
  var rows: [[Double]]
  var valueTitle: String
  var valueUnit: String
  var map = ColourMap.sequential
  /// What the ends of the colours mean; nil for the least and the largest value.
  var range: ClosedRange<Double>?
  /// Numbers in the cells, where they are few; nil for none.
  var texts: [[String]]?
  /// What a cell without a number means.
  var emptyTitle = "no value"
  var rowTitle = "row"
  var columnTitle = "column"

  /// Cells that are drawn each way; a larger matrix is averaged over neighbours.
  private static let limit = (rows: 64, columns: 120)

  func picture(_ key: String, _ title: String, summary: String, notes: [String] = []) -> Picture {
    let (cells, isBinned) = binned
    let finite = rows.flatMap { $0 }.filter(\.isFinite)
    let ends = range ?? (finite.min() ?? 0)...(finite.max() ?? 1)
    let bar = ColourBar(
      title: "colour: " + valueTitle, unit: valueUnit, low: ends.lowerBound,
      high: ends.upperBound, map: map)
    let isHollow = cells.contains { $0.contains { !$0.isFinite } }
    var frame = PlotFrame(
      x: x, y: y, plotHeight: plotHeight,
      legend: isHollow ? [Legend.Item(name: emptyTitle, sample: .band(style: "empty"))] : [],
      colours: bar, hasGrid: false, isTopDown: isTopDown)
    frame.draw { canvas, frame in
      if isHollow {
        canvas.rectangle(
          x: frame.left, y: frame.top, width: frame.right - frame.left,
          height: frame.bottom - frame.top, "empty")
      }
      draw(cells, bar, on: &canvas, in: frame)
      if let texts { draw(texts, bar, on: &canvas, in: frame) }
    }
    let cut =
      isBinned
      ? ["Each cell is the mean of neighbours: \(rows.count) × \(rows.first?.count ?? 0) numbers."]
      : []
    return Picture(
      key, title, summary: summary, frame: frame, table: table(cells), notes: notes + cut)
  }

  private var isTopDown: Bool { !y.names.isEmpty }

  /// Such that every name of a row has a line of its own where they are not too many.
  private var plotHeight: Double {
    let count = Double(rows.count)
    if texts != nil { return min(260, max(120, count * 30)) }
    return isTopDown ? min(480, max(60, count * 15.5)) : min(260, max(180, count * 14))
  }

  /// The upper edge of row `row` of `count`.
  private func top(of row: Int, _ count: Int, in frame: PlotFrame) -> Double {
    let height = (frame.bottom - frame.top) / Double(max(1, count))
    return frame.top + Double(isTopDown ? row : count - 1 - row) * height
  }

  private var binned: (cells: [[Double]], isBinned: Bool) {
    let width = rows.first?.count ?? 0
    let (height, isTall) = (rows.count, rows.count > Self.limit.rows)
    guard isTall || width > Self.limit.columns else { return (rows, false) }
    let newRows = min(height, Self.limit.rows)
    let newColumns = min(width, Self.limit.columns)
    let cells = (0..<newRows).map { row in
      let from = row * height / newRows
      let to = max(from + 1, (row + 1) * height / newRows)
      return (0..<newColumns).map { column -> Double in
        let start = column * width / newColumns
        let end = max(start + 1, (column + 1) * width / newColumns)
        let values = (from..<to).flatMap { rows[$0][start..<end] }.filter(\.isFinite)
        return values.isEmpty ? .nan : values.reduce(0, +) / Double(values.count)
      }
    }
    return (cells, true)
  }

  /// Cells of one of 40 colours make one path; neighbours of one colour in a row one rectangle.
  private func draw(
    _ cells: [[Double]], _ bar: ColourBar, on canvas: inout SVGCanvas, in frame: PlotFrame
  ) {
    let levels = 40
    var paths: [Int: String] = [:]
    let height = (frame.bottom - frame.top) / Double(max(1, cells.count))
    for (row, values) in cells.enumerated() {
      let width = (frame.right - frame.left) / Double(max(1, values.count))
      let numbers = values.map { value -> Int in
        let share = bar.share(value)
        return Bins.level(of: share, count: levels) ?? -1
      }
      var start = 0
      while start < numbers.count {
        var end = start + 1
        while end < numbers.count, numbers[end] == numbers[start] { end += 1 }
        if numbers[start] >= 0 {
          let left = Markup.coordinate(frame.left + Double(start) * width)
          let top = Markup.coordinate(top(of: row, cells.count, in: frame))
          // A little over the edge, so that no slit is left between neighbours.
          let wide = Markup.coordinate(Double(end - start) * width + 0.4)
          let high = Markup.coordinate(height + 0.4)
          paths[numbers[start], default: ""] += "M\(left) \(top)h\(wide)v\(high)h-\(wide)Z"
        }
        start = end
      }
    }
    for (level, path) in paths.sorted(by: { $0.key < $1.key }) {
      canvas.fill(
        path: path, colour: map.colour((Double(level) + 0.5) / Double(levels)), isCrisp: true)
    }
  }

  private func draw(
    _ texts: [[String]], _ bar: ColourBar, on canvas: inout SVGCanvas, in frame: PlotFrame
  ) {
    let height = (frame.bottom - frame.top) / Double(max(1, texts.count))
    for (row, words) in texts.enumerated() {
      let width = (frame.right - frame.left) / Double(max(1, words.count))
      for (column, word) in words.enumerated() where TextMeasure.width(word) < width - 2 {
        let share = bar.share(rows[row][column])
        canvas.text(
          word, x: frame.left + (Double(column) + 0.5) * width,
          y: top(of: row, texts.count, in: frame) + height / 2 + 4,
          style(of: share), anchor: .middle)
      }
    }
  }

  /// An empty cell follows the scheme, light or dark, so what stands there has the colour of ink.
  private func style(of share: Double) -> String {
    guard share.isFinite else { return "label" }
    return map.isLight(share) ? "label on-light" : "label on-dark"
  }

  private func table(_ cells: [[Double]]) -> ReportTable {
    let columns = [
      ReportColumn(Markup.key(rowTitle), rowTitle, isNumeric: y.names.isEmpty),
      ReportColumn(Markup.key(columnTitle), columnTitle, isNumeric: x.names.isEmpty),
      ReportColumn("value", PlotAxis.label(valueTitle, unit: valueUnit), isNumeric: true),
    ]
    let body = cells.enumerated().flatMap { row, values in
      values.enumerated().map { column, value -> [ReportCell] in
        [
          Self.name(row, of: cells.count, on: y), Self.name(column, of: values.count, on: x),
          .number(value.isFinite ? value : nil),
        ]
      }
    }
    return ReportTable(columns, rows: body)
  }

  /// The name of cell `index` of `count`, or the middle of what it spans.
  private static func name(_ index: Int, of count: Int, on axis: PlotAxis) -> ReportCell {
    if axis.names.indices.contains(index) { return .text(axis.names[index]) }
    let share = (Double(index) + 0.5) / Double(max(1, count))
    return .number(axis.low + share * (axis.high - axis.low))
  }
}
