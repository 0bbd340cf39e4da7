import CMKTFormat
import CMKTInspect
import ToolFiles
import ToolSupport

/// `cmkt-inspect stats FILE`: numbers per column.
let statsCommand = Command(
  name: "stats", summary: "Describe every column of features and targets, or a model's weights.",
  discussion:
    "Values that are not valid are left out; deviations are those of the population; quantiles are"
    + " exact, linear between neighbours. smd and ks tell how a split lies against train: the"
    + " standardised difference of means, and the Kolmogorov-Smirnov distance of all rows. Rows of a"
    + " group are not independent: ks_groups compares the means of groups. A duplicate equals an"
    + " earlier column in all rows where both are valid. Text"
    + " shows some numbers, --json and --csv all.",
  examples: [
    Example("cmkt-inspect stats mosi.h5 --modality audio", "Which audio features are constant?"),
    Example(
      "cmkt-inspect stats mosi.h5 --sort drift --csv stats.csv", "Where do splits differ most?"),
  ],
  arguments: [Argument("file", .inputFile, help: "A features or model file.")],
  options: [
    .value("modality", .text, "NAME", help: "Only this modality."),
    .value("target", .text, "NAME", help: "Only this target."),
    .value(
      "sort", .choice(StatisticsOrder.allCases.map(\.rawValue)), "KEY",
      help: "Order of the columns: largest first, names and columns ascending.",
      default: "column"),
    .value("csv", .outputFile, "FILE", help: "Write all numbers as CSV; - is standard output."),
    .memory, .force,
  ],
  run: { invocation in
    let report = try Statistics.report(
      StatisticsRequest(
        path: invocation.string("file"), modality: invocation.optionalString("modality"),
        target: invocation.optionalString("target"),
        order: StatisticsOrder(rawValue: invocation.string("sort")) ?? .column,
        threads: invocation.threads ?? processorCount, memory: invocation.rowMemory))
    return CommandResult(document: try invocation.show(report) { report.commaSeparated })
  })
