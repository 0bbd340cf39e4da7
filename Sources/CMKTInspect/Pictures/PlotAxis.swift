/// An axis of a plot: its name, its unit, and what it spans.
package struct PlotAxis: Sendable, Equatable {
  var title: String
  /// A unit, or one of `noUnit`, `number` and `name`.
  var unit: String
  /// The least value on it.
  package var low: Double
  /// The greatest value on it.
  package var high: Double
  /// Names at 0, 1, … in place of numbers; empty for an axis of numbers.
  var names: [String] = []
  /// Whether ticks stand at whole numbers only.
  var isWhole = false

  /// In place of a unit: a quantity that has none.
  static let noUnit = "1"
  /// In place of a unit: whole numbers that count or number something.
  static let number = "number"
  /// In place of a unit: names.
  static let name = "name"

  /// `time / s`, `correlation (no unit)`, `epoch (number)`, `model (name)`.
  var label: String { Self.label(title, unit: unit) }

  /// What is called `title`, with its unit, or with what stands there where there is none.
  package static func label(_ title: String, unit: String) -> String {
    title + suffix(of: unit)
  }

  /// The same within `width`, the title cut where it must be, and never the unit.
  package static func label(_ title: String, unit: String, width: Double) -> String {
    let end = suffix(of: unit)
    return TextMeasure.fitted(title, width: width - TextMeasure.width(end)) + end
  }

  private static func suffix(of unit: String) -> String {
    switch unit {
    case noUnit: " (no unit)"
    case number, name: " (\(unit))"
    default: " / \(unit)"
    }
  }

  /// An axis of numbers from `low` to `high`; widened where they are equal or not finite.
  init(_ title: String, unit: String, from low: Double, to high: Double, isWhole: Bool = false) {
    self.title = title
    self.unit = unit
    self.isWhole = isWhole
    let limit = 1e300
    self.low = low.isFinite ? max(-limit, min(limit, low)) : 0
    self.high = high.isFinite ? max(-limit, min(limit, high)) : 1
    if self.high <= self.low {
      let half = max(0.5, abs(self.low) * 0.01)
      (self.low, self.high) = (self.low - half, self.low + half)
    }
  }

  /// An axis that all finite ones of `values` fit on, with some room at both ends.
  package init(
    _ title: String, unit: String, covering values: [Double], andZero: Bool = false,
    isWhole: Bool = false, room: Double = 0.05
  ) {
    var (low, high) = (Double.infinity, -Double.infinity)
    for value in values where value.isFinite { (low, high) = (min(low, value), max(high, value)) }
    if low > high { (low, high) = (0, 1) }
    if andZero { (low, high) = (min(low, 0), max(high, 0)) }
    let margin = (high - low) * room
    let isFlat = margin == 0
    self.init(
      title, unit: unit, from: andZero && low == 0 && !isFlat ? 0 : low - margin,
      to: andZero && high == 0 && !isFlat ? 0 : high + margin, isWhole: isWhole)
  }

  /// An axis of names, each in the middle of a step of 1.
  init(_ title: String, names: [String]) {
    self.init(title, unit: Self.name, from: -0.5, to: Double(max(1, names.count)) - 0.5)
    self.names = names
  }

  /// Where `value` lies, 0 at `low` and 1 at `high`.
  func share(_ value: Double) -> Double { (value - low) / (high - low) }

  /// At most `maximumCount` marks.
  func ticks(maximumCount: Int) -> [Tick] {
    guard names.isEmpty else {
      let step = max(1, (names.count + maximumCount - 1) / max(1, maximumCount))
      return stride(from: 0, to: names.count, by: step).map {
        Tick(value: Double($0), label: names[$0])
      }
    }
    let ticks = Ticks.round(in: min(low, high)...max(low, high), maximumCount: maximumCount)
    return isWhole ? ticks.filter { $0.value == $0.value.rounded() } : ticks
  }
}
