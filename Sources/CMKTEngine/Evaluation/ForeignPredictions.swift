package import CMKTFormat
package import Tensors

/// Predictions of any framework, from a table as `PredictionTable` writes it:
/// `id,time,target,prediction`.
///
/// Tolerant of the order of rows and columns, of other columns, of sequences that were not asked
/// for, and of times that are rounded to milliseconds; strict about rows that are missing where
/// there is a label, stand twice, or name nothing in the features file.
package struct ForeignPredictions: Sendable {
  /// The targets that the table answers, in the order of their names.
  package let targets: [String]
  /// By target, for each of the sequences asked for `[n, C]`, as `Predictor` gives them; one-hot
  /// for classes; 0 where there is neither a label nor a prediction.
  package let predictions: [String: [Tensor<Float>]]
  /// The rows of sequences that were not asked for.
  package let otherRowCount: Int

  /// The predictions in `text` for the sequences `indices` of `features`.
  ///
  /// - Throws: `unusableData` with the line for what cannot be read, stands twice or is missing;
  ///   `unknownName` for a target or a sequence that `features` does not have.
  package init(
    text: String, features: FeaturesFile, sequences indices: [Int]
  ) throws(EngineFailure) {
    var table = CommaSeparatedRows(text)
    let header = try Header(table.next())
    let known = Dictionary(
      features.sequences.ids.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    let places = Dictionary(uniqueKeysWithValues: indices.enumerated().map { ($1, $0) })
    var answers: [String: TargetAnswers] = [:]
    var others = 0
    while let row = try table.next() {
      let cells = try header.cells(of: row)
      guard let sequence = known[cells.id] else {
        throw .unknownName(
          kind: "sequence", name: cells.id, known: features.sequences.ids)
      }
      guard let place = places[sequence] else {
        others += 1
        continue
      }
      let (name, column) = Self.split(cells.target)
      if answers[name] == nil {
        answers[name] = try TargetAnswers(name: name, features: features, sequences: indices)
      }
      try answers[name]?.take(cells, column: column, place: place)
    }
    guard !answers.isEmpty else {
      throw .unusableData(
        location: "the predictions", expected: "rows for the sequences of the split",
        found: others == 0 ? "none" : "\(others) rows, all for other sequences",
        remedy: "choose another --split, or predict for these sequences")
    }
    targets = answers.keys.sorted()
    var predictions: [String: [Tensor<Float>]] = [:]
    for (name, answer) in answers { predictions[name] = try answer.complete() }
    self.predictions = predictions
    otherRowCount = others
  }

  /// `emotion/joy` as the target and its column.
  private static func split(_ text: String) -> (name: String, column: String) {
    guard let slash = text.firstIndex(of: "/") else { return (text, "") }
    return (String(text[..<slash]), String(text[text.index(after: slash)...]))
  }
}

/// The fields of one row.
private struct Cells {
  var line: Int
  var id: String
  var time: Double
  var target: String
  var prediction: Double
}

/// Which column is which.
private struct Header {
  private var columns: [String: Int] = [:]
  private let width: Int

  init(_ row: CommaSeparatedRows.Row?) throws(EngineFailure) {
    let names = row?.fields ?? []
    width = names.count
    for (index, name) in names.enumerated() { columns[name] = index }
    for name in ["id", "time", "target", "prediction"] where columns[name] == nil {
      throw .unusableData(
        location: "line 1 of the predictions", expected: "the columns id,time,target,prediction",
        found: names.isEmpty ? "nothing" : names.joined(separator: ","),
        remedy: "write a table as cmkt-train evaluate --predictions does")
    }
  }

  func cells(of row: CommaSeparatedRows.Row) throws(EngineFailure) -> Cells {
    guard row.fields.count == width else {
      throw rowFailure(row.line, "\(width) fields", "\(row.fields.count)")
    }
    func text(_ name: String) -> String { row.fields[columns[name] ?? 0] }
    func number(_ name: String) throws(EngineFailure) -> Double {
      guard let value = Double(text(name)), value.isFinite else {
        throw rowFailure(row.line, "a finite number as \(name)", "'\(text(name))'")
      }
      return value
    }
    return Cells(
      line: row.line, id: text("id"), time: try number("time"), target: text("target"),
      prediction: try number("prediction"))
  }
}

private func rowFailure(_ line: Int, _ expected: String, _ found: String) -> EngineFailure {
  .unusableData(
    location: "line \(line) of the predictions", expected: expected, found: found,
    remedy: "correct the table")
}

/// The predictions of one target, as far as they have been read.
private struct TargetAnswers {
  private let name: String
  private let target: Target
  private let axis: RowAxis
  private let features: FeaturesFile
  private let indices: [Int]
  private let columnNames: [String]
  /// For each sequence `[n, C]`; NaN where there is none yet.
  private var values: [[Float]]
  /// For each sequence its rows by the time they start; nil where it has one row.
  private var times: [TimeIndex]

  init(name: String, features: FeaturesFile, sequences: [Int]) throws(EngineFailure) {
    self.name = name
    self.features = features
    indices = sequences
    target = try features.usableTarget(named: name)
    axis = try features.rowAxis(of: target.level, at: "/targets/\(name)")
    let width = target.kind == .classes ? 1 : target.columnCount
    columnNames = (0..<width).map { [target] column in
      width == 1 ? "" : target.names.count == width ? target.names[column] : "\(column)"
    }
    values = sequences.map { [axis] index in
      Array(repeating: .nan, count: axis.rows(of: index).count * width)
    }
    times = sequences.map { [axis] in TimeIndex(features.rowStarts(of: axis, sequence: $0)) }
  }

  mutating func take(_ cells: Cells, column: String, place: Int) throws(EngineFailure) {
    guard let column = columnNames.firstIndex(of: column) else {
      throw rowFailure(
        cells.line,
        columnNames == [""]
          ? "target \(name) without a column"
          : "a column of \(name): \(columnNames.joined(separator: ", "))",
        "'\(cells.target)'")
    }
    try check(cells)
    let width = columnNames.count
    let rows = target.level == .sequence ? 0..<1 : times[place].rows(at: cells.time)
    guard !rows.isEmpty else {
      throw rowFailure(
        cells.line, "the start of a row of sequence '\(cells.id)'", "time \(cells.time)")
    }
    let candidates = target.level == .sequence ? [0] : rows.map { times[place].order[$0] }
    guard let row = candidates.first(where: { values[place][$0 * width + column].isNaN }) else {
      throw rowFailure(
        cells.line, "one prediction for '\(cells.target)' of '\(cells.id)' at \(cells.time)",
        "another one")
    }
    values[place][row * width + column] = Float(cells.prediction)
  }

  private func check(_ cells: Cells) throws(EngineFailure) {
    let value = cells.prediction
    switch target.kind {
    case .regression:
      guard Float(value).isFinite else {
        throw rowFailure(cells.line, "a number that fits 32 bits", "\(value)")
      }
    case .binary, .multilabel:
      guard (0...1).contains(value) else {
        throw rowFailure(cells.line, "a probability from 0 to 1 for \(name)", "\(value)")
      }
    case .classes:
      guard value == value.rounded(), value >= 0, value < Double(target.classCount) else {
        throw rowFailure(
          cells.line, "a class of \(name) from 0 to \(target.classCount - 1)", "\(value)")
      }
    }
  }

  /// - Throws: `unusableData` where a row with a label has no prediction.
  func complete() throws(EngineFailure) -> [Tensor<Float>] {
    let width = columnNames.count
    var result: [Tensor<Float>] = []
    var missing: [String] = []
    for (place, index) in indices.enumerated() {
      let rows = axis.rows(of: index)
      for row in rows where target.valid[row] {
        let start = (row - rows.lowerBound) * width
        guard values[place][start..<(start + width)].contains(where: \.isNaN) else { continue }
        let starts = features.rowStarts(of: axis, sequence: index)
        missing.append(
          "'\(features.sequences.ids[index])' at \(starts[row - rows.lowerBound])")
      }
      result.append(tensor(values[place].map { $0.isNaN ? 0 : $0 }, rows: rows.count))
    }
    guard missing.isEmpty else {
      throw .unusableData(
        location: "the predictions", expected: "one of '\(name)' for each label",
        found: "none for \(missing.prefix(3).joined(separator: ", "))"
          + (missing.count > 3 ? " and \(missing.count - 3) more" : ""),
        remedy: "predict for every row, or choose another --split")
    }
    return result
  }

  private func tensor(_ elements: [Float], rows: Int) -> Tensor<Float> {
    guard target.kind == .classes else {
      return Tensor(shape: [rows, columnNames.count], elements: elements)
    }
    let count = target.classCount
    var result = Tensor<Float>(repeating: 0, shape: [rows, count])
    for (row, value) in elements.enumerated() { result.elements[row * count + Int(value)] = 1 }
    return result
  }
}

/// Rows of one sequence by the time they start.
private struct TimeIndex {
  /// Ascending.
  private let starts: [Double]
  /// The row that each of `starts` belongs to.
  let order: [Int]

  /// How far a time may be from that of its row: tables are often rounded.
  private static let tolerance = 0.001

  init(_ times: [Double]) {
    order = times.indices.sorted { (times[$0], $0) < (times[$1], $1) }
    starts = order.map { times[$0] }
  }

  /// The places in `order` of the rows that start at `time`, or nearest to it within the
  /// tolerance: several where rows start together.
  func rows(at time: Double) -> Range<Int> {
    let above = starts.partitioningIndex { $0 >= time }
    let near = [above - 1, above].filter { starts.indices.contains($0) }
      .min { abs(starts[$0] - time) < abs(starts[$1] - time) }
    guard let near, abs(starts[near] - time) <= Self.tolerance else { return 0..<0 }
    let first = starts.partitioningIndex { $0 >= starts[near] }
    return first..<starts.partitioningIndex { $0 > starts[near] }
  }
}

extension [Double] {
  /// The first index whose element satisfies `isSecond`, in an array where all that do stand last.
  fileprivate func partitioningIndex(_ isSecond: (Double) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if isSecond(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
