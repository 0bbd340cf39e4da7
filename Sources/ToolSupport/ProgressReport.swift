import Synchronization

/// How far a long piece of work has come, on stderr.
///
/// On a terminal one line is redrawn, with rate and time left; else a plain line appears at most
/// every five seconds; nothing with `--quiet`. May be told from any thread.
package final class ProgressReport: Sendable {
  private struct State {
    var done = 0
    var lastShown: ContinuousClock.Instant?
    var isFinished = false
  }
  private let state = Mutex(State())
  private let console: Console
  private let label: String
  private let unit: String
  private let total: Int?
  private let start: ContinuousClock.Instant
  private let now: @Sendable () -> ContinuousClock.Instant

  /// A report on work called `label`, such as `step 2`, of at most `total` units where that is
  /// known; `unit` is what is counted, in the plural, such as `epochs`.
  package init(
    _ console: Console, label: String, total: Int? = nil, unit: String,
    now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
  ) {
    self.console = console
    self.label = label
    self.total = total
    self.unit = unit
    self.now = now
    self.start = now()
  }

  /// Tells that `done` units are done; `detail` is a word on the latest, such as `loss 0.31`.
  package func update(_ done: Int, detail: String = "") {
    let instant = now()
    let interval: Duration = console.canRedraw ? .milliseconds(100) : .seconds(5)
    let isDue = state.withLock { state in
      state.done = done
      guard !console.isQuiet, !state.isFinished else { return false }
      if let last = state.lastShown ?? (console.canRedraw ? nil : start),
        instant - last < interval
      {
        return false
      }
      state.lastShown = instant
      return true
    }
    guard isDue else { return }
    let line = text(done, elapsed: seconds(instant - start), detail: detail)
    if console.canRedraw { console.redraw(line) } else { console.talk(line) }
  }

  /// Ends the report: on a terminal the bar disappears, and `summary` stands as a note.
  package func finish(_ summary: String? = nil) {
    let wasFinished = state.withLock { state in
      defer { state.isFinished = true }
      return state.isFinished
    }
    guard !wasFinished, !console.isQuiet else { return }
    if console.canRedraw { console.redraw("") }
    if let summary { console.note(summary) }
  }

  private func text(_ done: Int, elapsed: Double, detail: String) -> String {
    let rate = elapsed > 0 ? Double(done) / elapsed : 0
    var parts = [escapingControls(label)]
    if let total, total > 0 {
      let fraction = min(1, Double(done) / Double(total))
      if console.canRedraw {
        let filled = Int(fraction * 20)
        parts.append(
          String(repeating: "█", count: filled) + String(repeating: "·", count: 20 - filled))
      }
      parts.append("\(done)/\(total) \(unit)")
    } else {
      parts.append("\(done) \(unit)")
    }
    if rate > 0 {
      parts.append(rateText(rate))
      if let total, done < total {
        parts.append("\(durationText(Double(total - done) / rate)) left")
      }
    }
    if !detail.isEmpty { parts.append(escapingControls(detail)) }
    return parts.joined(separator: "  ")
  }

  private func rateText(_ rate: Double) -> String {
    rate >= 1 ? "\(rounded(rate))/s" : "\(rounded(60 * rate))/min"
  }

  private func rounded(_ value: Double) -> String {
    value >= 100
      ? String(Int(min(value, 1e15))) : ((value * 10).rounded() / 10).description
  }

  private func seconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
  }
}

/// A length of time for people: `42 s`, `3 min 5 s`, `2 h 10 min`.
package func durationText(_ seconds: Double) -> String {
  guard seconds.isFinite, seconds < 1e9 else { return "very long" }
  let whole = Int(seconds.rounded(.up))
  if whole < 60 { return "\(whole) s" }
  if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
  return "\(whole / 3600) h \(whole % 3600 / 60) min"
}
