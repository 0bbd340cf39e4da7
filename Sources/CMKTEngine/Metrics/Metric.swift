/// One figure of merit, with the convention that it follows.
package struct Metric: Sendable, Equatable {
  /// Such as `accuracy` or `ccc`.
  package var name: String
  /// What tells it from others of the same name, such as `has-zero` or `mean over recordings`.
  package var convention: String
  /// Nil where the figure is not defined; `note` says why.
  package var value: Double?
  /// How many rows it was computed on.
  package var rowCount: Int
  /// Empty, or what a reader must know, such as recordings that were left out.
  package var note: String

  package init(
    name: String, convention: String, value: Double?, rowCount: Int, note: String = ""
  ) {
    self.name = name
    self.convention = convention
    self.value = value
    self.rowCount = rowCount
    self.note = note
  }

  /// The name with the convention, such as `accuracy (has-zero)`.
  package var title: String { convention.isEmpty ? name : "\(name) (\(convention))" }
}

/// Predictions beside gold values: the rows of one column that may be scored.
package struct ScoredRows: Sendable, Equatable {
  package var predictions: [Double]
  package var gold: [Double]
  /// The index of the recording of each row.
  package var recordings: [Int]

  package init(predictions: [Double] = [], gold: [Double] = [], recordings: [Int] = []) {
    precondition(predictions.count == gold.count && gold.count == recordings.count)
    self.predictions = predictions
    self.gold = gold
    self.recordings = recordings
  }

  package var count: Int { gold.count }

  /// The rows whose index satisfies `isIncluded`.
  package func filter(_ isIncluded: (Int) -> Bool) -> ScoredRows {
    let kept = gold.indices.filter(isIncluded)
    return ScoredRows(
      predictions: kept.map { predictions[$0] }, gold: kept.map { gold[$0] },
      recordings: kept.map { recordings[$0] })
  }

  /// The rows of each recording, in the order of its index.
  package func byRecording() -> [ScoredRows] {
    var rows: [Int: [Int]] = [:]
    for (row, recording) in recordings.enumerated() { rows[recording, default: []].append(row) }
    return rows.keys.sorted().map { recording in
      let kept = rows[recording] ?? []
      return ScoredRows(
        predictions: kept.map { predictions[$0] }, gold: kept.map { gold[$0] },
        recordings: kept.map { _ in recording })
    }
  }
}
