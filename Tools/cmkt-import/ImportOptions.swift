import CMKTImport
import ToolSupport

/// Where the result goes.
let outputOptions: [Option] = [
  .output("OUT.h5", help: "The features file to make.", isRequired: false), .force,
  .value(
    "compress", .integer(0...9), "LEVEL", help: "Deflate level of the file; 0 = none.",
    default: "1", affectsResult: false),
  .value(
    "ledger", .outputFile, "FILE.csv", help: "Write the ledger as a table, too.",
    affectsResult: false),
  .flag("dry-run", help: "Read and count, but write no features file.", affectsResult: false),
  .flag("list-formats", help: "Print what can be read.", affectsResult: false),
]

/// How sources are read.
let readingOptions: [Option] = [
  .value(
    "like", .inputFile, "MODEL.h5",
    help: "Repeat the import that the model was trained on; options given here win. Says what "
      + "differs.", affectsResult: false),
  .value(
    "as", .choice(ImportFormat.all.map(\.name)), "FORMAT",
    help: "The format of every SOURCE; else each is detected by its content."),
  .value("seed", .count, "N", help: "Seed of synthetic sources.", default: "1"),
  .value(
    "target", .text, "NAME",
    help: "Keep just these targets, and of features made for one target those; else all.",
    isRepeatable: true, isList: true),
  .value(
    "missing-targets", .choice(MissingTargets.allCases.map(\.rawValue)), "WHAT",
    help: "Whether a label that is NaN or infinite is an error, or its row is unlabelled.",
    default: MissingTargets.refuse.rawValue),
  .value(
    "id-pattern", .text, "REGEX",
    help: "Reads ids by the groups (?<recording>…), (?<speaker>…), (?<segment>…)."),
  .value("time-column", .text, "NAME", help: "Tables: the column with the time of each row."),
  .value(
    "time-unit", .choice(TableOptions.TimeUnit.allCases.map(\.rawValue)), "UNIT",
    help: "Tables: the unit of that column.", default: TableOptions.TimeUnit.s.rawValue),
  .value(
    "columns", .text, "LIST", help: "Tables: the columns to keep, NAME or FIRST-LAST; else all.",
    isRepeatable: true, isList: true),
  .value("missing-value", .text, "TEXT", help: "Tables: a cell that means: not there."),
  .value(
    "max-gap", .number(0...1e9), "SECONDS", help: "Tables: a longer gap in time is not bridged."),
]

/// What is made of them.
let assemblyOptions: [Option] = [
  .value(
    "align", .text, "MODALITY|labels|none",
    help: "Its rows become the frames; others are aligned to them by time. `none`: each keeps "
      + "its own rows."),
  .value(
    "align-rule", .choice(AlignmentRule.allCases.map(\.rawValue)), "RULE",
    help: "`sdk`: any overlap counts in full, as in CMU-MultimodalSDK; `overlap`: by duration; "
      + "`resample`: values at the centres of frames, filtered first.",
    default: AlignmentRule.sdk.rawValue),
  .value(
    "min-overlap", .number(0...1), "SHARE",
    help: "With `overlap`: the least share of the shorter of the two that must overlap.",
    default: "0"),
  .value(
    "join", .choice(JoinRule.allCases.map(\.rawValue)), "RULE",
    help: "How rows meet: by time, by the ids of rows, or row i with row i."),
  .value(
    "collapse", .choice(Collapse.allCases.map(\.rawValue)), "RULE",
    help: "How rows that meet one frame become one.", default: Collapse.mean.rawValue,
    isPerModality: true),
  .value(
    "hop", .number(1e-6...1e6), "SECONDS",
    help: "Resample to this step between rows; without a name, to one grid of frames for all.",
    isPerModality: true),
  .value(
    "shift-features", .integer(-1_000_000...1_000_000), "N",
    help: "Row i gets the values of row i + N; times stay.", isPerModality: true),
  .value(
    "sequence", .choice(SequenceUnit.allCases.map(\.rawValue)), "UNIT",
    help: "What becomes a sequence; default: segments where labels mark them, else as the source."),
  .value(
    "on-missing", .choice(MissingRows.allCases.map(\.rawValue)), "WHAT",
    help: "Where a modality has no row: drop the frame or sequence, or mask it.",
    default: MissingRows.mask.rawValue, isPerModality: true),
  .value(
    "impute", .choice(Imputation.allCases.map(\.rawValue)), "WHAT",
    help: "What replaces NaN and infinities, marked as not valid; `none`: they are an error.",
    default: Imputation.zero.rawValue, isPerModality: true),
  .value(
    "split", .source, "standard|none|FILE",
    help: "Splits of the source or usual for the data set, no splits, or a JSON file's.",
    default: "standard"),
  .value(
    "annotations", .text, "LIST", help: "Texts to store, such as words,transcripts; else none.",
    isRepeatable: true, isList: true),
]

/// What is written down about the data.
let descriptionOptions: [Option] = [
  .value(
    "fitted-on", .text, "MODALITY=SPLIT",
    help: "A split of the source that the modality's extractor was fitted on.",
    isRepeatable: true),
  .value("extractor", .text, "TEXT", help: "What computed the features.", isPerModality: true),
  .value("units", .text, "TEXT", help: "Units of the values.", isPerModality: true),
  .value(
    "anchor", .choice(["start", "centre", "end"]), "WHERE",
    help: "Where in its window the time of a row lies.", isPerModality: true),
  .value(
    "label-delay", .number(0...3600), "SECONDS",
    help: "How far labels lag behind what they rate: written down, not applied.",
    isPerModality: true, subject: "target"),
  .value("licence", .text, "TEXT", help: "The licence of the data."),
  .value(
    "redistribution", .choice(["allowed", "restricted", "unknown"]), "WHETHER",
    help: "Whether the content may be handed on."),
]

/// The request that the command line spells.
func importRequest(_ invocation: Invocation) throws(ToolFailure) -> ImportRequest {
  var request = ImportRequest(
    sources: invocation.strings("source").map(SourceArgument.init(_:)))
  request.format = invocation.optionalString("as")
  request.reading = reading(invocation)
  request.splitPolicy = splitPolicy(invocation)
  for text in invocation.strings("fitted-on") {
    guard let pair = Invocation.splitAtEquals(text) else {
      throw .usage("--fitted-on: expected MODALITY=SPLIT, such as text=train, found '\(text)'")
    }
    request.fittedOn[pair.key, default: []].append(pair.value)
  }
  request.reference = invocation.optionalString("align")
  request.rule = AlignmentRule(rawValue: invocation.string("align-rule")) ?? .sdk
  request.minimumOverlap = invocation.number("min-overlap")
  request.join = invocation.optionalString("join").flatMap(JoinRule.init(rawValue:))
  request.sequenceUnit =
    invocation.optionalString("sequence").flatMap(SequenceUnit.init(rawValue:))
  request.collapse = invocation.perModality("collapse", or: .mean, Collapse.init(rawValue:))
  request.hopSeconds = invocation.perModality("hop", or: nil) { Double($0) }
  request.shiftRows = invocation.perModality("shift-features", or: 0) { Int($0) }
  request.missingRows =
    invocation.perModality("on-missing", or: .mask, MissingRows.init(rawValue:))
  request.imputation = invocation.perModality("impute", or: .zero, Imputation.init(rawValue:))
  request.annotations = invocation.list("annotations")
  request.extractor = invocation.perModality("extractor", or: nil) { $0 }
  request.units = invocation.perModality("units", or: nil) { $0 }
  request.anchor = invocation.perModality("anchor", or: nil) { $0 }
  request.labelDelaySeconds = invocation.perModality("label-delay", or: nil) { Double($0) }
  request.licence = invocation.optionalString("licence")
  request.redistribution = invocation.optionalString("redistribution")
  return request
}

private func reading(_ invocation: Invocation) -> ReadingOptions {
  var options = ReadingOptions()
  options.seed = invocation.integer("seed")
  options.targets = invocation.list("target")
  options.missingTargets =
    MissingTargets(rawValue: invocation.string("missing-targets")) ?? .refuse
  options.idPattern = invocation.optionalString("id-pattern")
  options.table.timeColumn = invocation.optionalString("time-column")
  options.table.timeUnit =
    TableOptions.TimeUnit(rawValue: invocation.string("time-unit")) ?? .s
  options.table.columns = invocation.list("columns")
  options.table.missingValue = invocation.optionalString("missing-value")
  options.table.maximumGapSeconds = invocation.optionalNumber("max-gap")
  options.threads = invocation.threads
  return options
}

private func splitPolicy(_ invocation: Invocation) -> SplitPolicy {
  let folds = invocation.strings("source").map(SourceArgument.init(_:)).last { $0.name == "folds" }
  return switch invocation.string("split") {
  case "standard": folds.map { .file($0.path) } ?? .standard
  case "none": .none
  case let path: .file(path)
  }
}

extension Invocation {
  /// The values of a per-modality option; parsing has checked that each can be read.
  fileprivate func perModality<Value: Sendable & Equatable>(
    _ name: String, or fallback: Value, _ read: (String) -> Value?
  ) -> PerModality<Value> {
    let (others, named) = perModality(name)
    return PerModality(
      others.flatMap(read) ?? fallback, named: named.compactMapValues(read))
  }
}
