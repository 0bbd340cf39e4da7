package import Tensors

/// Which items are shuffled together, so that what is read at a time lies together in the file and is
/// not of one place.
///
/// The data are cut into stretches, each an eighth of a pool. These come in random order, and eight
/// of them make a pool. Data of one pool or less are shuffled as a whole.
package struct ShufflePools: Sendable {
  /// So many frames are shuffled together; all with 0.
  package let frameCount: Int

  private static let stretchesOfPool = 8

  package init(frameCount: Int) {
    self.frameCount = frameCount
  }

  /// The numbers of items of `counts` frames in pools: each in one of them, in an order that is to be
  /// shuffled yet.
  package func pools(of counts: [Int], stream: inout RandomStream) -> [[Int]] {
    let all = Array(counts.indices)
    guard frameCount > 0, counts.reduce(0, +) > frameCount else { return [all] }
    let stretches = Self.cut(all, at: max(1, frameCount / Self.stretchesOfPool)) { counts[$0] }
    let order = stream.permutation(stretches.count).map { stretches[$0] }
    return Self.cut(order, at: frameCount) { $0.reduce(0) { $0 + counts[$1] } }
      .map { $0.flatMap { $0 } }
  }

  /// `items` in parts of `limit` or a little more, as `count` counts them; the last may be smaller.
  private static func cut<Item>(
    _ items: [Item], at limit: Int, counting count: (Item) -> Int
  ) -> [[Item]] {
    var parts: [[Item]] = []
    var open: [Item] = []
    var sum = 0
    for item in items {
      open.append(item)
      sum += count(item)
      guard sum >= limit else { continue }
      parts.append(open)
      (open, sum) = ([], 0)
    }
    return open.isEmpty ? parts : parts + [open]
  }
}
