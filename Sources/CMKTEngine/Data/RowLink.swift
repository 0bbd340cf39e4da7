import CMKTFormat

/// How the rows of one level are made of the rows of another, finer or coarser.
///
/// Row *g* of `goal` is the mean of the rows of `source` whose frames it holds; where it holds
/// none, because it is the finer, it is the first row of `source` that holds it; where there is
/// none either, it is made of nothing: zeros, of no weight.
package struct RowLink: Sendable {
  package let source: RowAxis
  package let goal: RowAxis
  /// Row *g* has the members `members[offsets[g] ..< offsets[g + 1]]`; both empty where the levels
  /// are the same and every row is its own member.
  private var offsets: [Int] = []
  private var members: [Int] = []

  /// The link between two levels of one file.
  ///
  /// - Complexity: linear in the frames where one of the levels is frames, else in the pairs of
  ///   rows of each sequence.
  package init(from source: RowAxis, to goal: RowAxis, sequenceCount: Int) {
    self.source = source
    self.goal = goal
    guard source.level != goal.level else { return }
    offsets = [0]
    for sequence in 0..<sequenceCount {
      let rows = source.rows(of: sequence)
      let holders = goal.level == .frame ? Self.holders(among: rows, of: source) : [:]
      for row in goal.rows(of: sequence) {
        members += self.members(of: row, among: rows, holders: holders)
        offsets.append(members.count)
      }
    }
  }

  /// Whether every row is its own member.
  package var isIdentity: Bool { offsets.isEmpty }

  /// The rows of `source` that make row `row` of `goal`.
  package func members(of row: Int) -> ArraySlice<Int> {
    isIdentity ? [row] : members[offsets[row]..<offsets[row + 1]]
  }

  private func members(
    of row: Int, among rows: Range<Int>, holders: [Int: Int]
  ) -> [Int] {
    let frames = goal.frames(of: row)
    if source.level == .frame { return Array(frames) }
    if goal.level == .frame { return holders[row].map { [$0] } ?? [] }
    let held = rows.filter { source.frames(of: $0).isHeld(by: frames) }
    return held.isEmpty
      ? rows.first { frames.isHeld(by: source.frames(of: $0)) }.map { [$0] } ?? [] : held
  }

  /// For each frame the first of `rows` that holds it.
  private static func holders(among rows: Range<Int>, of axis: RowAxis) -> [Int: Int] {
    var holders: [Int: Int] = [:]
    for row in rows.reversed() {
      for frame in axis.frames(of: row) { holders[frame] = row }
    }
    return holders
  }
}

extension Range<Int> {
  /// Whether all of it lies in `other`; an empty range does nowhere.
  fileprivate func isHeld(by other: Range<Int>) -> Bool {
    !isEmpty && other.lowerBound <= lowerBound && upperBound <= other.upperBound
  }
}
