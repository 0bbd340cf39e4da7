/// For each of `values` the median of the `width` values centred on it, of fewer at the ends; of
/// an even number, the mean of the middle two.
///
/// Total: values that are not finite have their place in the IEEE 754 total order.
/// - Parameter width: odd, at least 1.
/// - Complexity: O(n · width) at worst, in moves of memory; O(n log width) comparisons.
package func medianFiltered(_ values: [Double], width: Int) -> [Double] {
  precondition(width > 0 && width % 2 == 1)
  let reach = min(width / 2, values.count)
  var window = SortedWindow()
  for value in values.prefix(reach) { window.insert(value) }
  return values.indices.map { index in
    if index + reach < values.count { window.insert(values[index + reach]) }
    if index > reach { window.remove(values[index - reach - 1]) }
    return window.median
  }
}

/// Numbers kept in order, as integers that sort alike.
private struct SortedWindow {
  private var keys: [Int64] = []

  mutating func insert(_ value: Double) {
    let key = Self.key(of: value)
    keys.insert(key, at: position(of: key))
  }

  mutating func remove(_ value: Double) {
    keys.remove(at: position(of: Self.key(of: value)))
  }

  var median: Double {
    let middle = Self.value(of: keys[keys.count / 2])
    guard keys.count % 2 == 0 else { return middle }
    return (Self.value(of: keys[keys.count / 2 - 1]) + middle) / 2
  }

  /// The first place whose key is not below `key`.
  private func position(of key: Int64) -> Int {
    var (low, high) = (0, keys.count)
    while low < high {
      let middle = (low + high) / 2
      if keys[middle] < key { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private static func key(of value: Double) -> Int64 {
    ordered(Int64(bitPattern: value.bitPattern))
  }

  private static func value(of key: Int64) -> Double {
    Double(bitPattern: UInt64(bitPattern: ordered(key)))
  }

  /// Turns the bits of negative numbers round; its own inverse.
  private static func ordered(_ bits: Int64) -> Int64 { bits ^ ((bits >> 63) & .max) }
}
