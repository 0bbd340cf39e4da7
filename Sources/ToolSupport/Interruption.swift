import Dispatch
import Foundation
import Synchronization

/// What happens on SIGINT (Ctrl-C) and SIGTERM.
///
/// Outside `deferred` the process ends at once, with 130 or 143 (75 after `expectRetry`). Inside,
/// the signal only sets `isRequested`, which long work polls in order to stop where its files are
/// whole; the process ends when `deferred` returns. A second signal ends the process anyway, but for
/// SIGTERM after `expectRetry`.
package enum Interruption {
  private struct State {
    var code: ExitCode?
    var depth = 0
    var advice: String?
    var terminationCode = ExitCode.terminated
    var lastWords: (@Sendable (ExitCode) -> Void)?
  }
  private static let state = Mutex(State())

  /// Whether a signal has asked the process to end.
  package static var isRequested: Bool { code != nil }

  /// 130, 143 or 75 once a signal came.
  static var code: ExitCode? { state.withLock { $0.code } }

  /// Says from now on, where a signal ends the process, what to do then.
  package static func advise(_ text: String) { state.withLock { $0.advice = text } }

  static var advice: String? { state.withLock { $0.advice } }

  /// From now on SIGTERM ends the process with 75: what was begun goes on when it is tried again.
  ///
  /// So that what started the process, such as a scheduler at its time limit, knows to do that.
  package static func expectRetry() { state.withLock { $0.terminationCode = .tryAgain } }

  /// Runs `body`, which is not to be cut: a save, or work that polls `isRequested`.
  package static func deferred<Value, Failure: Error>(
    _ body: () throws(Failure) -> Value
  ) throws(Failure) -> Value {
    state.withLock { $0.depth += 1 }
    defer {
      let due = state.withLock { state in
        state.depth -= 1
        return state.depth == 0 ? state.code : nil
      }
      if let due { end(with: due) }
    }
    return try body()
  }

  /// Starts to listen; `lastWords` is told the exit code before the process ends by a signal.
  static func listen(lastWords: @escaping @Sendable (ExitCode) -> Void) {
    signal(SIGPIPE, SIG_IGN)
    // A file that grows past the limit of the shell is a failed write, with its sentence.
    signal(SIGXFSZ, SIG_IGN)
    state.withLock { $0.lastWords = lastWords }
    let queue = DispatchQueue(label: "signals")
    for number in [SIGINT, SIGTERM] {
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      // The handler holds its source, which lives as long as the process.
      source.setEventHandler { withExtendedLifetime(source) { receive(number) } }
      source.resume()
    }
  }

  private static func receive(_ signal: Int32) {
    let (code, endsNow) = state.withLock { state in
      let code = signal == SIGINT ? ExitCode.interrupted : state.terminationCode
      // Schedulers tell each process of a job, and its script tells it again.
      let isRepeated = code == .tryAgain && state.code == .tryAgain
      defer { state.code = state.code ?? code }
      return (code, state.depth == 0 || state.code != nil && !isRepeated)
    }
    if endsNow { end(with: code) }
  }

  /// Ends the process without waiting for other threads.
  static func end(with code: ExitCode) -> Never {
    let lastWords = state.withLock { state in
      defer { state.lastWords = nil }
      return state.code == nil ? nil : state.lastWords
    }
    lastWords?(code)
    _exit(code.status)
  }
}
