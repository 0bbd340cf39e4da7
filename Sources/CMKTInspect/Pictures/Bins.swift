/// Equal steps of a range, for any numbers: nothing here overflows.
package enum Bins {
  /// The one of `count` steps over `range` that `value` lies in; the upper end is in the last.
  ///
  /// Nil where `value` lies outside or is not a number, and for a range of no width.
  package static func bin(of value: Double, in range: ClosedRange<Double>, count: Int) -> Int? {
    guard count > 0, range.contains(value) else { return nil }
    // Halves, so that the width of any range is finite.
    let width = range.upperBound / 2 - range.lowerBound / 2
    return level(of: (value / 2 - range.lowerBound / 2) / width, count: count)
  }

  /// The one of `count` steps of 0…1 nearest to `share`; nil where it is not finite.
  package static func level(of share: Double, count: Int) -> Int? {
    guard count > 0, share.isFinite else { return nil }
    return min(count - 1, Int(min(1, max(0, share)) * Double(count)))
  }
}
