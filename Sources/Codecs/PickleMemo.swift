/// The memo of a pickle: values by number.
///
/// Writers count up; a number far ahead is kept apart, so that a wild one costs no memory.
struct PickleMemo {
  private var dense: [UInt32] = []
  private var sparse: [Int: UInt32] = [:]
  /// Numbers that were set, each once.
  private(set) var count = 0

  private static let longestGap = 256
  private static let unset = UInt32.max

  /// Bytes that setting `index` costs.
  func cost(of index: Int) -> Int {
    if index < dense.count { return 0 }
    return index - dense.count < Self.longestGap ? 8 * (index - dense.count + 1) : 64
  }

  mutating func set(_ index: Int, _ value: UInt32) {
    if index < dense.count {
      if dense[index] == Self.unset { count += 1 }
      dense[index] = value
    } else if index - dense.count < Self.longestGap {
      while dense.count < index { dense.append(Self.unset) }
      dense.append(value)
      count += 1
    } else if sparse.updateValue(value, forKey: index) == nil {
      count += 1
    }
  }

  func value(_ index: Int) -> UInt32? {
    if index < dense.count, dense[index] != Self.unset { return dense[index] }
    return sparse[index]
  }
}
