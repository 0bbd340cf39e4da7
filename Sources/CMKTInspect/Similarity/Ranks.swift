/// Ranks of numbers from 1 up; equal numbers get the mean of their ranks.
struct Ranks {
  let values: [Double]

  /// Ranks by a radix sort, in O(n).
  init(of numbers: [Double]) {
    let order = Self.order(numbers)
    var ranks = Array(repeating: 0.0, count: numbers.count)
    var start = 0
    while start < order.count {
      var end = start + 1
      let value = numbers[order[start]]
      while end < order.count, numbers[order[end]] == value { end += 1 }
      let rank = Double(start + 1 + end) / 2
      for place in start..<end { ranks[order[place]] = rank }
      start = end
    }
    values = ranks
  }

  /// Indices from the smallest number to the largest, equal ones in order.
  private static func order(_ numbers: [Double]) -> [Int] {
    var keys = numbers.map { number -> UInt64 in
      // Zeros of both signs are equal.
      let bits = (number + 0).bitPattern
      return bits >> 63 == 1 ? ~bits : bits | 1 << 63
    }
    var order = Array(numbers.indices)
    var (otherKeys, otherOrder) = (keys, order)
    let digitBits = 11
    let mask = UInt64(1 << digitBits - 1)
    for shift in stride(from: 0, to: 64, by: digitBits) {
      var starts = Array(repeating: 0, count: 1 << digitBits)
      for key in keys { starts[Int((key >> UInt64(shift)) & mask)] += 1 }
      var sum = 0
      for digit in starts.indices { (starts[digit], sum) = (sum, sum + starts[digit]) }
      for place in keys.indices {
        let digit = Int((keys[place] >> UInt64(shift)) & mask)
        otherKeys[starts[digit]] = keys[place]
        otherOrder[starts[digit]] = order[place]
        starts[digit] += 1
      }
      swap(&keys, &otherKeys)
      swap(&order, &otherOrder)
    }
    return order
  }
}

/// Pearson's correlation of two lists of equal length.
enum Pearson {
  /// Nil for fewer than three pairs or where one list does not vary.
  static func correlation(_ first: [Double], _ second: [Double]) -> Double? {
    guard first.count > 2, first.count == second.count else { return nil }
    let (firstMean, secondMean) = (first.mean, second.mean)
    var (own, other, both) = (0.0, 0.0, 0.0)
    for index in first.indices {
      let (x, y) = (first[index] - firstMean, second[index] - secondMean)
      own += x * x
      other += y * y
      both += x * y
    }
    let count = Double(first.count)
    // What is left of a constant list after centring is rounding.
    guard own > 1e-24 * count * firstMean * firstMean,
      other > 1e-24 * count * secondMean * secondMean
    else { return nil }
    let scale = own.squareRoot() * other.squareRoot()
    guard scale > 0, scale.isFinite else { return nil }
    return min(1, max(-1, both / scale))
  }
}
