import CMKTFormat
import Tensors

/// Windows that pass through the networks together: `B` of them, `R` frames in all, back to back
/// and without padding.
struct Batch: Sendable {
  /// Those that teach the task, then those that do not.
  let windows: [Window]
  let layout: RaggedBatch
  /// How many of the windows teach the task.
  ///
  /// They come first, so that their rows and masks are the same whatever follows.
  let labelledCount: Int

  init(_ windows: [Window], unlabelled: [Window] = []) {
    self.windows = windows + unlabelled
    labelledCount = windows.count
    layout = RaggedBatch(
      lengths: self.windows.map(\.frames.count), starts: self.windows.map(\.start))
  }

  /// `R`.
  var frameCount: Int { layout.frameCount }

  /// The rows of `axis` that the windows hold whole.
  func rows(of axis: RowAxis) -> BatchRows {
    let rows = windows.map(axis.rows(in:))
    let starts = zip(windows, rows).map { window, rows in
      rows.first.map { $0 - axis.rows(of: window.sequence).lowerBound } ?? 0
    }
    return BatchRows(byWindow: rows, starts: starts)
  }

  /// Which rows of the batch make each row of `link.goal` in it.
  func groups(of link: RowLink) -> RowGroups {
    let goal = rows(of: link.goal)
    return link.isIdentity
      ? RowGroups(identity: goal) : RowGroups(link: link, source: rows(of: link.source), goal: goal)
  }

  /// The values of `item` on the rows of its level in the batch, `[rows, C]`, and which of them
  /// count (1 or 0), `[rows]`; a delay is undone.
  ///
  /// No row of an unlabelled window counts.
  func targets(of item: PreparedTarget) -> (values: Tensor<Float>, weights: [Double]) {
    let target = item.target
    let width = target.columnCount
    var elements: [Float] = []
    var weights: [Double] = []
    for (index, window) in windows.enumerated() {
      let end = index < labelledCount ? item.axis.rows(of: window.sequence).upperBound : 0
      for row in item.axis.rows(in: window) {
        let source = row + item.delayFrames
        let isUsed = source < end && target.valid[source]
        weights.append(isUsed ? 1 : 0)
        elements +=
          isUsed
          ? target.values.elements[(source * width)..<((source + 1) * width)]
          : ArraySlice(repeating: 0, count: width)
      }
    }
    return (Tensor(shape: [weights.count, width], elements: elements), weights)
  }
}

/// The rows of one level in a batch, window by window.
struct BatchRows: Sendable {
  /// Rows of the file, ascending within a window.
  let rows: [Int]
  /// How many each window has.
  let layout: RaggedBatch

  /// - `starts`: the place of each window's first row among those of its sequence.
  init(byWindow: [[Int]], starts: [Int]) {
    rows = byWindow.flatMap { $0 }
    layout = RaggedBatch(lengths: byWindow.map(\.count), starts: starts)
  }

  /// The same rows as runs, in order.
  var ranges: [Range<Int>] {
    var ranges: [Range<Int>] = []
    for row in rows {
      if let last = ranges.last, last.upperBound == row {
        ranges[ranges.count - 1] = last.lowerBound..<(row + 1)
      } else {
        ranges.append(row..<(row + 1))
      }
    }
    return ranges
  }

  /// Which of the rows are valid in `modality`, whose level this is: 1 or 0.
  func validity(in modality: PreparedModality) -> [Double] {
    rows.map { modality.validRows[$0] ? 1 : 0 }
  }
}
