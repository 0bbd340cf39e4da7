import CMKTEngine
import CMKTFormat

/// Predictions against gold: all rows at once, and how far a prediction means what it says.
struct PredictionPictures {
  /// Scores of one target by several models.
  let entries: [(label: String, scored: ScoredTarget)]
  let isShared: Bool

  private var severalModels: Bool { entries.count > 1 }

  /// A row of pictures for each kind of picture, the models side by side.
  var rows: [[Picture]] {
    guard let kind = entries.first?.scored.kind else { return [] }
    let columnCount = min(4, entries.map(\.scored.gold.count).min() ?? 0)
    let columns = 0..<columnCount
    let rows: [[Picture]] =
      switch kind {
      case .regression:
        columns.flatMap { column in
          [entries.map { scatter($0, column) }, entries.map { calibration($0, column) }]
        }
      case .binary: [entries.map { calibration($0, 0) }, entries.map { confusion($0) }]
      case .multilabel: columns.map { column in entries.map { calibration($0, column) } }
      case .classes: [entries.map { confusion($0) }, entries.map { probabilities($0) }]
      }
    // The pictures of one model go together; models go side by side.
    return severalModels ? rows : [rows.flatMap { $0 }]
  }

  private typealias Entry = (label: String, scored: ScoredTarget)

  private func title(_ entry: Entry, _ what: String) -> String {
    severalModels ? "\(entry.label): \(what)" : what
  }

  private func axis(_ title: String) -> PlotAxis {
    ScoredTarget.axis(title, entries.map(\.scored), isShared: isShared)
  }

  // MARK: - Continuous targets

  /// Points where they may be shown and are few, else counts in cells.
  private func scatter(_ entry: Entry, _ column: Int) -> Picture {
    let name = entry.scored.title(of: column)
    let (gold, predicted) = (entry.scored.gold[column], entry.scored.predicted[column])
    let x = axis("gold \(name)")
    let y = axis("predicted \(name)")
    let key = "scatter-\(entry.label)-\(name)"
    let words =
      "Predicted against gold \(name) on \(Wording.count(gold.count)) rows; on the diagonal they"
      + " are equal."
    if !isShared, gold.count <= 1500 {
      return ScatterChart(
        x: x, y: y, points: Array(zip(gold, predicted)).map { ($0, $1) }, hasDiagonal: true
      ).picture(key, title(entry, "\(name), predicted and gold"), summary: words)
    }
    let size = 30
    var counts = Array(repeating: Array(repeating: 0, count: size), count: size)
    for (truth, guess) in zip(gold, predicted) {
      guard let across = Bins.bin(of: truth, in: x.low...x.high, count: size),
        let up = Bins.bin(of: guess, in: y.low...y.high, count: size)
      else { continue }
      counts[up][across] += 1
    }
    let cells = Self.cells(counts, of: gold.count, isShared: isShared)
    let most = cells.flatMap { $0 }.filter(\.isFinite).max() ?? 1
    let note =
      isShared
      ? ["Cells of fewer than \(SmallCells.least) rows, and the next smallest, are left out."] : []
    return HeatMap(
      x: x, y: y, rows: cells, valueTitle: "rows in a cell", valueUnit: PlotAxis.number,
      range: 0...Double(max(1, most)), emptyTitle: isShared ? "none or withheld" : "no rows",
      rowTitle: y.title, columnTitle: x.title
    ).picture(
      key, title(entry, "\(name), predicted and gold"),
      summary: words.replacing("; on the diagonal they are equal", with: ", counted in cells"),
      notes: note)
  }

  /// Counts as numbers; NaN where nothing is or what is there is withheld.
  ///
  /// - Parameter total: the rows within and beyond the cells.
  static func cells(_ counts: [[Int]], of total: Int, isShared: Bool) -> [[Double]] {
    let flat = counts.flatMap { $0 }
    let beyond = max(0, total - flat.reduce(0, +))
    let shown = SmallCells.shown(flat + [beyond], isShared: isShared)
    var place = 0
    return counts.map { row in
      row.map { _ -> Double in
        defer { place += 1 }
        return shown[place].flatMap { $0 == 0 ? nil : Double($0) } ?? .nan
      }
    }
  }

  /// Mean gold value in tenths of the rows by prediction.
  private func calibration(_ entry: Entry, _ column: Int) -> Picture {
    let scored = entry.scored
    let name = scored.title(of: column)
    let isContinuous = scored.kind == .regression
    let points = Self.tenths(
      of: scored, column: column, least: isShared ? SmallCells.leastRows : SmallCells.least)
    let x = axis(isContinuous ? "mean predicted \(name)" : "mean probability of \(name)")
    let y = axis(isContinuous ? "mean gold \(name)" : "share of \(name)")
    let line = LineChart.Series(
      name: "tenths of the rows", points: points.map { ($0.predicted, $0.gold) },
      band: points.map { ($0.low, $0.high) }, style: 0, marked: Array(points.indices))
    let (low, high) = (max(x.low, y.low), min(x.high, y.high))
    let diagonal = LineChart.Series(
      name: "as predicted", points: [(low, low), (high, high)], style: 5, isThin: true)
    return LineChart(x: x, y: y, series: [line, diagonal]).picture(
      "calibration-\(entry.label)-\(name)",
      title(entry, isContinuous ? "\(name), calibration" : "\(name), reliability"),
      summary: "Rows sorted by prediction in \(points.count) parts: the mean gold value of each,"
        + " with two standard errors (clustered by sequence); on the diagonal predictions mean"
        + " what they say.")
  }

  private struct CalibrationPoint {
    var predicted: Double
    var gold: Double
    var low: Double
    var high: Double
  }

  /// Ten parts of equal size by prediction, fewer where they would have fewer rows than `least`.
  private static func tenths(
    of scored: ScoredTarget, column: Int, least: Int
  ) -> [CalibrationPoint] {
    let (gold, predicted) = (scored.gold[column], scored.predicted[column])
    let order = predicted.indices.sorted {
      predicted[$0] == predicted[$1] ? $0 < $1 : predicted[$0] < predicted[$1]
    }
    guard order.count >= least else { return [] }
    let partCount = min(10, order.count / least)
    return (0..<partCount).map { part in
      let members = order[(part * order.count / partCount)..<((part + 1) * order.count / partCount)]
      let count = Double(members.count)
      let truth = members.reduce(0) { $0 + gold[$1] } / count
      let error = standardError(of: members.map { (scored.sequences[$0], gold[$0] - truth) })
      return CalibrationPoint(
        predicted: members.reduce(0) { $0 + predicted[$1] } / count, gold: truth,
        low: truth - 2 * error, high: truth + 2 * error)
    }
  }

  /// The standard error of a mean of rows whose deviations from it are alike within a sequence.
  ///
  ///     s² = G / (G − 1) · Σ_g (Σ_i∈g d_i)² / n²
  ///
  /// Source: Liang & Zeger 1986, with the usual correction for few clusters; NaN for one.
  private static func standardError(of deviations: [(sequence: Int, value: Double)]) -> Double {
    var sums: [Int: Double] = [:]
    for entry in deviations { sums[entry.sequence, default: 0] += entry.value }
    guard sums.count > 1 else { return .nan }
    let squares = sums.sorted { $0.key < $1.key }.reduce(0) { $0 + $1.value * $1.value }
    let (clusters, count) = (Double(sums.count), Double(deviations.count))
    return (clusters / (clusters - 1) * squares).squareRoot() / count
  }

  // MARK: - Classes

  private func classNames(_ scored: ScoredTarget) -> [String] {
    scored.kind == .binary ? ["0", "1"] : scored.columnNames
  }

  /// The class of each row that the model would say.
  private func guesses(_ scored: ScoredTarget) -> [Int] {
    (0..<scored.rowCount).map { row in
      if scored.kind == .binary { return scored.predicted[0][row] >= 0.5 ? 1 : 0 }
      return scored.predicted.indices.max {
        scored.predicted[$0][row] < scored.predicted[$1][row]
      } ?? 0
    }
  }

  private func confusion(_ entry: Entry) -> Picture {
    let scored = entry.scored
    let names = classNames(scored)
    var counts = Array(repeating: Array(repeating: 0, count: names.count), count: names.count)
    for (truth, guess) in zip(scored.gold[0], guesses(scored)) {
      guard let row = Int(exactly: truth), counts.indices.contains(row),
        counts.indices.contains(guess)
      else { continue }
      counts[row][guess] += 1
    }
    let (shares, texts) = wording(of: counts)
    return HeatMap(
      x: PlotAxis("predicted class", names: names), y: PlotAxis("gold class", names: names),
      rows: shares, valueTitle: "share of the gold class", valueUnit: "%", range: 0...100,
      texts: texts, emptyTitle: "withheld", rowTitle: "gold class", columnTitle: "predicted class"
    ).picture(
      "confusion-\(entry.label)-\(scored.name)", title(entry, "\(scored.name), confusion"),
      summary: "How the rows of each gold class are predicted, \(Wording.count(scored.rowCount))"
        + " rows in all.",
      notes: shares.contains { $0.contains(where: \.isNaN) }
        ? [
          "Cells of fewer than \(SmallCells.least) rows, the next smallest of their gold class, and"
            + " gold classes of fewer than \(SmallCells.leastRows) rows are left out."
        ] : [])
  }

  /// The share of each cell in its row in percent, NaN where withheld, and what is written there.
  private func wording(of counts: [[Int]]) -> (shares: [[Double]], texts: [[String]]) {
    let cells = counts.map { row -> [(share: Double, text: String)] in
      let total = Double(max(1, row.reduce(0, +)))
      return SmallCells.shown(row, isShared: isShared).map { count in
        guard let count else { return (.nan, "–") }
        let share = 100 * Double(count) / total
        let percent = "\(Wording.fixed(share, 0)) %"
        return (share, counts.count > 3 ? percent : "\(Wording.count(count)) (\(percent))")
      }
    }
    return (cells.map { $0.map(\.share) }, cells.map { $0.map(\.text) })
  }

  /// The mean probability of each class on the rows of each gold class.
  private func probabilities(_ entry: Entry) -> Picture {
    let scored = entry.scored
    let names = classNames(scored)
    let members = names.indices.map { index in
      scored.gold[0].indices.filter { scored.gold[0][$0] == Double(index) }
    }
    let means = members.map { rows in
      names.indices.map { column -> Double in
        guard !rows.isEmpty, SmallCells.hasEnough(rows.count, isShared: isShared) else {
          return .nan
        }
        return rows.reduce(0) { $0 + scored.predicted[column][$1] } / Double(rows.count)
      }
    }
    return HeatMap(
      x: PlotAxis("class", names: names), y: PlotAxis("gold class", names: names), rows: means,
      valueTitle: "mean probability", valueUnit: PlotAxis.noUnit, range: 0...1,
      texts: means.map { $0.map { $0.isFinite ? Wording.fixed($0, 2) : "–" } },
      rowTitle: "gold class", columnTitle: "class"
    ).picture(
      "probabilities-\(entry.label)-\(scored.name)",
      title(entry, "\(scored.name), probabilities"),
      summary: "The mean probability that the model gives each class, by gold class.")
  }
}
