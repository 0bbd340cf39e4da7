import CMKTInspect
import Tensors
import Testing

/// Two unrelated views of recordings of unequal length: autoregressions around offsets.
struct NullViews {
  enum Drift: String, CaseIterable, CustomTestStringConvertible {
    case none
    /// Trends of random slope from start to end.
    case trends
    /// Random walks.
    case walks
    /// The same trend in every recording and column.
    case common

    var testDescription: String { rawValue }
  }

  var recordingCount = 8
  var rows = 100...200
  var width = 3
  var memory = 0.8
  var drift = Drift.none

  func views(seed: UInt64) -> PairedViews {
    var stream = RandomStream(seed: seed, purpose: "null views")
    var sides: [[Double]] = [[], []]
    var recordings: [Range<Int>] = []
    for _ in 0..<recordingCount {
      let count = Int.random(in: rows, using: &stream)
      for side in 0..<2 { sides[side] += recording(count, &stream) }
      let start = recordings.last?.upperBound ?? 0
      recordings.append(start..<(start + count))
    }
    let total = recordings.last?.upperBound ?? 0
    return PairedViews(
      first: Matrix(rows: total, columns: width, elements: sides[0]),
      second: Matrix(rows: total, columns: width, elements: sides[1]), recordings: recordings,
      groups: Array(0..<recordingCount))
  }

  private func recording(_ count: Int, _ stream: inout RandomStream) -> [Double] {
    let noise = (1 - memory * memory).squareRoot()
    var state = (0..<width).map { _ in stream.normal() }
    let offsets = (0..<width).map { _ in stream.normal() }
    let slopes = (0..<width).map { _ in stream.normal() }
    var walks = Array(repeating: 0.0, count: width)
    var values: [Double] = []
    for row in 0..<count {
      // From −√3 to √3: of variance 1.
      let time = (Double(row) / Double(count) - 0.5) * 3.4641
      for column in 0..<width {
        state[column] = memory * state[column] + noise * stream.normal()
        walks[column] += 0.1 * stream.normal()
        let drifted: Double =
          switch drift {
          case .none: 0
          case .trends: slopes[column] * time
          case .walks: walks[column]
          case .common: time
          }
        values.append(offsets[column] + state[column] + drifted)
      }
    }
    return values
  }
}
