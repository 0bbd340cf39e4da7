import CMKTEngine
import CMKTFormat
import Tensors

/// What a model predicts of one target, beside what is true: the rows with a valid label.
struct ScoredTarget: Sendable {
  let name: String
  let kind: TargetKind
  /// Names of the columns of the prediction: classes of a `classes` target, else columns.
  let columnNames: [String]
  /// What may be said of its range on a page that is handed on.
  let range: ClosedRange<Double>?
  /// By column of the target, `[C][n]`; a class number for `classes`, which have one column.
  private(set) var gold: [[Double]]
  /// By column of the prediction, `[C][n]`, after post-processing.
  private(set) var predicted: [[Double]]
  /// The sequence of each row, `[n]`.
  private(set) var sequences: [Int] = []

  var rowCount: Int { sequences.count }

  /// - Throws: `engine` where the file has no such target or no rows of its level.
  init(_ name: String, of work: ModelAtWork) throws(InspectFailure) {
    self.name = name
    let file = work.features.file
    let (target, axis) = try engineering { () throws(EngineFailure) in
      let target = try file.usableTarget(named: name)
      return (target, try file.rowAxis(of: target.level, at: "/targets/\(name)"))
    }
    kind = target.kind
    range = target.sharedRange
    let outputs = work.evaluation.predictions[name] ?? []
    let width =
      target.kind == .classes ? max(1, target.classCount) : max(1, target.columnCount)
    columnNames = (0..<width).map { column in
      target.kind != .binary && target.names.count == width ? target.names[column] : "\(column)"
    }
    gold = Array(repeating: [], count: target.columnCount)
    predicted = Array(repeating: [], count: width)
    for (values, sequence) in zip(outputs, work.evaluation.sequences) {
      let rows = axis.rows(of: sequence)
      guard values.shape.count == 2, values.shape[1] == width, values.shape[0] == rows.count else {
        continue
      }
      for row in rows where target.valid[row] {
        for column in gold.indices {
          gold[column].append(Double(target.values.elements[row * target.columnCount + column]))
        }
        for column in 0..<width {
          predicted[column].append(
            Double(values.elements[(row - rows.lowerBound) * width + column]))
        }
        sequences.append(sequence)
      }
    }
  }

  /// `name`, with the column where there are several.
  func title(of column: Int) -> String {
    gold.count > 1 && columnNames.indices.contains(column) ? "\(name)/\(columnNames[column])" : name
  }

  /// An axis that gold values and predictions of all of `targets` fit on.
  ///
  /// - Parameter isShared: whether the ends must not be values of single rows.
  static func axis(_ title: String, _ targets: [ScoredTarget], isShared: Bool) -> PlotAxis {
    guard let first = targets.first else {
      return PlotAxis(title, unit: PlotAxis.noUnit, from: 0, to: 1)
    }
    guard first.kind == .regression else {
      return PlotAxis(title, unit: PlotAxis.noUnit, from: 0, to: 1)
    }
    let all = targets.flatMap { $0.gold.flatMap { $0 } + $0.predicted.flatMap { $0 } }
    if isShared, all.contains(where: \.isFinite) {
      if let range = first.range {
        return PlotAxis(title, unit: PlotAxis.noUnit, from: range.lowerBound, to: range.upperBound)
      }
      return PlotAxis(title, aggregating: all)
    }
    return PlotAxis(title, unit: PlotAxis.noUnit, covering: all)
  }
}
