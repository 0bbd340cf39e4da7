/// Which rows meet which rows of a reference in time, and for how long.
///
/// Under `sdk`, rows count as in CMU-MultimodalSDK's `align`: the interval of a row is cut to that
/// of the reference row, and whatever is longer than `epsilonSeconds` counts. Under `overlap`, the
/// overlap must also be at least a share of the shorter of the two.
package struct RowMatches: Sendable {
  /// Two times that differ by no more are one.
  package static let epsilonSeconds = 10e-6

  /// Reference row *i* meets `rows[offsets[i] ..< offsets[i + 1]]`.
  package private(set) var offsets = [0]
  /// Indices of rows, for each reference row in the order of their start.
  package private(set) var rows: [Int] = []
  /// How long each of `rows` overlaps, seconds.
  package private(set) var overlapSeconds: [Double] = []
  /// The start of the first and the end of the last overlap of each reference row, `[m, 2]`
  /// seconds; NaN where nothing meets it.
  package private(set) var covered: [Double] = []
  /// Whether no more rows meet than any recording needs; else what follows was left out.
  package private(set) var isComplete = true

  /// More matches than this are no recording's: most of its rows would last for most of it.
  static func mostMatches(rowCount: Int, referenceCount: Int) -> Int {
    4_000_000 + 16 * (rowCount + referenceCount)
  }

  /// Finds the rows with `intervals` (`[n, 2]` seconds) that meet each of `reference` (`[m, 2]`);
  /// O((n + m) log n), and O(log n) per match.
  ///
  /// Rows whose times are not finite meet nothing.
  package init(
    of intervals: [Double], with reference: [Double], rule: AlignmentRule,
    minimumOverlap: Double = 0
  ) {
    let order = Self.order(of: intervals)
    let starts = order.map { intervals[2 * $0] }
    let ends = order.map { intervals[2 * $0 + 1] }
    let tree = MaximumTree(ends)
    let limit = Self.mostMatches(rowCount: order.count, referenceCount: reference.count / 2)
    for index in stride(from: 0, to: reference.count - 1, by: 2) {
      let (from, to) = (reference[index], reference[index + 1])
      var cover = (low: Double.infinity, high: -Double.infinity)
      var next = isComplete && Self.hasLength(from, to) ? 0 : order.count
      while next < order.count {
        if !(ends[next] > from - Self.epsilonSeconds) {
          guard let found = tree.next(from: next, above: from - Self.epsilonSeconds) else { break }
          next = found
        }
        guard starts[next] < to + Self.epsilonSeconds else { break }
        let (start, end) = (max(starts[next], from), min(ends[next], to))
        if Self.counts(
          start, end, of: (starts[next], ends[next]), in: (from, to), rule, minimumOverlap)
        {
          guard rows.count < limit else {
            isComplete = false
            break
          }
          rows.append(order[next])
          overlapSeconds.append(abs(end - start))
          cover = (min(cover.low, min(start, end)), max(cover.high, max(start, end)))
        }
        next += 1
      }
      let isMet = rows.count > offsets[offsets.count - 1]
      covered.append(isMet ? cover.low : .nan)
      covered.append(isMet ? cover.high : .nan)
      offsets.append(rows.count)
    }
  }

  /// The number of reference rows.
  package var referenceCount: Int { offsets.count - 1 }

  /// The rows that reference row `index` meets.
  package func rows(of index: Int) -> ArraySlice<Int> { rows[offsets[index]..<offsets[index + 1]] }

  /// Whether a reference row is long enough to meet anything.
  package static func hasLength(_ start: Double, _ end: Double) -> Bool {
    abs(start - end) >= epsilonSeconds
  }

  /// Whether the row with the interval `first` meets the reference row with the interval `second`.
  package static func meets(
    _ first: (start: Double, end: Double), _ second: (start: Double, end: Double),
    rule: AlignmentRule, minimumOverlap: Double
  ) -> Bool {
    guard hasLength(second.start, second.end), first.start < second.end + epsilonSeconds,
      first.end > second.start - epsilonSeconds
    else { return false }
    return counts(
      max(first.start, second.start), min(first.end, second.end), of: first, in: second, rule,
      minimumOverlap)
  }

  private static func counts(
    _ start: Double, _ end: Double, of row: (start: Double, end: Double),
    in reference: (start: Double, end: Double), _ rule: AlignmentRule, _ minimumOverlap: Double
  ) -> Bool {
    guard abs(end - start) > epsilonSeconds else { return false }
    guard rule != .sdk, minimumOverlap > 0 else { return true }
    let shorter = min(row.end - row.start, reference.end - reference.start)
    return end - start >= minimumOverlap * shorter
  }

  /// The rows with finite times, by start; equal starts keep their order.
  private static func order(of intervals: [Double]) -> [Int] {
    let count = intervals.count / 2
    let order = (0..<count).filter {
      intervals[2 * $0].isFinite && intervals[2 * $0 + 1].isFinite
    }
    let isSorted = zip(order, order.dropFirst()).allSatisfy {
      intervals[2 * $0] <= intervals[2 * $1]
    }
    if isSorted { return order }
    return order.sorted { (intervals[2 * $0], $0) < (intervals[2 * $1], $1) }
  }
}
