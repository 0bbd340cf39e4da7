extension Invocation {
  /// This command line with the options of `text`, a canonical command of the same tool, wherever
  /// it does not give them itself; and what that command says alone.
  ///
  /// Arguments are not taken over: base names lead to no file.
  ///
  /// - Throws: `ToolFailure` with exit code 65 where `text` is no such command.
  package func completed(
    by text: String
  ) throws(ToolFailure) -> (whole: Invocation, recorded: Invocation) {
    let title = tool.title(of: command).split(separator: " ").map(String.init)
    guard let words = shellWords(text)?[...], words.starts(with: title) else {
      throw ToolFailure(
        .badData, "expected a recorded command of \(tool.title(of: command)), found '\(text)'")
    }
    var collector = Collector(tool: tool, command: command)
    do throws(ToolFailure) {
      try collector.collect(Array(words.dropFirst(title.count)))
    } catch {
      throw ToolFailure(
        .badData, "the recorded command '\(text)' is of another version: \(error.message)")
    }
    let recorded = Invocation(
      tool: tool, command: command, console: console, given: collector.given,
      flags: collector.flags)
    let arguments = Set(command.arguments.map(\.name))
    let options = recorded.given.filter { !arguments.contains($0.key) }
    let whole = Invocation(
      tool: tool, command: command, console: console,
      given: given.merging(options) { own, _ in own }, flags: flags.union(recorded.flags))
    return (whole, recorded)
  }

  /// Whether the option was given on this command line, rather than left to its default.
  package func isGiven(_ name: String) -> Bool { given[name] != nil || flags.contains(name) }
}

/// The words of a command as `shellQuoted` spells them; nil where a quote is not closed.
package func shellWords(_ text: String) -> [String]? {
  var words: [String] = []
  var word: String?
  var isQuoted = false
  var isEscaped = false
  for character in text {
    if isEscaped {
      word = (word ?? "") + String(character)
      isEscaped = false
    } else if isQuoted {
      if character == "'" { isQuoted = false } else { word = (word ?? "") + String(character) }
    } else if character == "'" {
      isQuoted = true
      word = word ?? ""
    } else if character == "\\" {
      isEscaped = true
    } else if character == " " {
      if let whole = word { words.append(whole) }
      word = nil
    } else {
      word = (word ?? "") + String(character)
    }
  }
  guard !isQuoted, !isEscaped else { return nil }
  if let whole = word { words.append(whole) }
  return words
}
