import CMKTFormat
import Foundation
import Tensors

/// Whether series wander over whole recordings, more than their short-term memory explains.
///
/// Power at the lowest frequencies (1 and 2 half-waves a recording) against that at the next
/// (3 to 6), over all columns and recordings; beside it what a first-order autoregression of the
/// same short-term memory would have. Circular shifts take a drift apart at the join, so they
/// reject too often where both views drift.
struct Drift: Sendable {
  /// 1 where the spectrum is flat at its lower end.
  let ratio: Double
  let expected: Double

  private static let low = 1...2
  private static let next = 3...6
  /// Shorter recordings have too few rows for the frequencies that are compared.
  private static let shortest = 16

  /// Excess that stationary series of a few recordings rarely have.
  private static let limit = 1.4

  /// Whether the excess is beyond what chance gives.
  var isFound: Bool { ratio > Self.limit * expected }

  /// - Complexity: O(n K).
  init(of view: Matrix, _ recordings: [Range<Int>], threads: Int) {
    let used = recordings.filter { $0.count >= Self.shortest }
    let columns = view.centred(in: recordings).standardisedColumns
    let parts = parallelMap(used.count, threads: threads) { Self.powers(columns, used[$0]) }
    func sum(_ powers: [[Double]], _ range: ClosedRange<Int>) -> Double {
      powers.reduce(0) { total, powers in
        total + range.reduce(0) { $0 + powers[$1 - 1] } / Double(range.count)
      }
    }
    let next = sum(parts.map(\.observed), Self.next)
    ratio = next > 0 ? sum(parts.map(\.observed), Self.low) / next : 1
    let expectedNext = sum(parts.map(\.expected), Self.next)
    expected = expectedNext > 0 ? sum(parts.map(\.expected), Self.low) / expectedNext : 1
  }

  /// Power at 1, 2, … 6 half-waves, summed over the columns: observed and expected.
  private static func powers(
    _ view: Matrix, _ rows: Range<Int>
  ) -> (observed: [Double], expected: [Double]) {
    let (count, width) = (rows.count, view.columns)
    let observed = (1...next.upperBound).map { wave -> Double in
      var coefficients = Array(repeating: 0.0, count: width)
      for row in 0..<count {
        let cosine = cos(.pi * Double(wave) * (Double(row) + 0.5) / Double(count))
        let start = (rows.lowerBound + row) * width
        for column in 0..<width {
          coefficients[column] += cosine * view.elements[start + column]
        }
      }
      return coefficients.reduce(0) { $0 + $1 * $1 }
    }
    let memory = memory(view, rows)
    let expected = (1...next.upperBound).map { wave in
      1 / (1 + memory * memory - 2 * memory * cos(.pi * Double(wave) / Double(count)))
    }
    let scale = observed.reduce(0, +) / expected.reduce(0, +)
    return (observed, expected.map { $0 * scale })
  }

  /// The correlation φ of neighbouring rows in a first-order autoregression of the same short-term
  /// memory.
  ///
  /// Its mean squares of differences over h and 2 h rows stand in the ratio `1 : 1 + φ^h`; h is a
  /// 24th of the rows. Slow drifts hardly show in such differences.
  private static func memory(_ view: Matrix, _ rows: Range<Int>) -> Double {
    let lag = max(1, rows.count / 24)
    func square(_ lag: Int) -> Double {
      let (start, end) = (rows.lowerBound * view.columns, (rows.upperBound - lag) * view.columns)
      var sum = 0.0
      for index in start..<end {
        let difference = view.elements[index + lag * view.columns] - view.elements[index]
        sum += difference * difference
      }
      return sum / Double(rows.count - lag)
    }
    let near = square(lag)
    guard near > 0 else { return 0 }
    return pow(min(0.98, max(0, square(2 * lag) / near - 1)), 1 / Double(lag))
  }
}
