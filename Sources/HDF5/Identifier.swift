import CHDF5

/// An HDF5 identifier with one owner, closed exactly once: by `close()` or at its end of life.
///
/// Lives and dies under `withLibrary`.
struct Identifier: ~Copyable {
  let value: hid_t
  /// How many there are; guarded by `withLibrary`.
  nonisolated(unsafe) private(set) static var liveCount = 0

  private let closer: @convention(c) (hid_t) -> herr_t

  /// Takes over `value`, which `operation` returned and `closer` closes.
  ///
  /// - Throws: `library` where `value` is negative.
  init(
    _ value: hid_t, _ closer: @convention(c) (hid_t) -> herr_t, _ operation: String, _ place: Place
  ) throws(HDF5Failure) {
    self.value = try check(value, operation, place)
    self.closer = closer
    unsafe Self.liveCount += 1
  }

  deinit {
    unsafe Self.liveCount -= 1
    _ = closer(value)
  }

  /// Closes now, so that a failure can be seen.
  consuming func close(_ operation: String, _ place: Place) throws(HDF5Failure) {
    unsafe Self.liveCount -= 1
    let status = closer(value)
    discard self
    try check(status, operation, place)
  }
}
