import CMKTEngine
import CMKTFormat
import Tensors

/// Where two tables meet: on the rows of the coarser of their levels, by masked pooling.
struct ViewMeeting {
  let first: ViewTable
  let second: ViewTable
  let axis: RowAxis
  private let firstLink: RowLink
  private let secondLink: RowLink

  init(
    _ first: ViewTable, _ second: ViewTable, sequenceCount: Int, atLeast level: RowAxis? = nil
  ) {
    self.first = first
    self.second = second
    let coarser = first.axis.isFiner(than: second.axis) ? second.axis : first.axis
    axis = level.map { coarser.isFiner(than: $0) ? $0 : coarser } ?? coarser
    firstLink = RowLink(from: first.axis, to: axis, sequenceCount: sequenceCount)
    secondLink = RowLink(from: second.axis, to: axis, sequenceCount: sequenceCount)
  }

  /// The rows of `sequence` where both views have a valid row.
  func rows(of sequence: Int) -> [Int] {
    axis.rows(of: sequence).filter { row in
      firstLink.members(of: row).contains { first.valid[$0] }
        && secondLink.members(of: row).contains { second.valid[$0] }
    }
  }

  /// Row `row` of the meeting in the first view, its columns `columns` only.
  func first(_ row: Int, sequence: Int, columns: [Int]) -> [Double] {
    first.mean(
      of: firstLink.members(of: row).filter { first.valid[$0] }, sequence: sequence,
      columns: columns)
  }

  /// Row `row` of the meeting in the second view, its columns `columns` only.
  func second(_ row: Int, sequence: Int, columns: [Int]) -> [Double] {
    second.mean(
      of: secondLink.members(of: row).filter { second.valid[$0] }, sequence: sequence,
      columns: columns)
  }
}

/// Collects rows of two views, recording after recording.
struct ViewCollector {
  private let meeting: ViewMeeting
  private let columns: (first: [Int], second: [Int])
  private(set) var firstElements: [Double] = []
  private(set) var secondElements: [Double] = []
  private(set) var sequences: [Int] = []
  private(set) var members: [Int] = []
  private(set) var offsets = [0]

  init(_ meeting: ViewMeeting, columns: (first: [Int], second: [Int])) {
    self.meeting = meeting
    self.columns = columns
  }

  /// Rows so far.
  var count: Int { sequences.count }

  /// Adds the rows of `sequence`: all of them, or their mean.
  mutating func add(_ sequence: Int, as kind: RowKind) {
    let rows = meeting.rows(of: sequence)
    guard !rows.isEmpty else { return }
    switch kind {
    case .frames: for row in rows { append([row], of: sequence) }
    case .pooled: append(rows, of: sequence)
    }
  }

  private mutating func append(_ rows: [Int], of sequence: Int) {
    var sums = (
      first: Array(repeating: 0.0, count: columns.first.count),
      second: Array(repeating: 0.0, count: columns.second.count)
    )
    for row in rows {
      let first = meeting.first(row, sequence: sequence, columns: columns.first)
      let second = meeting.second(row, sequence: sequence, columns: columns.second)
      for place in first.indices { sums.first[place] += first[place] }
      for place in second.indices { sums.second[place] += second[place] }
    }
    let count = Double(rows.count)
    firstElements += sums.first.map { $0 / count }
    secondElements += sums.second.map { $0 / count }
    sequences.append(sequence)
    members += rows
    offsets.append(members.count)
  }
}
