import Tensors

/// Rows of a batch that are averaged into rows of another level of the same batch.
struct RowGroups: Sendable {
  /// Group *g* has the rows `members[ranges[g]]`; nil where every row is a group of its own.
  private let members: [Int]?
  private let ranges: [Range<Int>]
  /// How many groups each window has.
  let layout: RaggedBatch

  /// Groups of one row each.
  init(identity rows: BatchRows) {
    members = nil
    ranges = rows.rows.indices.map { $0..<($0 + 1) }
    layout = rows.layout
  }

  /// The groups of `link` between the rows of its two levels in a batch.
  init(link: RowLink, source: BatchRows, goal: BatchRows) {
    var members: [Int] = []
    var ranges: [Range<Int>] = []
    for window in 0..<goal.layout.count {
      let sources = source.layout.range(window)
      let positions = Dictionary(
        uniqueKeysWithValues: zip(source.rows[sources], sources))
      for row in goal.rows[goal.layout.range(window)] {
        let start = members.count
        members += link.members(of: row).compactMap { positions[$0] }
        ranges.append(start..<members.count)
      }
    }
    self.members = members
    self.ranges = ranges
    layout = goal.layout
  }

  /// Whether every row is a group of its own.
  var isIdentity: Bool { members == nil }

  /// The weighted mean of each group: `[R, K]` to `[groups, K]`; zeros for a group without weight.
  ///
  /// - `weights`: `[R]`; nil counts all rows alike. Groups of one row each stay as they are.
  func mean(
    of x: Variable<Float>, weights: [Double]? = nil, on tape: Tape<Float>
  ) -> Variable<Float> {
    guard let members else { return x }
    let isWhole = members.count == x.rows && members.indices.allSatisfy { members[$0] == $0 }
    return tape.meanPool(
      isWhole ? x : tape.gatherRows(x, members), ranges: ranges,
      weights: weights.map { weights in members.map { weights[$0] } })
  }

  /// Which groups have a row of weight: 1 or 0, `[groups]`.
  ///
  /// - `weights`: `[R]`; nil counts all rows.
  func counted(_ weights: [Double]? = nil) -> [Double] {
    ranges.map { range in
      range.contains { weights?[members?[$0] ?? $0] ?? 1 > 0 } ? 1 : 0
    }
  }
}
