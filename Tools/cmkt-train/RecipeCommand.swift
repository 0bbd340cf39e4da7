import CMKTEngine
import ToolSupport

/// `cmkt-train recipe`: every setting with its default.
let recipeCommand = Command(
  name: "recipe", summary: "Print every setting with its default, range and meaning.",
  discussion: "With --json, the member 'recipe' is a recipe that fit --recipe reads.",
  examples: [
    Example("cmkt-train recipe", "all settings"),
    Example("cmkt-train recipe --method unimodal", "those that the method reads"),
  ],
  options: [methodOption(isRequired: false)],
  run: printRecipe)

/// `--method`, with the methods that exist.
func methodOption(isRequired: Bool) -> Option {
  .value(
    "method", .choice(Method.allCases.map(\.rawValue)), "METHOD",
    help: Method.allCases.map { "\($0.rawValue): \($0.summary)." }.joined(separator: " "),
    isRequired: isRequired)
}

private func printRecipe(_ invocation: Invocation) throws -> CommandResult {
  let method = try invocation.optionalString("method").map { try Method(named: $0) }
  let settings = RecipeTable.settings.filter { setting in
    method.map(setting.methods.contains) ?? true
  }
  let width = settings.map { $0.key.rawValue.count + $0.standard.text.count + 3 }.max() ?? 0
  for setting in settings {
    let start = "\(setting.key.rawValue) = \(setting.standard.text)"
    let padding = String(repeating: " ", count: max(0, width - start.count))
    let source = setting.source.isEmpty ? "" : " [\(setting.source)]"
    invocation.console.print("\(start)\(padding)  \(setting.meaning)")
    invocation.console.print(
      String(repeating: " ", count: width + 2)
        + invocation.console.dim("\(setting.kind.description)\(source)"))
  }
  return CommandResult(document: [
    .init("recipe", .object(settings.map { .init($0.key.rawValue, json($0.standard)) })),
    .init("settings", .array(settings.map(description))),
  ])
}

private func description(of setting: Setting) -> JSONValue {
  .object([
    .init("key", .string(setting.key.rawValue)),
    .init("default", json(setting.standard)),
    .init("range", .string(setting.kind.description)),
    .init("meaning", .string(setting.meaning)),
    .init("source", .string(setting.source)),
    .init("methods", .array(setting.methods.map { .string($0.rawValue) })),
  ])
}

func json(_ value: SettingValue) -> JSONValue {
  switch value {
  case .integer(let number): .integer(number)
  case .number(let number): .number(number)
  case .numbers: .string(value.text)
  case .choice(let text): .string(text)
  case .flag(let flag): .bool(flag)
  }
}
