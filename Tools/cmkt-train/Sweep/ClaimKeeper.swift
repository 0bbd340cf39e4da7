import CMKTFormat
import Dispatch
import Synchronization

/// The claims that this process holds, renewed as long as it lives.
final class ClaimKeeper: Sendable {
  private struct State {
    var held: [String: WorkClaim] = [:]
    var lost: Set<String> = []
  }
  private let state = Mutex(State())
  private let claims: WorkClaims

  init(_ claims: WorkClaims) {
    self.claims = claims
    let timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "claims"))
    let interval = claims.expirySeconds / 4
    timer.schedule(deadline: .now() + interval, repeating: interval)
    // The handler holds its source, which lives as long as the process.
    timer.setEventHandler { [weak self] in withExtendedLifetime(timer) { self?.renew() } }
    timer.resume()
  }

  private func renew() {
    for claim in state.withLock({ Array($0.held.values) }) where claim.renew() == .lost {
      state.withLock { state in
        // It may have been let go in between.
        guard state.held.removeValue(forKey: claim.name) != nil else { return }
        state.lost.insert(claim.name)
      }
    }
  }

  /// Claims `name`; false where another worker has it.
  func take(_ name: String) throws -> Bool {
    guard let claim = try claims.take(name) else { return false }
    state.withLock { state in
      state.held[name] = claim
      state.lost.remove(name)
    }
    return true
  }

  /// Whether another worker has taken `name` over.
  func hasLost(_ name: String) -> Bool { state.withLock { $0.lost.contains(name) } }

  /// Removes what workers left behind that were killed, of the cells that are settled.
  func tidy(settled names: Set<String>) { claims.tidy(isSettled: names.contains) }

  func release(_ name: String) {
    state.withLock { $0.held.removeValue(forKey: name) }?.release()
  }
}
