/// Buffers that are lent for a step and used again in the next.
final class StoragePool<Scalar: TensorScalar> {
  private var free: [Int: [Storage<Scalar>]] = [:]
  private var lent: [Storage<Scalar>] = []

  /// A buffer of at least `count` elements, not cleared.
  func borrow(_ count: Int) -> Storage<Scalar> {
    let capacity = Self.capacity(for: count)
    let storage = free[capacity]?.popLast() ?? Storage(count: capacity)
    lent.append(storage)
    return storage
  }

  /// Takes back one buffer.
  func giveBack(_ storage: Storage<Scalar>) {
    guard let index = lent.lastIndex(where: { $0 === storage }) else { return }
    lent.swapAt(index, lent.count - 1)
    lent.removeLast()
    free[storage.count, default: []].append(storage)
  }

  /// Takes back all buffers.
  func reset() {
    for storage in lent { free[storage.count, default: []].append(storage) }
    lent.removeAll(keepingCapacity: true)
  }

  /// Rounds up by at most an eighth, so that batches of similar sizes share buffers.
  private static func capacity(for count: Int) -> Int {
    let grain = max(64, 1 << max(0, Int.bitWidth - count.leadingZeroBitCount - 4))
    return (count + grain - 1) / grain * grain
  }
}
