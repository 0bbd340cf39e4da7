import CMKTFormat
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

  /// The plan for `sequences`; a target on whole sequences is learnt from whole sequences.
  init(data: TrainingData, sequences: [Int], recipe: Recipe, seed: UInt64, purpose: String) {
    let isWhole = data.targets.contains { $0.target.level != .frame }
    let length = isWhole ? 0 : recipe.integer(.windowFrames)
    let hop = recipe.integer(.windowHop)
    windows = Window.cutting(
      sequences, of: data.sequences, length: length, hop: hop == 0 ? length : hop)
    size = recipe.integer(.batchSize)
    isBucketed = recipe.choice(.batchOrder) == "bucketed"
    self.seed = seed
    self.purpose = purpose
  }

  /// The fewest windows of a batch.
  var smallestBatch: Int {
    Self.split(windows, size: size).map(\.count).min() ?? 0
  }
}
