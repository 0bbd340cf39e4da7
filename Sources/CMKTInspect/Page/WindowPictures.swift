/// How the first canonical correlation goes over the time of each recording.
struct WindowPictures {
  private let views: LatentViews
  /// Nil where there are no sound latents.
  private let course: WindowedCorrelation?

  /// Windows are ten decorrelation times long, but no recording has fewer than this for that.
  private static let leastWindows = 6
  /// No window is shorter, in rows.
  private static let leastRows = 16

  init(_ views: LatentViews, threads: Int) {
    self.views = views
    course = views.similarity.map { similarity in
      let longest = views.rows.recordings.map(\.count).max() ?? 0
      let wished = similarity.windows.windowRows
      let rows = min(wished, max(Self.leastRows, longest / Self.leastWindows))
      return rows == wished
        ? similarity.windows
        : WindowedCorrelation(
          first: similarity.firstVariates, second: similarity.secondVariates,
          recordings: views.rows.recordings, windowRows: rows, componentCount: 1, threads: threads)
    }
  }

  /// Fewer recordings than this are no aggregate.
  private static let leastRecordings = SmallCells.least

  private var windows: [[Double]] { course?.first ?? [] }

  private var longest: Int { windows.map(\.count).max() ?? 0 }

  /// The length of a window in the unit of the axis.
  private var step: Double { Double(course?.windowRows ?? 1) * (views.rows.secondsPerRow ?? 1) }

  private var axis: PlotAxis {
    let hasTimes = views.rows.secondsPerRow != nil
    return PlotAxis(
      hasTimes ? "time in the recording" : "place in the recording", unit: hasTimes ? "s" : "rows",
      from: 0, to: Double(longest) * step)
  }

  private var lengthWords: String {
    let rows = course?.windowRows ?? 0
    let seconds = views.rows.secondsPerRow.map { " (\(Wording.number(Double(rows) * $0)) s)" }
    let count = Double(rows) / Double(max(1, views.similarity?.decorrelationRows ?? 1))
    return "Windows of \(Wording.count(rows)) rows\(seconds ?? ""), \(Wording.number(count))"
      + " decorrelation times: single values swing widely, so look at their course."
  }

  private var hasCourse: Bool { longest > 1 && windows.contains { $0.contains(where: \.isFinite) } }

  /// Each recording by time; nil where no recording has two windows.
  var byRecording: Picture? {
    guard hasCourse else { return nil }
    let places = windows.indices.filter { windows[$0].contains(where: \.isFinite) }
    let cells = places.map { place in
      windows[place] + Array(repeating: .nan, count: longest - windows[place].count)
    }
    return HeatMap(
      x: axis, y: PlotAxis("recording", names: places.map { views.rows.recordingNames[$0] }),
      rows: cells, valueTitle: "correlation", valueUnit: PlotAxis.noUnit, map: .diverging,
      range: -1...1,
      emptyTitle: "no window", rowTitle: "recording", columnTitle: "time"
    ).picture(
      "windows-\(views.label)-\(views.strongName)", "\(views.label): correlation over time",
      summary: "The correlation of the first canonical pair in windows of each recording, from"
        + " blue, −1, over white to red, 1.",
      notes: [lengthWords])
  }

  /// Median and middle half of all recordings by time, where there are enough of them.
  var overRecordings: Picture? {
    guard hasCourse else { return nil }
    let found = (0..<longest).compactMap { window -> (x: Double, values: [Double])? in
      let values = windows.compactMap { window < $0.count ? $0[window] : nil }.filter(\.isFinite)
      guard values.count >= Self.leastRecordings else { return nil }
      return ((Double(window) + 0.5) * step, values)
    }
    guard found.count > 1 else { return nil }
    let ends = found.map { (low: Quantile.of($0.values, 0.25), high: Quantile.of($0.values, 0.75)) }
    let line = LineChart.Series(
      name: "median", points: found.map { ($0.x, Quantile.median($0.values)) }, band: ends,
      style: 0, marked: Array(found.indices))
    return LineChart(
      x: axis, y: PlotAxis("correlation", unit: PlotAxis.noUnit, from: -1, to: 1), series: [line],
      horizontals: [0]
    ).picture(
      "windows-\(views.label)-\(views.strongName)", "\(views.label): correlation over time",
      summary: "The correlation of the first canonical pair in windows of time: the median over"
        + " recordings, and the middle half of them.",
      notes: [
        lengthWords,
        "Windows that fewer than \(Self.leastRecordings) recordings have are left out.",
      ])
  }
}
