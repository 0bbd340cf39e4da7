/// Pictures of one line in block characters.
enum Blocks {
  private static let levels = Array("▁▂▃▄▅▆▇█")

  /// The shape of `numbers` over at most `width` characters, each the mean of its share.
  ///
  /// The smallest is the lowest block and the largest the highest; numbers that are not finite
  /// leave a gap.
  static func curve(_ numbers: [Double], width: Int) -> String {
    let columns = binned(numbers, width: width)
    let finite = columns.filter(\.isFinite)
    guard let low = finite.min(), let high = finite.max() else { return "" }
    return String(columns.map { block($0, low, high) })
  }

  /// The shares of `counts` in their largest; an empty bin is a blank.
  static func histogram(_ counts: [Int]) -> String {
    let highest = Double(counts.max() ?? 0)
    return String(counts.map { $0 == 0 ? " " : block(Double($0), 0, highest) })
  }

  /// A bar of `width` characters, filled up to `share`.
  static func bar(_ share: Double, width: Int) -> String {
    let filled = Int((min(1, max(0, share)) * Double(width)).rounded())
    return String(repeating: "█", count: filled) + String(repeating: "·", count: width - filled)
  }

  private static func block(_ number: Double, _ low: Double, _ high: Double) -> Character {
    guard number.isFinite else { return " " }
    guard high > low else { return levels[0] }
    let share = (number - low) / (high - low)
    return levels[min(levels.count - 1, Int(share * Double(levels.count)))]
  }

  private static func binned(_ numbers: [Double], width: Int) -> [Double] {
    guard numbers.count > width else { return numbers }
    return (0..<width).map { column in
      let share = numbers[(column * numbers.count / width)..<((column + 1) * numbers.count / width)]
      return share.reduce(0, +) / Double(share.count)
    }
  }
}

/// Counts of numbers in bins of equal width.
struct Histogram {
  let counts: [Int]
  let minimum: Double
  let maximum: Double
  let mean: Double

  /// Counts the finite ones of `numbers`; nil where there are none.
  ///
  /// Whole numbers of a small range get a bin each.
  init?(of numbers: [Double], binCount: Int = 16) {
    self.init(
      numbers, column: 0, width: 1, where: Array(repeating: true, count: numbers.count), binCount)
  }

  /// Counts the numbers in `column` of the `valid` rows, `width` numbers each; nil where there are
  /// none.
  init?<Scalar: BinaryFloatingPoint>(
    _ numbers: [Scalar], column: Int, width: Int, where valid: [Bool], _ binCount: Int = 16
  ) {
    var (minimum, maximum) = (Double.infinity, -Double.infinity)
    var sum = 0.0
    var count = 0
    var isWhole = true
    for (row, isValid) in valid.enumerated() where isValid {
      let number = Double(numbers[row * width + column])
      guard number.isFinite else { continue }
      minimum = min(minimum, number)
      maximum = max(maximum, number)
      sum += number
      count += 1
      isWhole = isWhole && number == number.rounded()
    }
    guard count > 0 else { return nil }
    let span = maximum - minimum
    let hasBinEach = isWhole && span < Double(binCount)
    let bins = hasBinEach ? Int(span) + 1 : binCount
    let binsPerUnit = hasBinEach ? 1 : span > 0 ? Double(bins) / span : 0
    var counts = Array(repeating: 0, count: bins)
    for (row, isValid) in valid.enumerated() where isValid {
      let number = Double(numbers[row * width + column])
      guard number.isFinite else { continue }
      // A span that is no number, or no finite one, ends in the first bin.
      let bin = (number - minimum) * binsPerUnit
      counts[bin > 0 ? Int(min(bin, Double(bins - 1))) : 0] += 1
    }
    self.counts = counts
    self.minimum = minimum
    self.maximum = maximum
    mean = sum / Double(count)
  }
}
