package import Tensors

/// Rows of two latents that belong together, recording after recording.
package struct PairedLatents: Sendable {
  /// `[n, Kw]` and `[n, Ks]`.
  package let weak: Matrix
  package let strong: Matrix
  /// The rows of each recording; together all rows.
  package let recordings: [Range<Int>]
  /// For each recording, the number of its group (speaker, or recording).
  package let groups: [Int]

  /// - Precondition: as many rows on both sides; recordings partition them.
  package init(weak: Matrix, strong: Matrix, recordings: [Range<Int>], groups: [Int]) {
    precondition(weak.rows == strong.rows, "as many rows on both sides")
    precondition(recordings.count == groups.count, "a group for each recording")
    precondition(
      recordings.reduce(0) { $0 + $1.count } == weak.rows, "recordings partition the rows")
    self.weak = weak
    self.strong = strong
    self.recordings = recordings
    self.groups = groups
  }

  package var rowCount: Int { weak.rows }

  /// The recordings at `indices` alone.
  func selecting(_ indices: [Int]) -> PairedLatents {
    let rows = indices.flatMap { Array(recordings[$0]) }
    var start = 0
    let ranges = indices.map { index -> Range<Int> in
      defer { start += recordings[index].count }
      return start..<(start + recordings[index].count)
    }
    return PairedLatents(
      weak: weak.rows(at: rows), strong: strong.rows(at: rows), recordings: ranges,
      groups: indices.map { groups[$0] })
  }

  /// What is compared: values around the mean of all, or around the mean of their recording.
  func centring(_ part: Part) -> [Range<Int>] {
    switch part {
    case .total: [0..<rowCount]
    case .within: recordings
    }
  }

  /// The strong rows that stand beside the weak ones under the null hypothesis.
  func order(under null: NullHypothesis, _ stream: inout RandomStream) -> [Int] {
    switch null {
    case .exchanged: stream.permutation(recordings.count).flatMap { Array(recordings[$0]) }
    case .rotated: recordings.flatMap { rotated($0, &stream) }
    }
  }

  private func rotated(_ rows: Range<Int>, _ stream: inout RandomStream) -> [Int] {
    guard rows.count > 1 else { return Array(rows) }
    let start = Int.random(in: (rows.lowerBound + 1)..<rows.upperBound, using: &stream)
    return Array(start..<rows.upperBound) + Array(rows.lowerBound..<start)
  }
}

/// How pairs are broken up for the null distribution; both keep time series as they are.
package enum NullHypothesis: String, CaseIterable, Sendable {
  /// Recordings meet other recordings, as whole stretches: holds the level for recordings of
  /// equal length, but needs several of them.
  case exchanged
  /// Each recording is rotated in time by an offset of its own: needs no more than one, and is
  /// too easily passed where recordings are short for how slowly they vary.
  case rotated
}

/// Which part of the variation is correlated.
package enum Part: String, CaseIterable, Sendable {
  /// All of it, differences between recordings included.
  case total
  /// Around each recording's own mean.
  case within
}
