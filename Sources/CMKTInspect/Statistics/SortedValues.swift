/// Finite numbers in ascending order.
struct SortedValues: Sendable {
  let values: [Float]

  /// Sorts `numbers`, O(n).
  ///
  /// The order of the bits of positive floats is that of their values, so that three passes over
  /// eleven bits each (least significant digit first) sort them, -0 before 0.
  ///
  /// - Precondition: all are finite.
  init(_ numbers: [Float]) {
    guard numbers.count > 512 else {
      values = numbers.sorted()
      return
    }
    var keys = numbers.map { number in
      let bits = number.bitPattern
      return bits & 0x8000_0000 == 0 ? bits | 0x8000_0000 : ~bits
    }
    var buffer = keys
    for shift in [UInt32(0), 11, 22] {
      var starts = [Int](repeating: 0, count: 2049)
      for key in keys { starts[Int(key >> shift & 2047) + 1] += 1 }
      for digit in 1...2048 { starts[digit] += starts[digit - 1] }
      for key in keys {
        let digit = Int(key >> shift & 2047)
        buffer[starts[digit]] = key
        starts[digit] += 1
      }
      swap(&keys, &buffer)
    }
    values = keys.map { key in
      Float(bitPattern: key & 0x8000_0000 == 0 ? ~key : key & 0x7fff_ffff)
    }
  }

  /// The quantile `share`, exact: linear between the two values around (n − 1) · share.
  ///
  /// Source: Hyndman & Fan 1996, definition 7. Nil where there is no value.
  func quantile(_ share: Double) -> Double? {
    guard let last = values.indices.last else { return nil }
    let place = Double(last) * min(1, max(0, share))
    let index = min(last, Int(place))
    let (low, high) = (Double(values[index]), Double(values[min(last, index + 1)]))
    return low + (high - low) * (place - Double(index))
  }

  /// The two-sample Kolmogorov–Smirnov distance, max |F₁(x) − F₂(x)|, O(n₁ + n₂).
  ///
  /// Source: Smirnov 1939. Nil where either has no value.
  func distance(to other: SortedValues) -> Double? {
    guard !values.isEmpty, !other.values.isEmpty else { return nil }
    var (first, second) = (0, 0)
    var largest = 0.0
    while first < values.count, second < other.values.count {
      // Equal values are passed on both sides before the distributions are compared.
      let value = min(values[first], other.values[second])
      while first < values.count, values[first] <= value { first += 1 }
      while second < other.values.count, other.values[second] <= value { second += 1 }
      let difference =
        Double(first) / Double(values.count) - Double(second) / Double(other.values.count)
      largest = max(largest, abs(difference))
    }
    return largest
  }
}
