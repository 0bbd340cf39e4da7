import CMKTInspect
import ToolSupport

/// `cmkt-inspect schema [features|model]`.
let schemaCommand = Command(
  name: "schema", summary: "Print the schema that files follow.",
  examples: [Example("cmkt-inspect schema model --json", "The schema of model files as JSON.")],
  arguments: [
    Argument(
      "kind", .choice(["features", "model"]), help: "features or model; both without it.",
      count: .optional)
  ],
  run: { invocation in
    let report = SchemaReport.report(of: invocation.optionalString("kind"))
    return CommandResult(document: report.show(on: invocation.console))
  })
