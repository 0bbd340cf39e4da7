extension Tool {
  /// The manual page, in the `man` macros of troff.
  var manualPage: String {
    var lines = [
      ".TH \(name.uppercased()) 1 \"\" \"\(roff(name)) \(roff(version))\"",
      ".SH NAME", "\(roff(name)) \\- \(roff(summary))",
      ".SH SYNOPSIS",
    ]
    for command in commands { lines += [".B \(roff(usage(of: command)))", ".br"] }
    if !discussion.isEmpty { lines += [".SH DESCRIPTION", roff(discussion)] }
    for command in commands { lines += manualSections(of: command) }
    lines.append(".SH COMMON OPTIONS")
    lines += (Option.common + Self.generators).flatMap(manualEntry)
    lines.append(".SH EXIT STATUS")
    for (code, meaning) in ExitCode.table { lines += [".TP", "\(code.status)", roff(meaning)] }
    return lines.joined(separator: "\n")
  }

  private func manualSections(of command: Command) -> [String] {
    var lines = [".SH \(command.name.isEmpty ? "COMMAND" : command.name.uppercased())"]
    lines.append(roff(command.summary))
    if !command.discussion.isEmpty { lines += [".PP", roff(command.discussion)] }
    if !command.examples.isEmpty {
      lines.append(".SS Examples")
      for example in command.examples {
        lines += [".TP", ".B \(roff(example.command))", roff(example.purpose)]
      }
    }
    lines.append(".SS Arguments and options")
    for argument in command.arguments {
      lines += [".TP", ".I \(roff(argument.name.uppercased()))", roff(argument.help)]
    }
    return lines + command.options.flatMap(manualEntry)
  }

  private func manualEntry(_ option: Option) -> [String] {
    [".TP", ".B \(roff(option.term))", roff(option.explanation)]
  }
}

/// `text` with troff's own characters escaped.
private func roff(_ text: String) -> String {
  text.replacing("\\", with: "\\e").replacing("-", with: "\\-")
    .split(separator: "\n", omittingEmptySubsequences: false)
    .map { $0.hasPrefix(".") || $0.hasPrefix("'") ? "\\&" + $0 : String($0) }
    .joined(separator: "\n")
}
