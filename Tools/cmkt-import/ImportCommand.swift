import CMKTFormat
import CMKTImport
import ToolSupport

/// The only command of the tool.
let importCommand = Command(
  summary: "Reads SOURCE and writes a features file.",
  discussion: """
    SOURCE is a file, or `synthetic:mosi` or `synthetic:recola`, whose dials follow a question \
    mark: 'synthetic:recola?train=5&label_noise=2'.
    """,
  examples: [
    Example(
      "cmkt-import mosi_dialogue.npz -o mosi.h5 --fitted-on text=train --fitted-on video=train",
      "padded NumPy arrays; the extractors of two modalities have seen the training split"),
    Example("cmkt-import synthetic:recola --seed 1 -o recola.h5", "made-up data, truth included"),
  ],
  arguments: [
    Argument("source", .source, help: "What to read.", count: .optional)
  ],
  options: [
    .output("OUT.h5", help: "The features file to make.", isRequired: false), .force,
    .value(
      "as", .choice(ImportFormat.allCases.map(\.rawValue)), "FORMAT",
      help: "The format of SOURCE; else it is detected by content."),
    .value("seed", .count, "N", help: "Seed of synthetic sources.", default: "1"),
    .value(
      "target", .text, "NAME", help: "Keep just these targets; else all are kept.",
      isRepeatable: true, isList: true),
    .value(
      "split", .source, "standard|none|FILE",
      help: "Splits of the source, no splits, or those of a JSON file of ids.",
      default: "standard"),
    .value(
      "missing-targets", .choice(MissingTargets.allCases.map(\.rawValue)), "WHAT",
      help: "Whether a label that is NaN or infinite is an error, or its row is unlabelled.",
      default: MissingTargets.refuse.rawValue),
    .value(
      "fitted-on", .text, "MODALITY=SPLIT",
      help: "A split of the source that the modality's extractor was fitted on.",
      isRepeatable: true),
    .value(
      "compress", .integer(0...9), "LEVEL", help: "Deflate level of the file; 0 = none.",
      default: "4", affectsResult: false),
    .value(
      "ledger", .outputFile, "FILE.csv", help: "Write the ledger as a table, too.",
      affectsResult: false),
    .flag("dry-run", help: "Read and count, but write nothing.", affectsResult: false),
    .flag("list-formats", help: "Print what can be read.", affectsResult: false),
  ],
  run: runImport
)

/// Runs one import.
private func runImport(_ invocation: Invocation) throws -> CommandResult {
  if invocation.flag("list-formats") { return listFormats(invocation.console) }
  guard let source = invocation.optionalString("source") else {
    throw ToolFailure.usage("no SOURCE; give a file, synthetic:mosi or synthetic:recola")
  }
  let output = invocation.optionalString("output")
  guard output != nil || invocation.flag("dry-run") else {
    throw ToolFailure.usage("no --output; name the file to make with -o, or give --dry-run")
  }
  let progress = ProgressReport(invocation.console, label: "import", unit: "steps")
  var features = try Importer.run(try importRequest(invocation, source))
  progress.update(1, detail: "read")
  features.provenance.steps = [
    ProvenanceStep(
      tool: invocation.tool.name, version: invocation.tool.version,
      command: invocation.canonicalCommand)
  ]
  let summary = ImportSummary(features)
  var digests: FileDigests?
  if let output, !invocation.flag("dry-run") {
    digests = try features.write(
      to: output, replacing: invocation.isForced, compression: invocation.integer("compress"))
    progress.update(2, detail: "written")
  }
  if let path = invocation.optionalString("ledger"), !invocation.flag("dry-run") {
    try DurableFile.write(
      Array(LedgerTable.text(summary.ledger).utf8), to: path, replacing: invocation.isForced)
  }
  progress.finish()
  return report(features, summary, output, digests, invocation.console)
}

private func importRequest(
  _ invocation: Invocation, _ source: String
) throws(ToolFailure) -> ImportRequest {
  var request = ImportRequest(source: source)
  request.format = invocation.optionalString("as").flatMap(ImportFormat.init(rawValue:))
  request.seed = invocation.integer("seed")
  request.targets = invocation.list("target")
  request.missingTargets =
    MissingTargets(rawValue: invocation.string("missing-targets")) ?? .refuse
  request.splitPolicy =
    switch invocation.string("split") {
    case "standard": .standard
    case "none": .none
    case let path: .file(path)
    }
  for text in invocation.strings("fitted-on") {
    guard let pair = Invocation.splitAtEquals(text) else {
      throw .usage("--fitted-on: expected MODALITY=SPLIT, such as text=train, found '\(text)'")
    }
    request.fittedOn[pair.key, default: []].append(pair.value)
  }
  return request
}

private func listFormats(_ console: Console) -> CommandResult {
  let width = ImportFormat.allCases.map(\.rawValue.count).max() ?? 0
  for format in ImportFormat.allCases {
    let padding = String(repeating: " ", count: width - format.rawValue.count)
    console.print("\(format.rawValue)\(padding)  \(format.summary)")
  }
  let formats = ImportFormat.allCases.map { format -> JSONValue in
    ["name": .string(format.rawValue), "summary": .string(format.summary)]
  }
  return CommandResult(document: [.init("formats", .array(formats))])
}
