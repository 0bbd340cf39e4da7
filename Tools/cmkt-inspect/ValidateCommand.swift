import CMKTFormat
import CMKTInspect
import ToolFiles
import ToolSupport

/// `cmkt-inspect validate FILE`: every rule; exit code 1 where a finding is at the threshold.
let validateCommand = Command(
  name: "validate", summary: "Check a file against every rule and list all findings.",
  discussion:
    "Errors are against the specification, warnings are legal and probably not meant, notes are"
    + " worth knowing. All values are read; what is damaged is a"
    + " finding, and the rest is looked at. Ends with 1 where a finding is at the threshold or above."
    + " RULE is an id or its beginning, such as CMKT-F or F022; of --select and --ignore the longer"
    + " beginning decides.",
  examples: [
    Example("cmkt-inspect validate mosi.h5", "Is the file sound?"),
    Example(
      "cmkt-inspect validate mosi.h5 --threshold warning --ignore F018",
      "Are there warnings, but for speakers in several splits?"),
    Example("cmkt-inspect validate --rules", "Every rule, with what to do."),
  ],
  arguments: [
    Argument(
      "file", .inputFile, help: "A features or model file; needed but for --rules.",
      count: .optional)
  ],
  options: [
    .value(
      "select", .text, "RULE[,RULE]", help: "Only these rules.", isRepeatable: true, isList: true),
    .value(
      "ignore", .text, "RULE[,RULE]", help: "Not these rules.", isRepeatable: true, isList: true),
    .value(
      "threshold", .choice(Severity.allCases.reversed().map(\.rawValue)), "SEVERITY",
      help: "The least severity that ends with 1.", default: Severity.error.rawValue),
    .value(
      "features", .inputFile, "FILE",
      help: "Of a model: the features that trained it, for rules that need them."),
    .flag("rules", help: "List the rules and look at no file."),
    .memory,
  ],
  run: { invocation in
    let filter = try FindingFilter(
      selected: invocation.list("select"), ignored: invocation.list("ignore"),
      threshold: Severity(rawValue: invocation.string("threshold")) ?? .error)
    if invocation.flag("rules") {
      return CommandResult(document: Findings.rules(filter).show(on: invocation.console))
    }
    guard let path = invocation.optionalString("file") else {
      throw ToolFailure.usage("validate needs a FILE; --rules lists the rules without one")
    }
    let result = try Findings.report(
      of: path, digestsOnly: false, filter: filter,
      trainedOn: invocation.optionalString("features"),
      threads: invocation.threads ?? processorCount, memory: invocation.rowMemory)
    return CommandResult(
      result.decides ? .findings : .ok, document: result.report.show(on: invocation.console))
  })

/// `cmkt-inspect verify FILE`: digests alone; exit code 1 where one differs.
let verifyCommand = Command(
  name: "verify", summary: "Recompute all digests and compare them with those in the file.",
  discussion: "Ends with 1 where a digest differs or is missing, or a value cannot be read.",
  examples: [Example("cmkt-inspect verify audio.h5", "Is the file as it was written?")],
  arguments: [Argument("file", .inputFile, help: "A features or model file.")],
  run: { invocation in
    let result = try Findings.report(of: invocation.string("file"), digestsOnly: true)
    return CommandResult(
      result.hasErrors ? .findings : .ok, document: result.report.show(on: invocation.console))
  })
