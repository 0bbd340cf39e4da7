extension Tool {
  /// The interface as JSON: of the tool, or of one command.
  func interface(of command: Command?) -> JSONValue {
    let shown = command.map { [$0] } ?? commands
    return [
      "name": .string(name), "version": .string(version), "summary": .string(summary),
      "default_command": .optional(defaultCommand),
      "commands": .array(shown.map(describe)),
      "common_options": .array((Option.common + Self.generators).map(describe)),
    ]
  }

  private func describe(_ command: Command) -> JSONValue {
    [
      "name": .string(command.name), "summary": .string(command.summary),
      "usage": .string(usage(of: command)),
      "arguments": .array(
        command.arguments.map { argument in
          [
            "name": .string(argument.name), "help": .string(argument.help),
            "is_optional": .bool(argument.count == .optional || argument.count == .any),
            "is_repeatable": .bool(argument.count == .oneOrMore || argument.count == .any),
          ]
        }),
      "options": .array(command.options.map(describe)),
    ]
  }

  private func describe(_ option: Option) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init("name", .string(option.name)),
      .init("short", .optional(option.short.map(String.init))),
      .init("value", .optional(option.kind == nil ? nil : option.valueName)),
      .init("help", .string(option.help)), .init("default", .optional(option.defaultValue)),
      .init("is_required", .bool(option.isRequired)),
      .init("is_repeatable", .bool(option.isRepeatable)),
      .init("is_per_modality", .bool(option.isPerModality)),
    ]
    if case .choice(let choices) = option.kind {
      members.append(.init("choices", .array(choices.map(JSONValue.string))))
    }
    return .object(members)
  }
}
