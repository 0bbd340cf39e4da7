/// How a tool ends: the status it returns to the shell.
package struct ExitCode: Sendable, Equatable, Hashable {
  package let status: Int32

  package init(_ status: Int32) {
    self.status = status
  }

  package static let ok = ExitCode(0)
  /// Findings, differences, failed verification or parity, diverged training.
  package static let findings = ExitCode(1)
  /// The command line is wrong.
  package static let usage = ExitCode(64)
  /// The input is there, but its content is wrong.
  package static let badData = ExitCode(65)
  /// The input is missing or cannot be read.
  package static let noInput = ExitCode(66)
  /// A program that is needed is absent.
  package static let missingProgram = ExitCode(69)
  /// A mistake of the tool itself.
  package static let internalError = ExitCode(70)
  /// The output cannot be created.
  package static let cannotCreate = ExitCode(73)
  /// Reading or writing failed on the way.
  package static let ioFailure = ExitCode(74)
  /// Something else is using the file; it may work later.
  package static let tryAgain = ExitCode(75)
  /// Ended by SIGINT (Ctrl-C).
  package static let interrupted = ExitCode(130)
  /// Ended by SIGTERM.
  package static let terminated = ExitCode(143)

  /// Every code with its meaning, for help pages.
  package static let table: [(code: ExitCode, meaning: String)] = [
    (.ok, "success"),
    (.findings, "findings, differences, failed verification or parity, diverged training"),
    (.usage, "wrong command line"),
    (.badData, "bad data"),
    (.noInput, "missing or unreadable input"),
    (.missingProgram, "a needed program is absent"),
    (.internalError, "internal error"),
    (.cannotCreate, "output cannot be created"),
    (.ioFailure, "input or output failed"),
    (.tryAgain, "try again later"),
    (.interrupted, "interrupted"),
    (.terminated, "terminated"),
  ]
}
