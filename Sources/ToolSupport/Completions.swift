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
    let names = firstWords.joined(separator: " ")
    var cases = ""
    for command in commands {
      let label = command.name.isEmpty ? "*" : command.name.replacing(" ", with: "\\ ")
      cases += "    \(label)) options=\"\(words(of: options(of: command)))\" ;;\n"
    }
    var values = ""
    for command in commands where !parts(of: command).isEmpty {
      let words = parts(of: command).joined(separator: " ")
      values +=
        "    \"\(command.name) \(command.name)\") "
        + "COMPREPLY=($(compgen -W \"\(words)\" -- \"$word\") $(compgen -f -- \"$word\")); "
        + "[[ \"$word\" == -* ]] || return ;;\n"
    }
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
      \(bashParts)\
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

  /// Where the word after a command names a part of it, that is the command.
  private var bashParts: String {
    let names = commands.map(\.name).filter { $0.contains(" ") }
    guard !names.isEmpty else { return "" }
    let patterns = names.map { "\"\($0)\"" }.joined(separator: " | ")
    return """
        local part=""
        for candidate in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
          [[ -n "$part" ]] && { part="$part $candidate"; break; }
          [[ "$candidate" == "$command" ]] && part="$candidate"
        done
        case "$part" in \(patterns)) command="$part" ;; esac

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
    let rows = zshRows(firstWords, before: "")
    let cases = commands.map { command in
      let label = command.name.replacing(" ", with: "\\ ")
      return "    \(label)) _arguments -s \\\n\(zshArguments(of: command)) ;;"
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
      \(zshParts)\
        case "$command" in
      \(cases)
        esac
      fi
      """
  }

  /// The lines of an array of `names`, which follow `start` in the names of commands.
  private func zshRows(_ names: [String], before start: String) -> String {
    names.compactMap { name in
      command(start + name).map { "    '\(name):\(zshText($0.summary))'" }
    }.joined(separator: "\n")
  }

  /// Where the word after a command names a part of it, that is the command.
  private var zshParts: String {
    var lines = ""
    for command in commands {
      let names = parts(of: command)
      guard !names.isEmpty else { continue }
      lines += """
          if [[ "$command" == \(command.name) ]]; then
            commands=(
        \(zshRows(names, before: command.name + " "))
            )
            if (( CURRENT == 2 )); then
              _describe part commands
            elif [[ " \(names.joined(separator: " ")) " == *" ${words[2]} "* ]]; then
              command="$command ${words[2]}"
              shift words
              (( CURRENT-- ))
            fi
          fi

        """
    }
    return lines
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
    var lines = ["# fish completion for \(name)"]
    for command in commands {
      var condition = ""
      if let last = command.name.split(separator: " ").last {
        let (before, within) = fishConditions(of: command)
        lines.append(
          "complete -c \(name) -n '\(before)' -a \(last) -d '\(fishText(command.summary))'")
        condition = " -n '\(within)'"
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

  /// When the last word of the name of `command` may come, and when its options may.
  private func fishConditions(of command: Command) -> (before: String, within: String) {
    func seen(_ words: [String]) -> String {
      "__fish_seen_subcommand_from \(words.joined(separator: " "))"
    }
    let words = command.name.split(separator: " ").map(String.init)
    let others = parts(of: command)
    if let whole = self.command(words[0]), words.count > 1 {
      return (
        "\(seen([words[0]])); and not \(seen(parts(of: whole)))",
        "\(seen([words[0]])); and \(seen([words[1]]))"
      )
    }
    return (
      "not \(seen(firstWords))",
      seen(words) + (others.isEmpty ? "" : "; and not \(seen(others))")
    )
  }

  private func fishText(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing("'", with: "\\'")
  }
}
