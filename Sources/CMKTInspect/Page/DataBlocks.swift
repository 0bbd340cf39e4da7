import CMKTFormat
import Tensors

/// What a features file holds: targets by split, what is valid, and how splits drift apart.
struct DataBlocks {
  let given: GivenFeatures
  let isShared: Bool

  private var file: FeaturesFile { given.file }

  var pictures: [Picture] {
    file.targets.keys.sorted().flatMap(histograms) + [validShares] + drifts
  }

  /// The splits that have sequences.
  private var splits: [Split] {
    Split.allCases.filter { file.sequences.splits.contains($0) }
  }

  /// The split of each row of `level`; empty for rows on a time axis of their own.
  private func rowSplits(of level: Level, ownOffsets: [Int]?) -> [Split] {
    let table = file.sequences
    switch level {
    case .frame:
      return (0..<table.count).flatMap { index in
        Array(repeating: table.splits[index], count: table.frames(of: index).count)
      }
    case .sequence: return table.splits
    case .segment(let name):
      return (file.segments[name]?.sequence ?? []).map { table.splits[$0] }
    case .own:
      guard let offsets = ownOffsets, offsets.count == table.count + 1 else { return [] }
      return (0..<table.count).flatMap { index in
        Array(repeating: table.splits[index], count: max(0, offsets[index + 1] - offsets[index]))
      }
    }
  }

  // MARK: - Targets

  private func histograms(of name: String) -> [Picture] {
    guard let target = file.targets[name] else { return [] }
    let rowSplits = rowSplits(of: target.level, ownOffsets: nil)
    guard rowSplits.count == target.rowCount else { return [] }
    return (0..<min(4, target.columnCount)).compactMap { column in
      let values = splits.map { split in
        (0..<target.rowCount).filter { rowSplits[$0] == split && target.valid[$0] }.map {
          Double(target.values.elements[$0 * target.columnCount + column])
        }.filter(\.isFinite)
      }
      .map { isShared && $0.count < SmallCells.leastRows ? [] : $0 }
      guard values.contains(where: { !$0.isEmpty }) else { return nil }
      let hasNames = target.columnCount > 1 && target.names.count == target.columnCount
      let title = hasNames ? "\(name)/\(target.names[column])" : name
      return target.kind == .regression
        ? histogram(title, values, isShared ? target.sharedRange : target.range)
        : classes(title, values, target)
    }
  }

  private func histogram(
    _ title: String, _ values: [[Double]], _ range: ClosedRange<Double>?
  ) -> Picture {
    let found = values.flatMap { $0 }
    let x: PlotAxis
    if let range {
      x = PlotAxis(title, unit: PlotAxis.noUnit, from: range.lowerBound, to: range.upperBound)
    } else if isShared {
      x = PlotAxis(title, aggregating: found)
    } else {
      x = PlotAxis(title, unit: PlotAxis.noUnit, from: found.min() ?? 0, to: found.max() ?? 1)
    }
    let binCount = 20
    let edges = (0...binCount).map { step in
      x.low + (x.high - x.low) * Double(step) / Double(binCount)
    }
    // The last two count what lies below and above the axis.
    let counts = values.map { values -> [Int] in
      var counts = Array(repeating: 0, count: binCount + 2)
      for value in values {
        let bin = Bins.bin(of: value, in: x.low...x.high, count: binCount)
        counts[bin ?? (value < x.low ? binCount : binCount + 1)] += 1
      }
      return counts
    }
    let shares = counts.map(shares)
    let series = zip(splits, shares).enumerated().map { number, entry in
      BarChart.Series(
        name: entry.0.rawValue, values: Array(entry.1.prefix(binCount)), style: number)
    }
    let heights = series.flatMap { $0.values.compactMap { $0 } }
    return BarChart(
      x: x, y: PlotAxis("share of the rows", unit: "%", covering: heights, andZero: true),
      edges: edges, series: series
    ).picture(
      "target-\(given.label)-\(title)", "\(title) by split",
      summary: "The distribution of \(title) over its valid rows in \(binCount) steps, by split.",
      notes: outside(counts, shares) + withheld("Steps", shares))
  }

  /// The cells of one split in percent of its rows, nil where they are withheld.
  private func shares(of counts: [Int]) -> [Double?] {
    let total = Double(max(1, counts.reduce(0, +)))
    return SmallCells.shown(counts, isShared: isShared).map { count in
      count.map { 100 * Double($0) / total }
    }
  }

  /// How much of each split lies beyond the axis: the last two of its cells.
  private func outside(_ counts: [[Int]], _ shares: [[Double?]]) -> [String] {
    zip(splits, zip(counts, shares)).compactMap { split, cells in
      let (counts, shares) = (cells.0.suffix(2), cells.1.suffix(2))
      guard counts.contains(where: { $0 > 0 }) else { return nil }
      let words = shares.map { share in share.map { "\(Wording.number($0)) %" } ?? "withheld" }
      return "Beyond the axis in \(split.rawValue): below \(words[0]), above \(words[1])."
    }
  }

  private func withheld(_ cells: String, _ shares: [[Double?]]) -> [String] {
    guard shares.contains(where: { $0.contains { $0 == nil } }) else { return [] }
    return [
      "\(cells) of fewer than \(SmallCells.least) rows, the next smallest with them, and splits of"
        + " fewer than \(SmallCells.leastRows) rows are left out."
    ]
  }

  private func classes(_ title: String, _ values: [[Double]], _ target: Target) -> Picture {
    let count = target.kind == .classes ? max(1, target.classCount) : 2
    let isNamed = target.kind != .multilabel && target.names.count == count
    let names = (0..<count).map { isNamed ? target.names[$0] : "\($0)" }
    let shares = values.map { values -> [Double?] in
      var counts = Array(repeating: 0, count: count)
      for value in values {
        if let index = Int(exactly: value), counts.indices.contains(index) { counts[index] += 1 }
      }
      return self.shares(of: counts)
    }
    let series = zip(splits, shares).enumerated().map { number, entry in
      BarChart.Series(name: entry.0.rawValue, values: entry.1, style: number)
    }
    let heights = series.flatMap { $0.values.compactMap { $0 } }
    return BarChart(
      x: PlotAxis(title, names: names),
      y: PlotAxis("share of the rows", unit: "%", covering: heights, andZero: true),
      series: series
    ).picture(
      "target-\(given.label)-\(title)", "\(title) by split",
      summary: "How the valid rows of \(title) share out over its classes, by split.",
      notes: withheld("Classes", shares))
  }

  // MARK: - Modalities

  private var modalityNames: [String] { file.modalities.keys.sorted() }

  private var validShares: Picture {
    let series = splits.enumerated().map { number, split in
      BarChart.Series(
        name: split.rawValue,
        values: modalityNames.map { name in
          file.modalities[name].flatMap { validShare(of: $0, in: split) }
        }, style: number)
    }
    return BarChart(
      x: PlotAxis("modality", names: modalityNames),
      y: PlotAxis("valid values", unit: "%", from: 0, to: 100), series: series
    ).picture(
      "valid-\(given.label)", "Valid values by split",
      summary: "The share of the values of each modality that may be used, by split.")
  }

  private func validShare(of modality: Modality, in split: Split) -> Double? {
    let rowSplits = rowSplits(of: modality.level, ownOffsets: modality.ownAxis?.offsets)
    guard rowSplits.count == modality.rowCount else { return nil }
    let rows = rowSplits.indices.filter { rowSplits[$0] == split }
    guard !rows.isEmpty else { return nil }
    let width = modality.featureCount
    let valid =
      switch modality.validity {
      case .rows(let flags): Double(rows.count { flags[$0] }) / Double(rows.count)
      case .elements(let flags):
        Double(
          rows.reduce(0) { $0 + flags[($1 * width)..<(($1 + 1) * width)].count { $0 } })
          / (Double(rows.count) * Double(max(1, width)))
      }
    return 100 * valid
  }

  /// How far the means of the columns lie from those of the training split, the furthest first.
  private var drifts: [Picture] {
    guard splits.contains(.train), splits.contains(where: { $0 == .valid || $0 == .test }) else {
      return []
    }
    return modalityNames.compactMap { name in
      guard let modality = file.modalities[name] else { return nil }
      let rowSplits = rowSplits(of: modality.level, ownOffsets: modality.ownAxis?.offsets)
      guard rowSplits.count == modality.rowCount else { return nil }
      let train = ColumnMoments(of: modality) { rowSplits[$0] == .train }
      let others = [Split.valid, .test].filter(splits.contains)
      let series = others.enumerated().map { number, split -> LineChart.Series in
        let moments = ColumnMoments(of: modality) { rowSplits[$0] == split }
        let distances = moments.distances(
          from: train, least: isShared ? SmallCells.leastRows : 1
        ).sorted(by: >)
        return LineChart.Series(
          name: split.rawValue,
          points: distances.enumerated().map { (Double($0.offset + 1), $0.element) },
          style: number + 1)
      }
      let longest = series.map(\.points.count).max() ?? 0
      guard longest > 0 else { return nil }
      let heights = series.flatMap { $0.points.map(\.y) }
      return LineChart(
        x: PlotAxis(
          "columns, the furthest first", unit: PlotAxis.number, from: 1,
          to: Double(max(2, longest)), isWhole: true),
        y: PlotAxis(
          "distance of means", unit: "standard deviations", covering: heights, andZero: true),
        series: series, plotHeight: 160
      ).picture(
        "drift-\(given.label)-\(name)", "\(name): drift from training",
        summary: "How far the mean of each column of \(name) lies from its mean in training, in"
          + " standard deviations of training, on split"
          + " \(others.map(\.rawValue).joined(separator: " and ")); columns without variation are"
          + " left out.")
    }
  }
}

/// Means and deviations of the columns of a modality over the valid values of some rows.
private struct ColumnMoments {
  private var counts: [Double]
  private var means: [Double]
  private var squares: [Double]

  /// One pass, updated value by value.
  ///
  /// Source: Welford 1962.
  init(of modality: Modality, rows isIncluded: (Int) -> Bool) {
    let width = modality.featureCount
    counts = Array(repeating: 0, count: width)
    means = counts
    squares = counts
    for row in 0..<modality.rowCount where isIncluded(row) {
      for column in 0..<width where modality.isValid(row: row, column: column) {
        let value = Double(modality.values.elements[row * width + column])
        counts[column] += 1
        let difference = value - means[column]
        means[column] += difference / counts[column]
        squares[column] += difference * (value - means[column])
      }
    }
  }

  /// |mean − mean of `reference`| over the deviation of `reference`, of columns that vary there.
  ///
  /// - Parameter least: as many valid values a column must have on both sides.
  func distances(from reference: ColumnMoments, least: Int) -> [Double] {
    counts.indices.compactMap { column in
      guard counts[column] >= Double(least), reference.counts[column] >= Double(max(2, least)),
        reference.squares[column] > 0
      else {
        return nil
      }
      let deviation = (reference.squares[column] / reference.counts[column]).squareRoot()
      let distance = abs(means[column] - reference.means[column]) / deviation
      return distance.isFinite ? distance : nil
    }
  }
}
