import Synchronization

/// How much memory the labels, lengths, ids and texts of a file may take, each as often as it is
/// referred to.
///
/// A value that stands once in a file may be referred to from everywhere, so that what a small
/// file unfolds to has no bound of its own.
final class PickledAllowance: Sendable {
  private let remaining: Mutex<Int>

  /// Files that are smaller than a fourth of this may unfold to as much.
  private static let least = 16 << 20

  init(fileByteCount: Int) {
    remaining = Mutex(max(Self.least, 4 * fileByteCount))
  }

  /// Takes `byteCount` away; false where no more is left.
  func take(_ byteCount: Int) -> Bool {
    remaining.withLock { remaining in
      guard byteCount <= remaining else { return false }
      remaining -= byteCount
      return true
    }
  }
}
