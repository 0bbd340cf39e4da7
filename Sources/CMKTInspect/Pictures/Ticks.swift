import Foundation

/// A mark on an axis and its wording.
package struct Tick: Sendable, Equatable {
  /// Where it stands.
  package var value: Double
  /// What is written there.
  package var label: String
}

/// Round numbers on an axis.
package enum Ticks {
  /// At most `maximumCount` multiples of 1, 2 or 5 times a power of ten within `range`.
  package static func round(in range: ClosedRange<Double>, maximumCount: Int) -> [Tick] {
    let span = range.upperBound - range.lowerBound
    guard span > 0, span.isFinite, maximumCount > 0 else {
      return [Tick(value: range.lowerBound, label: label(range.lowerBound, step: 0))]
    }
    var power = pow(10, floor(log10(span / Double(maximumCount))))
    guard power > 0, power.isFinite else { return [] }
    for _ in 0..<3 {
      for factor in [1.0, 2, 5] {
        let values = multiples(of: power * factor, in: range)
        if values.count <= maximumCount {
          return values.map { Tick(value: $0, label: label($0, step: power * factor)) }
        }
      }
      power *= 10
    }
    return []
  }

  private static func multiples(of step: Double, in range: ClosedRange<Double>) -> [Double] {
    let first = (range.lowerBound / step - 1e-9).rounded(.up)
    let last = (range.upperBound / step + 1e-9).rounded(.down)
    // More than would ever be shown.
    guard last >= first else { return [] }
    guard last - first < 100 else { return Array(repeating: 0, count: 101) }
    return (0...Int(last - first)).map { (first + Double($0)) * step }
  }

  /// `value` with as many decimals as `step` needs.
  static func label(_ value: Double, step: Double) -> String {
    if value == 0 || abs(value) < step * 1e-6 { return "0" }
    let magnitude = max(abs(value), step)
    if magnitude >= 1e6 || magnitude < 1e-4 || !value.isFinite {
      return signed(String(format: "%.3g", value))
    }
    guard step > 0 else { return signed(String(format: "%.4g", value)) }
    let decimals = max(0, min(6, Int(-floor(log10(step) + 1e-9))))
    return signed(String(format: "%.\(decimals)f", value))
  }

  /// A minus as long as a plus.
  static func signed(_ text: String) -> String { text.replacing("-", with: "−") }
}
