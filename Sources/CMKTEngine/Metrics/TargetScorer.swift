package import CMKTFormat
package import Tensors

/// The metrics of one column of a target.
package struct ColumnScores: Sendable, Equatable {
  /// Empty where the target has one column.
  package var column: String
  package var metrics: [Metric]
}

/// The scores of one group of sequences, such as a speaker.
package struct GroupScores: Sendable, Equatable {
  package var group: String
  package var columns: [ColumnScores]
}

/// Scores predictions of one target against a features file, with the metrics that fit its kind.
package struct TargetScorer: Sendable {
  package let name: String
  let target: Target
  private let axis: RowAxis
  private let sequences: SequenceTable
  /// The gold values on a scale with a sign, where there is one: the source of a binary target
  /// that was cut at 0, or a continuous target whose range is symmetric about 0.
  let signedScale: [Float]?
  /// The number of each recording, by name.
  private let recordings: [String: Int]

  /// The scorer of the target called `name`.
  ///
  /// - Throws: as `FeaturesFile.usableTarget(named:)`.
  package init(features: FeaturesFile, target name: String) throws(EngineFailure) {
    self.name = name
    target = try features.usableTarget(named: name)
    axis = try features.rowAxis(of: target.level, at: "/targets/\(name)")
    sequences = features.sequences
    signedScale = Self.signedScale(of: target, in: features)
    var recordings: [String: Int] = [:]
    for recording in features.sequences.recordings where recordings[recording] == nil {
      recordings[recording] = recordings.count
    }
    self.recordings = recordings
  }

  private static func signedScale(of target: Target, in features: FeaturesFile) -> [Float]? {
    switch target.kind {
    case .binary:
      guard target.threshold == 0, let source = features.targets[target.sourceTarget],
        source.level == target.level, source.columnCount == 1,
        zip(source.valid, target.valid).allSatisfy({ $0 || !$1 })
      else { return nil }
      return source.values.elements
    case .regression:
      guard let range = target.range, range.lowerBound == -range.upperBound else { return nil }
      return target.values.elements
    case .classes, .multilabel:
      return nil
    }
  }

  /// The scores of `predictions`, the rows of each of the sequences `indices` in turn: `[n, C]`,
  /// probabilities for all but continuous targets, one column per class for `classes`.
  ///
  /// Rows that are not valid do not count.
  package func scores(_ predictions: [Tensor<Float>], of indices: [Int]) -> [ColumnScores] {
    precondition(predictions.count == indices.count)
    switch target.kind {
    case .classes:
      return [ColumnScores(column: "", metrics: classScores(predictions, of: indices))]
    case .regression, .binary, .multilabel:
      let columns = (0..<target.columnCount).map { column in
        let rows = scoredRows(predictions, of: indices, column: column)
        let title = target.columnCount == 1 ? "" : columnName(column)
        return ColumnScores(column: title, metrics: metrics(of: rows, column: column))
      }
      guard target.kind == .multilabel, columns.count > 1 else { return columns }
      return columns + [
        ColumnScores(column: "(all labels)", metrics: labelScores(predictions, of: indices))
      ]
    }
  }

  /// The scores of `predictions` as above, for each group of sequences by itself.
  ///
  /// A group is the speaker where known, else the recording; they come in the order of the file.
  package func scoresByGroup(
    _ predictions: [Tensor<Float>], of indices: [Int]
  ) -> [GroupScores] {
    let places = Dictionary(grouping: indices.indices) { sequences.group(of: indices[$0]) }
    return places.sorted { ($0.value.first ?? 0) < ($1.value.first ?? 0) }.map { group, places in
      GroupScores(
        group: group,
        columns: scores(places.map { predictions[$0] }, of: places.map { indices[$0] }))
    }
  }

  func columnName(_ column: Int) -> String {
    target.names.count == target.columnCount ? target.names[column] : "\(column)"
  }

  /// One row that counts: where it is in the file, what was predicted, its recording.
  struct Row {
    var index: Int
    var prediction: [Float]
    var recording: Int
  }

  func validRows(_ predictions: [Tensor<Float>], of indices: [Int]) -> [Row] {
    var result: [Row] = []
    for (values, sequence) in zip(predictions, indices) {
      let rows = axis.rows(of: sequence)
      let width = values.shape[1]
      precondition(values.shape[0] == rows.count, "one prediction for each row")
      for row in rows where target.valid[row] {
        let offset = (row - rows.lowerBound) * width
        result.append(
          Row(
            index: row, prediction: Array(values.elements[offset..<(offset + width)]),
            recording: recordings[sequences.recordings[sequence]] ?? 0))
      }
    }
    return result
  }

  private func scoredRows(
    _ predictions: [Tensor<Float>], of indices: [Int], column: Int
  ) -> (rows: ScoredRows, indices: [Int]) {
    let rows = validRows(predictions, of: indices)
    let gold = rows.map { target.values.elements[$0.index * target.columnCount + column] }
    let scored = ScoredRows(
      predictions: rows.map { Double($0.prediction[column]) }, gold: gold.map { Double($0) },
      recordings: rows.map(\.recording))
    return (scored, rows.map(\.index))
  }

  private func metrics(of scored: (rows: ScoredRows, indices: [Int]), column: Int) -> [Metric] {
    let rows = scored.rows
    let scale = signedScale.map { values in
      scored.indices.map { Double(values[$0 * target.columnCount + column]) }
    }
    guard target.kind == .regression else {
      let isPositive = rows.predictions.map { $0 >= 0.5 }
      if let scale {
        return signMetrics(isPositive: isPositive, isAboveZero: isPositive, scale: scale)
          + rankingMetrics(
            probabilities: rows.predictions, gold: rows.gold.map { $0 == 1 },
            convention: "has-zero")
      }
      return binaryMetrics(
        probabilities: rows.predictions, gold: rows.gold.map { $0 == 1 },
        convention: thresholdConvention)
    }
    var result = continuousMetrics(rows)
    if let scale {
      result += signMetrics(
        isPositive: rows.predictions.map { $0 >= 0 }, isAboveZero: rows.predictions.map { $0 > 0 },
        scale: scale)
    }
    if target.range == -3...3 { result.append(sevenClassAccuracy(rows)) }
    return result
  }

  /// Where a binary target was cut, as far as known.
  private var thresholdConvention: String {
    guard let threshold = target.threshold, !target.sourceTarget.isEmpty else { return "p >= 0.5" }
    return "\(target.sourceTarget) >= \(threshold)"
  }

  private func classScores(_ predictions: [Tensor<Float>], of indices: [Int]) -> [Metric] {
    let rows = validRows(predictions, of: indices)
    return multiclassMetrics(
      probabilities: rows.map { $0.prediction.map { Double($0) } },
      gold: rows.map { Int(target.values.elements[$0.index]) },
      convention: "\(target.classCount) classes")
  }

  private func labelScores(_ predictions: [Tensor<Float>], of indices: [Int]) -> [Metric] {
    let rows = validRows(predictions, of: indices)
    let width = target.columnCount
    return multilabelMetrics(
      probabilities: rows.map { $0.prediction.map { Double($0) } },
      gold: rows.map { row in
        target.values.elements[(row.index * width)..<((row.index + 1) * width)].map { $0 == 1 }
      })
  }

  /// The one figure by which two modalities are compared; nil where it is not defined.
  ///
  /// CCC (concatenated) of a continuous target, else its first accuracy: the mean over the columns,
  /// all of which must have one.
  package func headline(_ scores: [ColumnScores]) -> (title: String, value: Double)? {
    let wanted = target.kind == .regression ? "ccc" : "accuracy"
    let found = scores.compactMap { column in column.metrics.first { $0.name == wanted } }
    let values = found.compactMap(\.value)
    guard let first = found.first, values.count == found.count else { return nil }
    return (first.title, values.reduce(0, +) / Double(values.count))
  }
}
