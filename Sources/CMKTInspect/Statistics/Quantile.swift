/// Quantiles of unsorted numbers.
enum Quantile {
  /// The middle of the sorted numbers; not a number where there are none.
  static func median(_ numbers: [Double]) -> Double { of(numbers, 0.5) }

  /// Linear between neighbours, as NumPy's default (Hyndman & Fan 1996, definition 7); numbers that
  /// are not finite are left out, and where there are no others it is not a number.
  static func of(_ numbers: [Double], _ share: Double) -> Double {
    let sorted = numbers.filter(\.isFinite).sorted()
    guard !sorted.isEmpty else { return .nan }
    let position = min(1, max(0, share)) * Double(sorted.count - 1)
    let low = Int(position)
    let high = min(sorted.count - 1, low + 1)
    return sorted[low] + (sorted[high] - sorted[low]) * (position - Double(low))
  }

  /// The number of rank ⌊share · n⌋, from 0, of numbers that are sorted: one of those drawn, as the
  /// tail of a null or of replicates is counted; not a number where there are none.
  static func drawn(_ sorted: [Double], _ share: Double) -> Double {
    guard !sorted.isEmpty else { return .nan }
    let rank = min(1, max(0, share)) * Double(sorted.count)
    return sorted[min(sorted.count - 1, Int(rank.rounded(.down)))]
  }
}
