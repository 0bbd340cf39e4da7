import CMKTFormat
import Tensors

/// Cuts windows into batches: the same for the same seed and epoch.
struct BatchPlan: Sendable {
  let windows: [Window]
  /// Windows for the losses that need no label: every batch takes its share of them, at most
  /// `size`.
  let unlabelled: [Window]
  let size: Int
  /// Whether a batch holds windows of like length, so that short ones need not wait for long ones.
  let isBucketed: Bool
  let seed: UInt64
  private let pools: ShufflePools
  /// Names the random stream.
  let purpose: String
  /// How many rows of each window the correlation loss can use.
  private let rowCounts: [Int]
  /// A batch has more of these rows than this, as long as there are enough of them.
  private let rowFloor: Int

  /// The batches of `epoch`: of sizes that differ by one at most, unless small ones were merged.
  func batches(epoch: Int) -> [Batch] {
    let batches = labelledBatches(epoch: epoch)
    guard !unlabelled.isEmpty else { return batches.map { Batch($0) } }
    // A stream of its own: the labelled windows come as they would without.
    var stream = RandomStream(seed: seed, purpose: "order/\(purpose)/unlabelled", step: epoch)
    let pools = pools.pools(of: unlabelled.map(\.frames.count), stream: &stream)
    let order = pools.flatMap { pool in
      stream.permutation(pool.count).map { unlabelled[pool[$0]] }
    }
    return batches.enumerated().map { index, windows in
      let share =
        (index * order.count / batches.count)..<((index + 1) * order.count / batches.count)
      return Batch(windows, unlabelled: Array(order[share].prefix(size)))
    }
  }

  private func labelledBatches(epoch: Int) -> [[Window]] {
    var stream = RandomStream(seed: seed, purpose: "order/\(purpose)", step: epoch)
    let pools = pools.pools(of: windows.map(\.frames.count), stream: &stream)
    let parts = pools.flatMap { pool in
      let parts = merged(Self.split(order(of: pool, &stream), size: size))
      return isBucketed ? stream.permutation(parts.count).map { parts[$0] } : parts
    }
    // A pool may be too small for any batch.
    return merged(parts).map { part in part.map { windows[$0] } }
  }

  /// The windows `pool` in random order, or by length.
  private func order(of pool: [Int], _ stream: inout RandomStream) -> [Int] {
    let order = stream.permutation(pool.count).map { pool[$0] }
    guard isBucketed else { return order }
    // The random order decides between windows of equal length.
    return order.enumerated()
      .sorted {
        (windows[$0.element].frames.count, $0.offset)
          < (windows[$1.element].frames.count, $1.offset)
      }
      .map(\.element)
  }

  /// `items` in as few parts as `size` allows, of about equal length: a small last batch would
  /// give the correlation loss too few rows.
  static func split<Item>(_ items: [Item], size: Int) -> [[Item]] {
    let count = (items.count + size - 1) / size
    return (0..<count).map { part in
      Array(items[(part * items.count / count)..<((part + 1) * items.count / count)])
    }
  }

  /// `parts`, where those with too few rows are joined to their neighbours.
  private func merged(_ parts: [[Int]]) -> [[Int]] {
    var result: [[Int]] = []
    var open: [Int] = []
    for part in parts {
      open += part
      guard rowCount(of: open) > rowFloor else { continue }
      result.append(open)
      open = []
    }
    guard !open.isEmpty else { return result }
    if result.isEmpty { return [open] }
    result[result.count - 1] += open
    return result
  }

  private func rowCount(of part: [Int]) -> Int { part.reduce(0) { $0 + rowCounts[$1] } }

  /// The plan for `sequences`.
  ///
  /// Windows hold whole segments and whole sequences wherever something that is learnt stands on
  /// them. Where latents are correlated, every batch has more rows for it than the latent has
  /// dimensions, as far as the data allow.
  init(
    data: TrainingData, sequences: [Int], unlabelled: [Int] = [], recipe: Recipe, seed: UInt64,
    purpose: String
  ) {
    let axes = data.targets.map(\.axis) + ([data.weak] + data.strong).map(\.axis)
    let length = recipe.integer(.windowFrames)
    let hop = recipe.integer(.windowHop)
    func cut(_ sequences: [Int]) -> [Window] {
      Window.cutting(
        sequences, of: data.sequences, length: length, hop: hop == 0 ? length : hop,
        keeping: axes.filter { $0.level != .frame })
    }
    let windows = cut(sequences)
    self.windows = windows
    self.unlabelled = cut(unlabelled)
    size = recipe.integer(.batchSize)
    isBucketed = recipe.choice(.batchOrder) == "bucketed"
    pools = ShufflePools(frameCount: recipe.integer(.batchPool))
    self.seed = seed
    self.purpose = purpose
    rowFloor = data.correlationFloor
    let isPooled = recipe.choice(.alignmentLevel) == "pooled"
    let counts = data.meetings.map { meeting in
      windows.map { window in
        let count = meeting.rows(in: Batch([window])).bothValid.count { $0 > 0 }
        return isPooled ? min(count, 1) : count
      }
    }
    rowCounts = windows.indices.map { index in counts.map { $0[index] }.min() ?? 1 }
  }

  /// The fewest windows of a batch.
  var smallestBatch: Int { plainParts.map(\.count).min() ?? 0 }

  /// The fewest rows that a batch has for the correlation.
  var smallestRowCount: Int { plainParts.map(rowCount).min() ?? 0 }

  /// The windows in their own order, in batches.
  var inOrder: [Batch] { plainParts.map { part in Batch(part.map { windows[$0] }) } }

  /// Whether batches of `batch.size` windows would be too small for the correlation.
  var isMerged: Bool { plainParts.count < (windows.count + size - 1) / size }

  /// The windows in their own order, in parts.
  private var plainParts: [[Int]] { merged(Self.split(Array(windows.indices), size: size)) }
}
