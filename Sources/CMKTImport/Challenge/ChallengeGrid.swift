/// The frames that rows stand for: row after row, or wherever their times put them.
package struct FrameMap: Sendable, Equatable {
  /// The frame of the first row.
  package let first: Int
  package let rowCount: Int
  /// The frame of each row, where they are not one after the other.
  private let frames: [Int32]?

  /// Rows that follow each other from frame 0.
  package init(rowCount: Int) {
    first = 0
    self.rowCount = rowCount
    frames = nil
  }

  /// Rows at these frames, which do not decrease.
  package init(_ all: [Int32]) {
    first = all.first.map(Int.init) ?? 0
    rowCount = all.count
    let isRegular = all.enumerated().allSatisfy { $0.offset + Int(all[0]) == Int($0.element) }
    frames = isRegular ? nil : all
  }

  /// The frame of row `row`.
  package subscript(_ row: Int) -> Int { frames.map { Int($0[row]) } ?? first + row }

  /// One more than the last frame; 0 where there are no rows.
  package var end: Int { rowCount == 0 ? 0 : self[rowCount - 1] + 1 }

  /// How many different frames below `count` have a row, and how many rows they have together.
  package func coverage(below count: Int) -> (frames: Int, rows: Int) {
    guard let frames else {
      let rows = max(0, min(rowCount, count - first))
      return (rows, rows)
    }
    var covered = (frames: 0, rows: 0)
    var last: Int32 = -1
    for frame in frames where frame < count {
      covered.rows += 1
      if frame != last { covered.frames += 1 }
      last = frame
    }
    return covered
  }
}

/// The regular steps in which times are counted.
package enum TimeGrid {
  /// No recording is longer, seconds.
  static let longestSeconds = 1e6
  /// A recording has no more frames than this for each of its rows.
  static let sparsest = 10.0
  private static let mostFrames = 1e9
  /// Steps within this share of each other are one.
  private static let tolerance = 0.01

  /// Whether `first` and `second` are the same step.
  package static func areEqual(_ first: Double, _ second: Double) -> Bool {
    abs(first - second) <= tolerance * min(first, second)
  }

  /// The step between `times`, which increase; nil for one row.
  ///
  /// It is the usual one where the others are multiples of it; else the mean, since times may have
  /// been written with few digits.
  package static func step(of times: [Double]) -> Double? {
    guard times.count > 1, let first = times.first, let last = times.last else { return nil }
    let steps = zip(times.dropFirst(), times).map { $0 - $1 }
    let median = steps.sorted()[steps.count / 2]
    let isRegular = steps.allSatisfy { step in
      let multiple = step / median
      return abs(multiple - multiple.rounded()) < 0.05 && multiple > 0.5
    }
    let step = isRegular ? median : (last - first) / Double(steps.count)
    // Differences of decimal numbers are off by some last bits.
    let rounded = (step * 1e6).rounded() / 1e6
    return abs(rounded - step) < 1e-6 * step ? rounded : step
  }

  /// The frames of `map`, counted in steps of `step`, as frames of the longer step `longer`.
  package static func frames(of map: FrameMap, step: Double, longer: Double) -> FrameMap {
    FrameMap(
      (0..<map.rowCount).map { Int32((Double(map[$0]) * step / longer + 1e-6).rounded(.down)) })
  }

  /// The frame of each of `times` in steps of `step`; nil where they lie too far apart.
  ///
  /// A row half a step after the beginning of a frame belongs to that frame.
  package static func frames(of times: [Double], step: Double) -> FrameMap? {
    guard let start = times.first, let last = times.last else { return FrameMap(rowCount: 0) }
    guard last / step < min(sparsest * Double(times.count) + 1000, mostFrames) else { return nil }
    let first = max(0, (start / step - 0.501).rounded(.up))
    return FrameMap(times.map { Int32(first + (($0 - start) / step).rounded()) })
  }
}
