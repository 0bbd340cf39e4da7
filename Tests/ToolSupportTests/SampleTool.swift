package import ToolSupport

/// A tool with every kind of option and argument.
package let sampleTool = Tool(
  name: "sample", version: "1.2.3", summary: "Does things to files.",
  commands: [
    Command(
      name: "show", summary: "Show a file.",
      examples: [Example("sample show a.h5", "Shows what a.h5 holds.")],
      arguments: [Argument("file", .source, help: "The file.")],
      run: { invocation in
        invocation.console.print("file \(invocation.string("file"))")
        return CommandResult(document: [.init("file", .string(invocation.string("file")))])
      }),
    Command(
      name: "fit", summary: "Fit a model.", discussion: "Fits with care.",
      examples: [Example("sample fit a.h5 -o m.h5 --method fast", "Fits a fast model.")],
      arguments: [
        Argument("first", .source, help: "The first input."),
        Argument("others", .source, help: "More inputs.", count: .any),
      ],
      options: [
        .value("output", short: "o", .source, "FILE", help: "The model.", isRequired: true),
        .value("method", .choice(["fast", "slow"]), "M", help: "How.", default: "fast"),
        .value("seed", .count, "N", help: "The seed.", default: "1"),
        .value("rate", .number(0...1), "R", help: "The rate."),
        .value("target", .text, "T", help: "The targets.", isRepeatable: true, isList: true),
        .value("hop", .anyNumber, "S", help: "The hop.", default: "0.5", isPerModality: true),
        .flag("deep", short: "d", help: "Deeply."),
        .value("log", .source, "FILE", help: "The log.", affectsResult: false), .force,
      ],
      run: { invocation in
        invocation.console.warn("this is a sample")
        return CommandResult(
          .findings, document: [.init("canonical", .string(invocation.canonicalCommand))])
      }),
    Command(
      name: "fit again", summary: "Fit it once more.",
      arguments: [Argument("model", .source, help: "The model.")],
      options: [.value("times", .count, "N", help: "How often.", default: "1")],
      run: { invocation in
        invocation.console.print("again \(invocation.string("model"))")
        return CommandResult(document: [.init("canonical", .string(invocation.canonicalCommand))])
      }),
    Command(
      name: "break", summary: "Throw.",
      run: { _ in throw Strange() }),
  ],
  defaultCommand: "show")

struct Strange: Error {}

/// What one command line of the sample printed, and how it ended.
package func runSample(
  _ words: String..., isJSON: Bool = false
) -> (output: String, errors: String, status: Int32) {
  runSample(words, isJSON: isJSON)
}

/// What one command line of the sample printed, and how it ended.
package func runSample(
  _ words: [String], isJSON: Bool = false
) -> (output: String, errors: String, status: Int32) {
  let console = Console.captured(toolName: "sample", isJSON: isJSON)
  let code = sampleTool.run(words + (isJSON ? ["--json"] : []), console: console)
  return (console.captured.output, console.captured.errors, code.status)
}
