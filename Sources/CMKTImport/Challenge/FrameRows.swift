/// Values of the frames of one recording, gathered from rows.
///
/// Rows of one frame are averaged, numbers only; a frame without a row is not valid.
struct FrameRows: Sendable {
  /// `[T, D]`; 0 for frames without a row.
  private(set) var values: [Float]
  /// `[T]`.
  private(set) var hasRow: [Bool]

  private let width: Int
  /// Sums and counts of the frame that rows are being added to.
  private var sums: [Double]
  private var counts: [Int]
  private var open: Int?

  init(frameCount: Int, width: Int) {
    self.width = width
    values = [Float](repeating: 0, count: frameCount * width)
    hasRow = [Bool](repeating: false, count: frameCount)
    sums = [Double](repeating: 0, count: width)
    counts = [Int](repeating: 0, count: width)
  }

  /// Adds a row of `frame`; frames come in order, and frames that do not exist are passed over.
  mutating func add(_ row: [Double], to frame: Int) {
    guard hasRow.indices.contains(frame) else { return }
    if open != frame {
      for column in 0..<width {
        sums[column] = 0
        counts[column] = 0
      }
      open = frame
      hasRow[frame] = true
    }
    for column in 0..<width {
      let value = row[column]
      if !value.isNaN {
        sums[column] += value
        counts[column] += 1
      }
      let count = counts[column]
      values[frame * width + column] =
        count == 0 ? .nan : Float(count == 1 ? sums[column] : sums[column] / Double(count))
    }
  }

  /// Marks frames whose values are all 0 as not there.
  mutating func dropZeros() {
    for frame in hasRow.indices where hasRow[frame] {
      hasRow[frame] = values[frame * width..<(frame + 1) * width].contains { $0 != 0 }
    }
  }

  /// The rows at `stepSeconds` from frame to frame.
  func trackRows(stepSeconds: Double) -> TrackRows {
    TrackRows(
      values: values, intervals: Self.intervals(hasRow.count, stepSeconds),
      validity: hasRow.allSatisfy { $0 } ? .all : .rows(hasRow))
  }

  /// `[T, 2]`: frame *i* lasts from *i* to *i + 1* steps.
  static func intervals(_ count: Int, _ stepSeconds: Double) -> [Double] {
    (0..<count).flatMap { [Double($0) * stepSeconds, Double($0 + 1) * stepSeconds] }
  }
}
