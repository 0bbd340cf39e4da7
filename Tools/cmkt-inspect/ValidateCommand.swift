import CMKTInspect
import ToolSupport

/// `cmkt-inspect validate FILE`: every rule; exit code 1 where there is an error.
let validateCommand = Command(
  name: "validate", summary: "Check a file against every rule and list all findings.",
  discussion: "Ends with 1 where a finding is an error; warnings and notes alone end with 0.",
  examples: [Example("cmkt-inspect validate mosi.h5", "Is the file sound?")],
  arguments: [Argument("file", .inputFile, help: "A features or model file.")],
  run: { invocation in
    let result = try Findings.report(of: invocation.string("file"), digestsOnly: false)
    return CommandResult(
      result.hasErrors ? .findings : .ok, document: result.report.show(on: invocation.console))
  })

/// `cmkt-inspect verify FILE`: digests alone; exit code 1 where one differs.
let verifyCommand = Command(
  name: "verify", summary: "Recompute all digests and compare them with those in the file.",
  discussion: "Ends with 1 where a digest differs or is missing.",
  examples: [Example("cmkt-inspect verify audio.h5", "Is the file as it was written?")],
  arguments: [Argument("file", .inputFile, help: "A features or model file.")],
  run: { invocation in
    let result = try Findings.report(of: invocation.string("file"), digestsOnly: true)
    return CommandResult(
      result.hasErrors ? .findings : .ok, document: result.report.show(on: invocation.console))
  })
