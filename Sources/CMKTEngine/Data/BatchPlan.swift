import Tensors

/// Cuts windows into batches: the same for the same seed and epoch.
struct BatchPlan: Sendable {
  let windows: [Window]
  let size: Int
  /// Whether a batch holds windows of like length, so that short ones need not wait for long ones.
  let isBucketed: Bool
  let seed: UInt64
  /// Names the random stream.
  let purpose: String

  /// The batches of `epoch`, of sizes that differ by one at most.
  func batches(epoch: Int) -> [Batch] {
    var stream = RandomStream(seed: seed, purpose: "order/\(purpose)", step: epoch)
    var order = stream.permutation(windows.count).map { windows[$0] }
    guard isBucketed else { return Self.split(order, size: size).map(Batch.init) }
    // The random order decides between windows of equal length.
    order = order.enumerated()
      .sorted { ($0.element.frames.count, $0.offset) < ($1.element.frames.count, $1.offset) }
      .map(\.element)
    let batches = Self.split(order, size: size)
    return stream.permutation(batches.count).map { Batch(batches[$0]) }
  }

  /// `items` in as few parts as `size` allows, of about equal length: a small last batch would
  /// give the correlation loss too few rows.
  static func split(_ items: [Window], size: Int) -> [[Window]] {
    let count = (items.count + size - 1) / size
    return (0..<count).map { part in
      Array(items[(part * items.count / count)..<((part + 1) * items.count / count)])
    }
  }
}
