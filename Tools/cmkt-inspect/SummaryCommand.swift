import CMKTInspect
import ToolSupport

/// `cmkt-inspect summary FILE`: the default.
let summaryCommand = Command(
  name: "summary", summary: "Show what a file holds, at a glance.",
  discussion:
    "What is read is verified. Values and times of features files, and more than 64 MB of weights,"
    + " are not: 'verify' does that.",
  examples: [
    Example("cmkt-inspect mosi.h5", "What is in the features file?"),
    Example("cmkt-inspect audio.h5 --json", "The same of a model, for programs."),
  ],
  arguments: [Argument("file", .inputFile, help: "A features or model file.")],
  run: { invocation in
    let report = try Summary.report(of: invocation.string("file"))
    return CommandResult(document: report.show(on: invocation.console))
  })
