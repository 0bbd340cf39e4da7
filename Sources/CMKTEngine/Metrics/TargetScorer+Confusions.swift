import CMKTFormat
package import Tensors

/// Counts of rows by gold class and predicted class, which metrics of classes are made of.
package struct Confusion: Sendable, Equatable {
  /// By gold class and predicted class.
  package var counts: [[Int]]
  /// The conventions of the metrics that count these rows; nil for all metrics of the column.
  package var conventions: Set<String>?
}

extension TargetScorer {
  /// What the metrics of each column count, with the names that `scores` gives the columns.
  ///
  /// All of a column's rows by class; of a scale with a sign also the rows that are not 0, and those
  /// that are: what tells one convention from the other. Of seven classes and of exact matches only
  /// how many rows are right.
  package func confusions(
    _ predictions: [Tensor<Float>], of indices: [Int]
  ) -> [(column: String, tables: [Confusion])] {
    let rows = validRows(predictions, of: indices)
    let width = target.columnCount
    func gold(_ row: Row, _ column: Int) -> Float {
      target.values.elements[row.index * width + column]
    }
    if target.kind == .classes {
      let likeliest = rows.map { row in
        row.prediction.indices.max { row.prediction[$0] < row.prediction[$1] } ?? 0
      }
      let counts = Self.counts(
        gold: rows.map { Int(gold($0, 0)) }, predicted: likeliest, classCount: target.classCount)
      return [("", [Confusion(counts: counts)])]
    }
    var columns: [(column: String, tables: [Confusion])] = (0..<width).map { column in
      let title = width == 1 ? "" : columnName(column)
      let values = rows.map { $0.prediction[column] }
      if let scale = signedScale {
        let signs = rows.map { scale[$0.index * width + column] }
        return (title, signConfusions(values, signs, rows.map { gold($0, column) }))
      }
      guard target.kind != .regression else { return (title, []) }
      let counts = Self.counts(
        gold: rows.map { gold($0, column) == 1 ? 1 : 0 },
        predicted: values.map { $0 >= 0.5 ? 1 : 0 }, classCount: 2)
      return (title, [Confusion(counts: counts)])
    }
    if target.kind == .multilabel, width > 1 {
      let exact = rows.count { row in
        (0..<width).allSatisfy { (row.prediction[$0] >= 0.5) == (gold(row, $0) == 1) }
      }
      let all = columns.flatMap(\.tables) + [Confusion(counts: [[exact, rows.count - exact]])]
      columns.append(("(all labels)", all))
    }
    return columns
  }

  private func signConfusions(
    _ predictions: [Float], _ scale: [Float], _ gold: [Float]
  ) -> [Confusion] {
    let isContinuous = target.kind == .regression
    let isPositive = predictions.map { $0 >= (isContinuous ? 0 : 0.5) }
    let isAboveZero = isContinuous ? predictions.map { $0 > 0 } : isPositive
    let zeros = scale.indices.filter { scale[$0] == 0 }
    let others = scale.indices.filter { scale[$0] != 0 }
    var signs = [
      Confusion(
        counts: Self.counts(
          gold: scale.map { $0 >= 0 ? 1 : 0 }, predicted: isPositive.map { $0 ? 1 : 0 },
          classCount: 2)),
      Confusion(
        counts: Self.counts(
          gold: others.map { scale[$0] > 0 ? 1 : 0 },
          predicted: others.map { isAboveZero[$0] ? 1 : 0 }, classCount: 2)),
      Confusion(
        counts: Self.counts(
          gold: zeros.map { _ in 0 }, predicted: zeros.map { isPositive[$0] ? 1 : 0 },
          classCount: 2)),
    ]
    guard isContinuous else { return signs }
    for index in signs.indices { signs[index].conventions = ["has-zero", "non-zero"] }
    let seven = sevenClassAccuracy(
      ScoredRows(
        predictions: predictions.map { Double($0) }, gold: gold.map { Double($0) },
        recordings: gold.map { _ in 0 }))
    let right = Int(((seven.value ?? 0) * Double(gold.count)).rounded())
    return signs + [
      Confusion(counts: [[right, gold.count - right]], conventions: [seven.convention])
    ]
  }

  private static func counts(
    gold: [Int], predicted: [Int], classCount: Int
  ) -> [[Int]] {
    let size = max(classCount, 1)
    var counts = Array(repeating: Array(repeating: 0, count: size), count: size)
    for (truth, guess) in zip(gold, predicted)
    where counts.indices.contains(truth) && counts.indices.contains(guess) {
      counts[truth][guess] += 1
    }
    return counts
  }
}
