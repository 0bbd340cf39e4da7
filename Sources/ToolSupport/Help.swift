extension Tool {
  /// The help of the tool as a whole.
  func help() -> String {
    if let only = onlyCommand { return help(of: only) }
    var sections = ["OVERVIEW: \(summary)"]
    if !discussion.isEmpty { sections.append(wrapped(discussion, width: 80)) }
    let examples = commands.flatMap { $0.examples.prefix(1) }
    if !examples.isEmpty { sections.append(section("EXAMPLES", examples.map(\.helpText))) }
    sections.append("USAGE: \(name) <subcommand> [options]")
    let rows = commands.map { command in
      let mark = command.name == defaultCommand ? " (default)" : ""
      return row(command.name + mark, command.summary)
    }
    sections.append(section("SUBCOMMANDS", rows))
    sections.append(section("OPTIONS", (Option.common + Self.generators).map(\.helpText)))
    sections.append("See '\(name) <subcommand> --help' for one of them.")
    return sections.joined(separator: "\n\n")
  }

  /// The help of one command.
  func help(of command: Command) -> String {
    var sections = ["OVERVIEW: \(command.summary)"]
    if !command.discussion.isEmpty { sections.append(wrapped(command.discussion, width: 80)) }
    if !command.examples.isEmpty {
      sections.append(section("EXAMPLES", command.examples.map(\.helpText)))
    }
    sections.append("USAGE: " + usage(of: command))
    if !command.arguments.isEmpty {
      sections.append(
        section("ARGUMENTS", command.arguments.map { row($0.name.uppercased(), $0.help) }))
    }
    let parts = commands.filter { $0.name.hasPrefix(command.name + " ") }
    if !parts.isEmpty {
      sections.append(section("PARTS", parts.map { row($0.name, $0.summary) }))
    }
    let options = command.allOptions + (command.name.isEmpty ? Self.generators : [])
    sections.append(section("OPTIONS", options.map(\.helpText)))
    return sections.joined(separator: "\n\n")
  }

  /// `cmkt-train fit FEATURES -o FILE --weak M [options]`.
  func usage(of command: Command) -> String {
    let required = command.options.filter(\.isRequired).map { option in
      "\(option.short.map { "-\($0)" } ?? option.dashed) \(option.valueName)"
    }
    return ([title(of: command)] + command.arguments.map(\.usage) + required + ["[options]"])
      .joined(separator: " ")
  }

  private func section(_ title: String, _ rows: [String]) -> String {
    ([title + ":"] + rows).joined(separator: "\n")
  }

  /// Options of the tool itself that print something about it.
  static let generators: [Option] = [
    .flag("generate-man", help: "Print the manual page.", affectsResult: false),
    .value(
      "generate-completion-script", .choice(Shell.allCases.map(\.rawValue)), "SHELL",
      help: "Print the completion script.", affectsResult: false),
  ]
}

extension Example {
  fileprivate var helpText: String { "  \(command)\n" + wrapped(purpose, width: 80, indent: 6) }
}

extension Option {
  /// `-o, --output FILE`, or `--hop [MODALITY=]S`.
  var term: String {
    let names = (short.map { ["-\($0)"] } ?? []) + [dashed]
    let qualifier = isPerModality ? "[\(subject.uppercased())=]" : ""
    let value = kind == nil ? "" : " " + qualifier + valueName
    return names.joined(separator: ", ") + value
  }

  /// The help sentence, then the choices, the default, and whether it may be repeated.
  var explanation: String {
    var text = help
    if case .choice(let choices) = kind { text += " One of \(choices.joined(separator: ", "))." }
    if let defaultValue { text += " Default: \(defaultValue)." }
    if isRequired { text += " Required." }
    if isRepeatable && !isPerModality { text += " May be repeated." }
    if isPerModality { text += " May be repeated, for one \(subject) each." }
    return text
  }

  fileprivate var helpText: String { row(term, explanation) }
}
