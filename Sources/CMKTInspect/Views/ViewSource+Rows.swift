import CMKTEngine
import CMKTFormat
package import Tensors

extension ViewSource {
  /// The rows of `meeting` in `sequences`, recording by recording in time order.
  func rows(
    of sequences: [Int], _ meeting: ViewMeeting, _ columns: (first: [Int], second: [Int]),
    as kind: RowKind
  ) -> ViewRows {
    var collector = ViewCollector(meeting, columns: columns)
    var recordings: [Range<Int>] = []
    var recordingNames: [String] = []
    var groups: [Int] = []
    var groupNames: [String] = []
    for members in inRecordings(sequences) {
      let start = collector.count
      for sequence in members { collector.add(sequence, as: kind) }
      guard collector.count > start, let sequence = members.first else { continue }
      recordings.append(start..<collector.count)
      recordingNames.append(features.sequences.recordings[sequence])
      let group = features.sequences.group(of: sequence)
      if !groupNames.contains(group) { groupNames.append(group) }
      groups.append(groupNames.firstIndex(of: group) ?? 0)
    }
    let seconds = seconds(of: collector, on: meeting.axis)
    return ViewRows(
      first: Matrix(
        rows: collector.count, columns: columns.first.count, elements: collector.firstElements),
      second: Matrix(
        rows: collector.count, columns: columns.second.count, elements: collector.secondElements),
      firstNames: columns.first.map { meeting.first.names[$0] },
      secondNames: columns.second.map { meeting.second.names[$0] },
      firstTitle: meeting.first.title, secondTitle: meeting.second.title,
      recordings: recordings, recordingNames: recordingNames, groups: groups,
      groupNames: groupNames,
      secondsPerRow: kind == .frames && meeting.axis.level == .frame
        ? Self.step(of: seconds, in: recordings) : nil,
      seconds: seconds, sequences: collector.sequences, axis: meeting.axis,
      members: collector.members, offsets: collector.offsets)
  }

  /// `sequences` by recording, in the order of each one's first; within a recording in time order,
  /// which is file order where there are no times.
  func inRecordings(_ sequences: [Int]) -> [[Int]] {
    var order: [String] = []
    var members: [String: [Int]] = [:]
    for sequence in sequences {
      let recording = features.sequences.recordings[sequence]
      if members[recording] == nil { order.append(recording) }
      members[recording, default: []].append(sequence)
    }
    return order.map { recording in
      (members[recording] ?? []).sorted { (start(of: $0), $0) < (start(of: $1), $1) }
    }
  }

  /// When `sequence` starts in its recording, seconds; 0 without times.
  private func start(of sequence: Int) -> Double {
    let frames = features.sequences.frames(of: sequence)
    guard let intervals = features.frameIntervals, !frames.isEmpty else { return 0 }
    return intervals[2 * frames.lowerBound]
  }

  /// The middle of each collected row; nil without times.
  private func seconds(of collector: ViewCollector, on axis: RowAxis) -> [Double]? {
    guard let intervals = features.frameIntervals else { return nil }
    return (0..<collector.count).map { row in
      let members = collector.members[collector.offsets[row]..<collector.offsets[row + 1]]
      guard let first = members.first, let last = members.last,
        let begin = axis.frames(of: first).first, let end = axis.frames(of: last).last
      else { return .nan }
      return 0.5 * (intervals[2 * begin] + intervals[2 * end + 1])
    }
  }

  /// The step between neighbouring rows of each recording, where all are equal within 1 %.
  private static func step(of seconds: [Double]?, in recordings: [Range<Int>]) -> Double? {
    guard let seconds else { return nil }
    var step: Double?
    for recording in recordings {
      for row in recording.dropFirst() {
        let difference = seconds[row] - seconds[row - 1]
        let expected = step ?? difference
        guard difference > 0, abs(difference - expected) <= 0.01 * expected else { return nil }
        step = expected
      }
    }
    return step
  }
}

extension ViewRows {
  /// The sequences that have rows, in the order of the rows.
  package var distinctSequences: [Int] {
    var seen: Set<Int> = []
    return sequences.filter { seen.insert($0).inserted }
  }

  /// The rows of the meeting that make row `row`.
  func members(of row: Int) -> ArraySlice<Int> { members[offsets[row]..<offsets[row + 1]] }
}

/// Input features beside the rows of two views.
package struct ViewInputs: Sendable {
  package let names: [String]
  /// `[n, D]`: the mean over the valid rows that make each row; zeros, which are the mean, where
  /// there is none.
  package let values: Matrix

  /// The rows of `table` beside `rows`.
  init(_ table: ViewTable, beside rows: ViewRows, sequenceCount: Int) {
    let link = RowLink(from: table.axis, to: rows.axis, sequenceCount: sequenceCount)
    names = table.names
    let columns = Array(table.names.indices)
    var elements: [Double] = []
    elements.reserveCapacity(rows.rowCount * columns.count)
    for row in 0..<rows.rowCount {
      var sums = Array(repeating: 0.0, count: columns.count)
      let members = rows.members(of: row)
      for member in members {
        let valid = link.members(of: member).filter { table.valid[$0] }
        let mean = table.mean(of: valid, sequence: rows.sequences[row], columns: columns)
        for place in mean.indices { sums[place] += mean[place] }
      }
      elements += sums.map { $0 / Double(max(1, members.count)) }
    }
    values = Matrix(rows: rows.rowCount, columns: columns.count, elements: elements)
  }
}
