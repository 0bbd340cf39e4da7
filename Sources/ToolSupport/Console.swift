import Foundation
import Synchronization

/// Where a command talks: stdout carries data, stderr carries talk.
///
/// With `--json` stdout carries one JSON document and nothing else; with `--quiet` notes and
/// progress are left out, warnings and errors are not. Control characters in talk are escaped,
/// so that names from untrusted files cannot steer a terminal.
package final class Console: Sendable {
  package let isJSON: Bool
  package let isQuiet: Bool
  /// Whether stdout takes colour: a terminal, no `NO_COLOR`, and not `TERM=dumb`.
  package let hasColor: Bool
  /// Whether stderr can redraw a line.
  let canRedraw: Bool

  private struct State {
    var pending = ""
    var capturedOutput = ""
    var capturedErrors = ""
    var warnings: [String] = []
    var hasOpenLine = false
    var isClosed = false
  }
  private let state = Mutex(State())
  private let toolName: String
  private let isCaptured: Bool
  private let columnCount = max(
    20, ProcessInfo.processInfo.environment["COLUMNS"].flatMap { Int($0) } ?? 80)

  private init(
    toolName: String, isJSON: Bool, isQuiet: Bool, hasColor: Bool, canRedraw: Bool,
    isCaptured: Bool
  ) {
    self.toolName = toolName
    self.isJSON = isJSON
    self.isQuiet = isQuiet
    self.hasColor = hasColor
    self.canRedraw = canRedraw
    self.isCaptured = isCaptured
  }

  /// The console of this process.
  package static func standard(toolName: String, isJSON: Bool, isQuiet: Bool) -> Console {
    let environment = ProcessInfo.processInfo.environment
    let isDumb = environment["TERM"].map { $0 == "dumb" } ?? true
    let noColor = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
    return Console(
      toolName: toolName, isJSON: isJSON, isQuiet: isQuiet,
      hasColor: isatty(STDOUT_FILENO) == 1 && !isDumb && !noColor && !isJSON,
      canRedraw: isatty(STDERR_FILENO) == 1 && !isDumb, isCaptured: false)
  }

  /// A console that keeps what it is told, for tests.
  package static func captured(
    toolName: String = "tool", isJSON: Bool = false, isQuiet: Bool = false,
    canRedraw: Bool = false
  ) -> Console {
    Console(
      toolName: toolName, isJSON: isJSON, isQuiet: isQuiet, hasColor: false,
      canRedraw: canRedraw, isCaptured: true)
  }

  /// What a captured console was told.
  package var captured: (output: String, errors: String) {
    state.withLock { ($0.capturedOutput + $0.pending, $0.capturedErrors) }
  }

  /// Data: one line or more on stdout; nothing with `--json`.
  package func print(_ text: String = "", terminator: String = "\n") {
    guard !isJSON else { return }
    write(text + terminator)
  }

  /// Talk: a line on stderr, not with `--quiet`.
  package func note(_ text: String) {
    guard !isQuiet else { return }
    talk(escapingControls(text))
  }

  /// A warning: a line on stderr, and an element of `warnings` in the JSON document.
  package func warn(_ text: String) {
    state.withLock { $0.warnings.append(text) }
    talk("\(toolName): warning: \(escapingControls(text))")
  }

  /// An error: a line on stderr.
  func error(_ text: String) {
    talk("\(toolName): error: \(escapingControls(text))")
  }

  /// `text` in bold where stdout takes colour.
  package func bold(_ text: String) -> String { styled(text, "1") }

  /// `text` dimmed where stdout takes colour.
  package func dim(_ text: String) -> String { styled(text, "2") }

  private func styled(_ text: String, _ code: String) -> String {
    hasColor ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }

  /// The one JSON document of this process.
  func printDocument(_ members: [JSONValue.Member]) {
    var members = members
    let warnings = state.withLock { $0.warnings }
    if !warnings.isEmpty {
      members.append(.init("warnings", .array(warnings.map(JSONValue.string))))
    }
    write(JSONValue.object(members).encoded() + "\n")
  }

  /// Replaces the open line of the progress bar; only where `canRedraw`.
  ///
  /// The line is cut at the width of the terminal, since one that wraps cannot be redrawn.
  func redraw(_ line: String) {
    writeErrors("\r\u{1B}[K" + line.prefix(columnCount - 1))
    state.withLock { $0.hasOpenLine = !line.isEmpty }
  }

  /// A whole line on stderr, below or instead of an open progress bar.
  func talk(_ line: String) {
    let isOpen = state.withLock { state in
      defer { state.hasOpenLine = false }
      return state.hasOpenLine
    }
    flush()
    writeErrors((isOpen ? "\r\u{1B}[K" : "") + line + "\n")
  }

  /// Hands what was printed to the system.
  package func flush() {
    guard !isCaptured else { return }
    let text = state.withLock { state in
      defer { state.pending = "" }
      return state.isClosed ? "" : state.pending
    }
    guard !text.isEmpty else { return }
    do {
      try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
    } catch {
      state.withLock { $0.isClosed = true }
      endForClosedOutput(error)
    }
  }

  private func write(_ text: String) {
    let isFull = state.withLock { state in
      state.pending += text
      return state.pending.utf8.count >= 1 << 16
    }
    if isFull { flush() }
  }

  private func writeErrors(_ text: String) {
    if isCaptured {
      state.withLock { $0.capturedErrors += text }
    } else {
      // Nobody is left to be told where stderr is closed.
      try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }
  }

  /// A closed pipe ends quietly; any other failure of stdout is one of I/O.
  private func endForClosedOutput(_ error: any Error) {
    let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
    if underlying?.domain == NSPOSIXErrorDomain, underlying?.code == Int(EPIPE) {
      Interruption.end(with: .ok)
    }
    // What the system says, such as `File too large`; Foundation's own words tell a number.
    let reason = underlying?.localizedFailureReason ?? error.localizedDescription
    self.error("stdout cannot be written: \(reason)")
    Interruption.end(with: .ioFailure)
  }
}

/// `text` with control characters, and those that reorder, break or hide text, spelled out.
///
/// Line feeds and tabs stay.
package func escapingControls(_ text: String) -> String {
  var result = ""
  for scalar in text.unicodeScalars {
    if scalar != "\n", scalar != "\t", scalar.isTreacherous {
      result += "\\u{\(String(scalar.value, radix: 16))}"
    } else {
      result.unicodeScalars.append(scalar)
    }
  }
  return result
}

extension Unicode.Scalar {
  /// Whether it steers what shows it and is not seen itself: controls, separators of lines and
  /// paragraphs, marks of direction and of annotation, and whatever Unicode lets a reader ignore.
  ///
  /// Source: the Unicode Character Database, `General_Category` and `Default_Ignorable_Code_Point`.
  var isTreacherous: Bool {
    if value < 0x7F { return value < 0x20 }
    switch properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: return true
    default: return properties.isDefaultIgnorableCodePoint || (0xFFF9...0xFFFB).contains(value)
    }
  }
}
