/// Single values side by side, with the interval of the whole: how unlike groups are.
struct StripPlot {
  struct Column {
    var name: String
    /// One for each group, in any order.
    var values: [Double]
    var whole: Double?
    var interval: (low: Double, high: Double)?
    var style: Int
  }

  var y: PlotAxis
  var columnTitle: String
  var valueName: String
  var wholeName: String
  var columns: [Column]

  func picture(_ key: String, _ title: String, summary: String, notes: [String] = []) -> Picture {
    let x = PlotAxis(columnTitle, names: columns.map(\.name))
    let legend = [
      Legend.Item(name: valueName, sample: .shape(series: 0)),
      Legend.Item(name: wholeName, sample: .shape(series: 1)),
    ]
    var frame = PlotFrame(x: x, y: y, legend: legend)
    frame.reference(y: 0)
    frame.draw { canvas, frame in
      for (number, column) in columns.enumerated() {
        draw(column, Double(number), on: &canvas, in: frame)
      }
    }
    return Picture(key, title, summary: summary, frame: frame, table: table, notes: notes)
  }

  private func draw(
    _ column: Column, _ place: Double, on canvas: inout SVGCanvas, in frame: PlotFrame
  ) {
    let colour = SeriesStyle.colour(column.style)
    let sorted = column.values.filter(\.isFinite).sorted()
    // Neighbours in value stand apart, at steps that repeat only after five.
    let dots = sorted.enumerated().map { rank, value in
      frame.point(place - 0.16 + 0.06 * Double((rank * 2) % 5 - 2), value)
    }
    canvas.marks(dots, series: 0, size: 2.8, "dot \(colour)")
    let x = frame.px(place + 0.2)
    if let ends = column.interval, ends.low.isFinite, ends.high.isFinite {
      canvas.line((x, frame.py(ends.low)), (x, frame.py(ends.high)), "line \(colour)")
      for end in [ends.low, ends.high] {
        canvas.line((x - 5, frame.py(end)), (x + 5, frame.py(end)), "line \(colour)")
      }
    }
    if let whole = column.whole, whole.isFinite {
      canvas.marks([(x, frame.py(whole))], series: 1, size: 4, "mark \(colour)")
    }
  }

  /// Values by rank, so that no group is told.
  private var table: ReportTable {
    var rows: [[ReportCell]] = []
    for column in columns {
      rows.append([
        .text(column.name), .text(wholeName), .number(column.whole),
        .number(column.interval?.low), .number(column.interval?.high),
      ])
      for (rank, value) in column.values.filter(\.isFinite).sorted(by: >).enumerated() {
        rows.append([
          .text(column.name), .text("\(valueName) \(rank + 1)"), .number(value), .number(nil),
          .number(nil),
        ])
      }
    }
    return ReportTable(
      [
        ReportColumn("column", columnTitle), ReportColumn("what"),
        ReportColumn("value", y.label, isNumeric: true), ReportColumn("low", isNumeric: true),
        ReportColumn("high", isNumeric: true),
      ], rows: rows)
  }
}
