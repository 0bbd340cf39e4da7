import CMKTInspect
import ToolSupport

/// `cmkt-inspect summary FILE`: the default.
let summaryCommand = Command(
  name: "summary", summary: "Show what a file holds, at a glance.",
  discussion:
    "The values of modalities are not read and digests are not recomputed; 'verify' does that.",
  examples: [
    Example("cmkt-inspect mosi.h5", "What is in the features file?"),
    Example("cmkt-inspect audio.h5 --json", "The same of a model, for programs."),
  ],
  arguments: [Argument("file", .inputFile, help: "A features or model file.")],
  run: { invocation in
    let report = try Summary.report(of: invocation.string("file"))
    return CommandResult(document: report.show(on: invocation.console))
  })
