import Tensors

/// What latents look like, row by row: none of this stands on a page that is handed on.
struct LatentLooks {
  let views: LatentViews
  let threads: Int

  /// As many recordings have their way drawn, of as many steps each.
  private static let trajectoryCount = 3
  private static let stepCount = 12
  static let pointLimit = 1200
  /// As many rows are told apart as neighbours: the cost grows by their square.
  private static let neighbourLimit = 800

  var title: String { "\(views.label)" }

  // MARK: - Colours

  /// What the colours of rows say: the first target of the model.
  func colouring(_ rows: [Int]) -> ScatterChart.Colouring {
    guard let target = views.target, target.values.columns > 0 else { return .none }
    let numbers = rows.map { target.values[$0, 0] }
    if target.isContinuous { return .value(title: target.name, unit: PlotAxis.noUnit, numbers) }
    let count = max(2, target.classNames.count)
    let names = (0..<count).map { index in
      let name = target.classNames.indices.contains(index) ? target.classNames[index] : "\(index)"
      return "\(target.name) \(name)"
    }
    let groups = numbers.map { number in
      Int(exactly: number).map { min(count, max(0, $0)) } ?? count
    }
    return .group(names: groups.contains(count) ? names + ["no label"] : names, groups)
  }

  var colourWords: String { views.target.map { ", coloured by \($0.name)" } ?? "" }

  static func thinning(_ shown: Int, _ all: Int) -> [String] {
    shown < all
      ? ["\(Wording.count(shown)) of \(Wording.count(all)) rows are shown, at even steps."] : []
  }

  // MARK: - Planes

  /// Both latents along their principal components and as neighbours.
  var planes: [Picture] {
    [("weak", views.rows.first), ("strong", views.rows.second)].flatMap { side, view in
      [components(side, view), neighbours(side, view)].compactMap { $0 }
    }
  }

  /// The longest recordings, the first of equal ones.
  private var chosenRecordings: [Int] {
    let ranges = views.rows.recordings
    return ranges.indices.sorted {
      ranges[$0].count == ranges[$1].count ? $0 < $1 : ranges[$0].count > ranges[$1].count
    }.prefix(Self.trajectoryCount).filter { ranges[$0].count >= 2 * Self.stepCount }.sorted()
  }

  private func components(_ side: String, _ view: Matrix) -> Picture? {
    guard view.columns > 1,
      let found = PrincipalComponents(of: view, count: 2, threads: threads)
    else { return nil }
    let rows = ScatterChart.thinned(view.rows, to: Self.pointLimit)
    let scores = found.scores(of: view, threads: threads)
    let points = rows.map { (x: scores[$0, 0], y: scores[$0, 1]) }
    let ways = chosenRecordings.map { recording in
      ScatterChart.Trajectory(
        name: views.rows.recordingNames[recording],
        points: way(views.rows.recordings[recording]) { (scores[$0, 0], scores[$0, 1]) })
    }
    let shares = found.varianceShares.map { Wording.percent($0) }
    return ScatterChart(
      x: PlotAxis("component 1", unit: "latent units", covering: points.map(\.x)),
      y: PlotAxis("component 2", unit: "latent units", covering: points.map(\.y)),
      points: points, colouring: colouring(rows), trajectories: ways
    ).picture(
      "components-\(views.label)-\(views.strongName)-\(side)",
      "\(title): \(side) latent, principal components",
      summary: "Each row of the \(side) latent along its two strongest components, which hold"
        + " \(shares.joined(separator: " and ")) of the variance\(colourWords).",
      notes: Self.thinning(rows.count, view.rows) + wayNotes(ways))
  }

  private func neighbours(_ side: String, _ view: Matrix) -> Picture? {
    let rows = ScatterChart.thinned(view.rows, to: Self.neighbourLimit)
    guard let found = NeighbourEmbedding(of: view.rows(at: rows), threads: threads) else {
      return nil
    }
    let positions = found.positions
    let points = rows.indices.map { (x: positions[$0, 0], y: positions[$0, 1]) }
    let ways = chosenRecordings.compactMap { recording -> ScatterChart.Trajectory? in
      let range = views.rows.recordings[recording]
      let places = rows.indices.filter { range.contains(rows[$0]) }
      guard let first = places.first, let last = places.last, places.count >= Self.stepCount else {
        return nil
      }
      return ScatterChart.Trajectory(
        name: views.rows.recordingNames[recording],
        points: way(first..<(last + 1)) { (positions[$0, 0], positions[$0, 1]) })
    }
    return ScatterChart(
      x: PlotAxis("t-SNE 1", unit: PlotAxis.noUnit, covering: points.map(\.x)),
      y: PlotAxis("t-SNE 2", unit: PlotAxis.noUnit, covering: points.map(\.y)), points: points,
      colouring: colouring(rows), trajectories: ways
    ).picture(
      "neighbours-\(views.label)-\(views.strongName)-\(side)",
      "\(title): \(side) latent, neighbours (t\u{2011}SNE)",
      summary: "Rows of the \(side) latent such that neighbours stay neighbours\(colourWords);"
        + " distances between clusters and their sizes mean nothing.",
      notes: [
        "Perplexity \(Wording.number(found.perplexity)), divergence"
          + " \(Wording.number(found.divergence)) nats."
      ] + Self.thinning(rows.count, view.rows) + wayNotes(ways))
  }

  /// The means of at most `stepCount` stretches of `range`.
  private func way(
    _ range: Range<Int>, _ point: (Int) -> (x: Double, y: Double)
  ) -> [(x: Double, y: Double)] {
    let count = min(Self.stepCount, range.count)
    return (0..<count).map { step in
      let start = range.lowerBound + step * range.count / count
      let end = range.lowerBound + (step + 1) * range.count / count
      let places = (start..<end).map(point)
      let size = Double(max(1, places.count))
      return (
        places.reduce(0) { $0 + $1.x } / size, places.reduce(0) { $0 + $1.y } / size
      )
    }
  }

  private func wayNotes(_ ways: [ScatterChart.Trajectory]) -> [String] {
    ways.isEmpty
      ? []
      : [
        "Lines: the way of the longest recordings from a dot to an arrow, means of"
          + " \(Self.stepCount) stretches of time."
      ]
  }

  // MARK: - Over time

  /// Both latents over the time of the longest recording.
  var courses: [Picture] {
    guard let moments = views.similarity?.moments, let recording = longest else { return [] }
    let range = views.rows.recordings[recording]
    let root = Double(max(1, moments.rowCount - 1)).squareRoot()
    return [
      ("weak", views.rows.first, moments.firstMean, moments.firstProducts),
      ("strong", views.rows.second, moments.secondMean, moments.secondProducts),
    ].map { side, view, means, products in
      let deviations = products.inverseRootDiagonal.map { $0 > 0 ? 1 / ($0 * root) : 0 }
      let course = TimeCourse(
        of: view, rows: range, binCount: 100, means: means, deviations: deviations)
      return picture(side, recording, course)
    }
  }

  private var longest: Int? {
    let ranges = views.rows.recordings
    return ranges.indices.max { (ranges[$0].count, -$0) < (ranges[$1].count, -$1) }
  }

  private func picture(_ side: String, _ recording: Int, _ course: TimeCourse) -> Picture {
    let range = views.rows.recordings[recording]
    let name = views.rows.recordingNames[recording]
    let cells = (0..<course.values.columns).map { column in
      (0..<course.values.rows).map { course.values[$0, column] }
    }
    let step = views.rows.secondsPerRow
    let start = step == nil ? 0 : views.rows.seconds?[range.lowerBound] ?? 0
    return HeatMap(
      x: PlotAxis(
        step == nil ? "place in the recording" : "time", unit: step == nil ? "rows" : "s",
        from: start, to: start + Double(range.count) * (step ?? 1)),
      y: PlotAxis(
        "\(side) latent", unit: PlotAxis.number, from: 0.5,
        to: Double(max(1, cells.count)) + 0.5, isWhole: true), rows: cells, valueTitle: "value",
      valueUnit: "standard deviations",
      map: .diverging, range: -3...3, rowTitle: "latent number", columnTitle: "time"
    ).picture(
      "course-\(views.label)-\(views.strongName)-\(side)",
      "\(title): \(side) latent over time, \(name)",
      summary: "Every number of the \(side) latent over the longest recording, in standard"
        + " deviations over all recordings.")
  }
}
