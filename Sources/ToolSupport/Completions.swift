/// A shell that completion scripts can be made for.
enum Shell: String, CaseIterable, Sendable {
  case bash, zsh, fish
}

extension Tool {
  func completionScript(for shell: Shell) -> String {
    switch shell {
    case .bash: bashCompletions
    case .zsh: zshCompletions
    case .fish: fishCompletions
    }
  }

  private var functionName: String { "_" + name.replacing("-", with: "_") }

  private func words(of options: [Option]) -> String {
    options.flatMap { option in
      [option.dashed] + (option.short.map { ["-\($0)"] } ?? [])
    }.joined(separator: " ")
  }

  private func options(of command: Command) -> [Option] { command.allOptions + Self.generators }

  // MARK: bash

  private var bashCompletions: String {
    let names = commands.map(\.name).filter { !$0.isEmpty }.joined(separator: " ")
    var cases = ""
    for command in commands {
      let label = command.name.isEmpty ? "*" : command.name
      cases += "    \(label)) options=\"\(words(of: options(of: command)))\" ;;\n"
    }
    var values = ""
    for (key, choices) in choiceTable {
      values += "    \(key)) COMPREPLY=($(compgen -W \"\(choices)\" -- \"$word\")); return ;;\n"
    }
    return """
      # bash completion for \(name)
      \(functionName)() {
        local word="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD - 1]}"
        local command="" options="\(words(of: Option.common + Self.generators))" candidate
        for candidate in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
          case " \(names) " in *" $candidate "*) command="$candidate"; break ;; esac
        done
        case "$command" in
      \(cases)  esac
        case "$command $previous" in
      \(values)  esac
        if [[ "$word" == -* ]]; then
          COMPREPLY=($(compgen -W "$options" -- "$word"))
        elif [[ -z "$command" && -n "\(names)" ]]; then
          COMPREPLY=($(compgen -W "\(names)" -- "$word") $(compgen -f -- "$word"))
        else
          COMPREPLY=($(compgen -f -- "$word"))
        fi
      }
      complete -o filenames -F \(functionName) \(name)
      """
  }

  /// Patterns `command --option` with their choices.
  private var choiceTable: [(key: String, choices: String)] {
    commands.flatMap { command in
      options(of: command).compactMap { option in
        guard case .choice(let choices) = option.kind else { return nil }
        return ("\"\(command.name) \(option.dashed)\"", choices.joined(separator: " "))
      }
    }
  }

  // MARK: zsh

  private var zshCompletions: String {
    if let only = onlyCommand {
      return """
        #compdef \(name)
        _arguments -s \\
        \(zshArguments(of: only))
        """
    }
    let rows = commands.map { "    '\($0.name):\(zshText($0.summary))'" }.joined(separator: "\n")
    let cases = commands.map { command in
      "    \(command.name)) _arguments -s \\\n\(zshArguments(of: command)) ;;"
    }.joined(separator: "\n")
    return """
      #compdef \(name)
      local -a commands
      commands=(
      \(rows)
      )
      if (( CURRENT == 2 )); then
        _describe command commands
        _files
      else
        local command="${words[2]}"
        shift words
        (( CURRENT-- ))
        case "$command" in
      \(cases)
        esac
      fi
      """
  }

  private func zshArguments(of command: Command) -> String {
    var rows = options(of: command).flatMap { option in
      let names = [option.dashed] + (option.short.map { ["-\($0)"] } ?? [])
      return names.map { name in
        "      '\(option.isRepeatable ? "*" : "")\(name)[\(zshText(option.help))]"
          + zshValue(option) + "'"
      }
    }
    rows.append("      '*:file:_files'")
    return rows.joined(separator: " \\\n")
  }

  private func zshValue(_ option: Option) -> String {
    guard let kind = option.kind else { return "" }
    if case .choice(let choices) = kind {
      return ":\(option.valueName):(\(choices.joined(separator: " ")))"
    }
    return ":\(option.valueName):" + (kind.isPath ? "_files" : "")
  }

  private func zshText(_ text: String) -> String {
    text.replacing("'", with: "").replacing("[", with: "(").replacing("]", with: ")")
      .replacing(":", with: "\\:")
  }

  // MARK: fish

  private var fishCompletions: String {
    let names = commands.map(\.name).joined(separator: " ")
    var lines = ["# fish completion for \(name)"]
    for command in commands {
      var condition = ""
      if !command.name.isEmpty {
        lines.append(
          "complete -c \(name) -n 'not __fish_seen_subcommand_from \(names)' -a \(command.name)"
            + " -d '\(fishText(command.summary))'")
        condition = " -n '__fish_seen_subcommand_from \(command.name)'"
      }
      for option in options(of: command) {
        var line = "complete -c \(name)\(condition) -l \(option.name)"
        if let short = option.short { line += " -s \(short)" }
        if let kind = option.kind {
          line += " -r"
          if case .choice(let choices) = kind {
            line += " -f -a '\(choices.joined(separator: " "))'"
          }
        }
        lines.append(line + " -d '\(fishText(option.help))'")
      }
    }
    return lines.joined(separator: "\n")
  }

  private func fishText(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing("'", with: "\\'")
  }
}
