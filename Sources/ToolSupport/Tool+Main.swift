import Foundation

extension Tool {
  /// Runs the process's command line and ends the process.
  package func main() -> Never {
    let words = Array(CommandLine.arguments.dropFirst())
    let console = Console.standard(
      toolName: name, isJSON: Self.hasFlag("--json", in: words),
      isQuiet: Self.hasFlag("--quiet", in: words) || Self.hasFlag("-q", in: words))
    do throws(ToolFailure) { try SpareDescriptors.check() } catch {
      let code = report(error, command: nil, console)
      console.flush()
      exit(code.status)
    }
    Interruption.listen { [self] code in
      let failure = ToolFailure(
        code, "stopped by a signal" + (Interruption.advice.map { "; \($0)" } ?? ""))
      report(failure, command: nil, console)
      console.flush()
    }
    let code = run(words, console: console)
    console.flush()
    exit((Interruption.code ?? code).status)
  }

  /// Runs one command line, `words`, which is without the name of the program.
  package func run(_ words: [String], console: Console) -> ExitCode {
    var commandName: String?
    do {
      switch try Parser(tool: self, console: console).parse(words) {
      case .run(let invocation):
        commandName = invocation.command.name
        try invocation.checkPaths()
        prepare(invocation)
        let result = try invocation.command.run(invocation)
        if console.isJSON {
          console.printDocument(header(commandName, result.exitCode) + result.document)
        }
        return result.exitCode
      case .help(let command):
        show(command.map(help(of:)) ?? help(), "interface", interface(of: command), console)
      case .version: show("\(name) \(version)", "version", .string(version), console)
      case .manualPage: show(manualPage, "manual_page", .string(manualPage), console)
      case .completionScript(let shell):
        let script = completionScript(for: shell)
        show(script, "completion_script", .string(script), console)
      }
      return .ok
    } catch {
      return report(failure(from: error), command: commandName, console)
    }
  }

  private func failure(from error: any Error) -> ToolFailure {
    if let failure = error as? ToolFailure { return failure }
    if let failure = translate(error) { return failure }
    return ToolFailure(.internalError, "internal error: \(error)")
  }

  @discardableResult
  private func report(
    _ failure: ToolFailure, command: String?, _ console: Console
  ) -> ExitCode {
    console.error(failure.message)
    if console.isJSON {
      let message = JSONValue.Member("message", .string(failure.message))
      console.printDocument(header(command, failure.exitCode) + [message] + failure.fields)
    }
    return failure.exitCode
  }

  private func header(_ command: String?, _ code: ExitCode) -> [JSONValue.Member] {
    var members: [JSONValue.Member] = [
      .init("schema_version", 1), .init("tool", .string(name)),
    ]
    if let command, !command.isEmpty { members.append(.init("command", .string(command))) }
    members.append(.init("code", .integer(Int(code.status))))
    return members
  }

  private func show(_ text: String, _ key: String, _ value: JSONValue, _ console: Console) {
    console.print(text)
    if console.isJSON { console.printDocument(header(nil, .ok) + [.init(key, value)]) }
  }

  /// Whether a flag stands before the `--` that ends the options.
  private static func hasFlag(_ flag: String, in words: [String]) -> Bool {
    words.prefix { $0 != "--" }.contains(flag)
  }
}

extension Invocation {
  /// Inputs must exist and outputs must be creatable before any work begins.
  fileprivate func checkPaths() throws(ToolFailure) {
    let kinds =
      command.arguments.map { ($0.name, Optional($0.kind)) }
      + command.options.map { ($0.name, $0.kind) }
    let paths = kinds.flatMap { name, kind in (given[name] ?? []).map { ($0, kind) } }
    for (path, kind) in paths where kind == .inputFile { try Files.checkReadable(path) }
    try checkPathsDiffer()
    for (path, kind) in paths {
      switch kind {
      // Standard output.
      case .outputFile where path == "-": break
      case .outputFile: try Files.checkCreatable(path, replacing: isForced || isResumed)
      case .appendedFile: try Files.checkCreatable(path, replacing: true)
      case .outputItem where Files.isFolder(path):
        guard isForced else {
          throw .cannotCreate(
            path: path, "'\(path)' exists; give another name, or --force to replace it")
        }
      case .outputItem: try Files.checkCreatable(path, replacing: isForced)
      case .outputFolder: try Files.checkFolder(path)
      default: break
      }
    }
  }
}
