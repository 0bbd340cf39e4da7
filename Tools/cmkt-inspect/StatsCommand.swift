import CMKTInspect
import ToolSupport

/// `cmkt-inspect stats FILE`: numbers per column.
let statsCommand = Command(
  name: "stats", summary: "Describe every feature column, or every weight of a model.",
  discussion: "Invalid values are left out; deviations are those of the population.",
  examples: [
    Example("cmkt-inspect stats mosi.h5 --modality audio", "Which audio features are constant?")
  ],
  arguments: [Argument("file", .inputFile, help: "A features or model file.")],
  options: [.value("modality", .text, "NAME", help: "Only this modality.")],
  run: { invocation in
    let report = try Statistics.report(
      of: invocation.string("file"), modality: invocation.optionalString("modality"))
    return CommandResult(document: report.show(on: invocation.console))
  })
