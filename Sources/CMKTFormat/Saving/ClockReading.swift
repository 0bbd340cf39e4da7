import Synchronization

/// The reading of a slow clock, carried on by a quick one for a while.
final class ClockReading: Sendable {
  private let last = Mutex<(seconds: Double, at: ContinuousClock.Instant)?>(nil)
  private let lifetime: Duration

  init(lifetime: Duration) { self.lifetime = lifetime }

  /// The time now; `read` is asked where the last answer is too old.
  func seconds(_ read: () -> Double) -> Double {
    last.withLock { last in
      let now = ContinuousClock.now
      if let last, now - last.at < lifetime {
        let passed = (now - last.at).components
        return last.seconds + Double(passed.seconds) + Double(passed.attoseconds) * 1e-18
      }
      let seconds = read()
      last = (seconds, now)
      return seconds
    }
  }
}
