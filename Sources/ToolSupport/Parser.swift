/// What a command line asks for.
enum Request: Sendable {
  case run(Invocation)
  /// Help of a command, or of the tool as a whole.
  case help(Command?)
  case version
  case manualPage
  case completionScript(Shell)
}

/// Turns words into a request, by the table of the tool.
struct Parser {
  let tool: Tool
  let console: Console

  /// - Throws: `ToolFailure` with exit code 64.
  func parse(_ words: [String]) throws(ToolFailure) -> Request {
    let beforeTerminator = words.prefix { $0 != "--" }
    if let request = try generationRequest(Array(beforeTerminator)) { return request }
    let (command, rest) = try selectCommand(words)
    if beforeTerminator.contains("--help") || beforeTerminator.contains("-h") {
      let isNamed = tool.onlyCommand != nil || firstPlainWord(words) != nil
      return .help(isNamed ? command : nil)
    }
    if beforeTerminator.contains("--version") { return .version }
    guard let command else {
      let names = tool.firstWords.joined(separator: ", ")
      throw .usage("a command is needed, one of \(names); see '\(tool.name) --help'")
    }
    var collector = Collector(tool: tool, command: command)
    try collector.collect(rest)
    try collector.checkComplete()
    return .run(
      Invocation(
        tool: tool, command: command, console: console, given: collector.given,
        flags: collector.flags))
  }

  private func generationRequest(_ words: [String]) throws(ToolFailure) -> Request? {
    if words.contains("--generate-man") { return .manualPage }
    let option = "--generate-completion-script"
    for (index, word) in words.enumerated() where word.hasPrefix(option) {
      let names = Shell.allCases.map(\.rawValue)
      let name: String
      if word == option {
        name = index + 1 < words.count ? words[index + 1] : ""
      } else if word.hasPrefix(option + "=") {
        name = String(word.dropFirst(option.count + 1))
      } else {
        continue
      }
      guard let shell = Shell(rawValue: name) else { throw .unknown("shell", name, known: names) }
      return .completionScript(shell)
    }
    return nil
  }

  /// The command, and the words without its name; nil for none, which only help survives.
  private func selectCommand(_ words: [String]) throws(ToolFailure) -> (Command?, [String]) {
    if let only = tool.onlyCommand { return (only, words) }
    var rest = words
    if rest.first == "help" {
      guard rest.count > 1 else { return (nil, ["--help"]) }
      throw .usage("for help write '\(tool.name) \(rest[1]) --help'")
    }
    guard let index = firstPlainWord(words) else {
      return (tool.defaultCommand.flatMap { tool.command($0) }, words)
    }
    let word = words[index]
    if let command = tool.command(word) {
      rest.remove(at: index)
      return try selectPart(of: command, rest, from: index)
    }
    let names = tool.firstWords
    let looksLikeFile = word.contains("/") || word.contains(".") || Files.exists(word)
    if let name = tool.defaultCommand, let command = tool.command(name) {
      if looksLikeFile || nearest(to: word, in: names) == nil { return (command, words) }
    }
    throw .unknown("command", word, known: names)
  }

  /// Of a command such as `sweep` the part that the next word names, such as `sweep status`, and
  /// the words without that name; the command itself where it names none.
  private func selectPart(
    of command: Command, _ words: [String], from start: Int
  ) throws(ToolFailure) -> (Command?, [String]) {
    let parts = tool.parts(of: command)
    var index = start
    while index < words.count,
      let option = Option.common.first(where: { option in
        words[index] == option.dashed || words[index] == option.short.map { "-\($0)" }
      })
    {
      index += option.kind == nil ? 1 : 2
    }
    guard !parts.isEmpty, index < words.count, !words[index].hasPrefix("-") else {
      return (command, words)
    }
    let word = words[index]
    if let part = tool.command("\(command.name) \(word)") {
      var rest = words
      rest.remove(at: index)
      return (part, rest)
    }
    let looksLikeFile = word.contains("/") || word.contains(".") || Files.exists(word)
    if !looksLikeFile, nearest(to: word, in: parts) != nil {
      throw .unknown("part of '\(command.name)'", word, known: parts)
    }
    return (command, words)
  }

  /// The index of the first word that is neither a common option nor its value.
  private func firstPlainWord(_ words: [String]) -> Int? {
    var index = 0
    while index < words.count {
      let word = words[index]
      if word == "--" { return nil }
      guard word.hasPrefix("-"), word != "-" else { return index }
      let option = Option.common.first { $0.dashed == word }
      // An option of the default command may take the next word: no command can follow then.
      if option == nil, !word.hasPrefix("--help"), word != "-h", word != "-q" {
        return tool.defaultCommand == nil && !word.contains("=") ? firstCommand(words) : nil
      }
      index += option?.kind == nil ? 1 : 2
    }
    return nil
  }

  private func firstCommand(_ words: [String]) -> Int? {
    words.firstIndex { tool.command($0) != nil }
  }
}
