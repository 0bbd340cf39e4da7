/// Whether storage is fast enough to be read again and again.
///
/// Half of the reads decide: now and then one takes long for reasons that are none of the storage's.
package struct StorageRate {
  /// A slower read is one that whoever reads ahead of a training would be waited for.
  private static let leastBytesPerSecond = 200e6
  /// So many reads are one measurement.
  package static let measuredCount = 64

  private var count = 0
  private var slowCount = 0
  /// Whether in a measurement half of the reads, or more, came at less than 200 MB a second.
  package private(set) var isSlow = false

  package init() {}

  /// Adds a read of `byteCount` bytes that took `duration`.
  package mutating func add(_ byteCount: Int, in duration: Duration) {
    let seconds = duration / .seconds(1)
    count += 1
    if Double(byteCount) < Self.leastBytesPerSecond * seconds { slowCount += 1 }
    guard count >= Self.measuredCount else { return }
    if 2 * slowCount >= count { isSlow = true }
    (count, slowCount) = (0, 0)
  }
}
