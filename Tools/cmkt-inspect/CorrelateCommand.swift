import CMKTEngine
import CMKTFormat
import CMKTInspect
import ToolFiles
import ToolSupport

/// `cmkt-inspect correlate [MODEL] FEATURES`.
let correlateCommand = Command(
  name: "correlate",
  summary: "Correlate two latents, translations or modalities, with significance.",
  discussion:
    "Held-out canonical correlations first: of a model's latents along the directions that its"
    + " training data gave, else along directions refitted by folds of groups. Then in-sample ones;"
    + " of all variation, within and between recordings; with group-bootstrap intervals and two"
    + " nulls: synchrony shifts recordings in a circle, correspondence exchanges them between"
    + " groups. Then other measures, the features behind each direction, and lags. A view is"
    + " weak-latent, strong-latent, translated, strong-features or a modality, with columns as in"
    + " 'audio[0..9]'; two modalities need no model.",
  examples: [
    Example("cmkt-inspect correlate audio.h5 mosi.h5", "Do the latents agree on unseen data?"),
    Example(
      "cmkt-inspect correlate audio.h5 mosi.h5 --split valid --permutations 999",
      "Finer p on the validation split."),
    Example(
      "cmkt-inspect correlate mosi.h5 --between audio,video --rows pooled",
      "What do two modalities share, utterance by utterance?"),
  ],
  arguments: [
    Argument(
      "files", .inputFile, help: "A model, where a view needs one, and a features file.",
      count: .oneOrMore)
  ],
  options: [
    .value(
      "between", .text, "A,B", help: "The two views.", default: "weak-latent,strong-latent"),
    .value(
      "split", .choice(EvaluationSplit.allCases.map(\.rawValue)), "SPLIT",
      help: "Sequences to look at.", default: "test"),
    .value(
      "rows", .choice(RowKind.allCases.map(\.rawValue)), "ROWS",
      help: "Frames, or one row for each sequence.", default: RowKind.frames.rawValue),
    .value("strong", .text, "NAME", help: "The strong modality, where the model has several."),
    .value(
      "permutations", .integer(0...1_000_000), "N", help: "Size of each null.", default: "199"),
    .value(
      "bootstrap", .integer(0...1_000_000), "N", help: "Replicates behind intervals.",
      default: "199"),
    .value("seed", .count, "N", help: "Seed of permutations and replicates.", default: "1"),
    .value(
      "ridge", .number(0...1e6), "R", help: "Ridge, relative to each column's variance.",
      default: "0.001"),
    .value(
      "ridge-path", .number(0...1e6), "R,R,…", help: "Ridges to compare.",
      default: "0,0.0001,0.001,0.01,0.1,1", isList: true),
    .value("folds", .integer(2...100), "N", help: "Folds of groups.", default: "5"),
    .value("max-lag", .number(0...3600), "S", help: "Longest lag, in seconds.", default: "5"),
    .value(
      "max-frames", .integer(1...Int.max), "N",
      help: "Of more frames, correlations are estimated from all, recording by recording; tests and"
        + " measures see whole recordings of at most so many, drawn by --seed.",
      default: String(CorrelateRequest.standardFrameCount)),
    .memory,
    .flag("before-training", help: "Also with the model's initial weights."),
    .value("csv", .outputFile, "FILE", help: "Write all tables as CSV; - is standard output."),
    .force,
  ],
  run: { invocation in
    let files = invocation.strings("files")
    guard files.count <= 2, let features = files.last else {
      throw ToolFailure(
        .usage, "\(files.count) files are given; give MODEL.h5 FEATURES.h5, or FEATURES.h5 alone")
    }
    let views = try ViewSpecification.pair(invocation.string("between"))
    var options = CorrelationOptions()
    options.ridge = invocation.number("ridge")
    options.ridgePath = invocation.list("ridge-path").compactMap(Double.init)
    options.foldCount = invocation.integer("folds")
    options.permutationCount = invocation.integer("permutations")
    options.bootstrapCount = invocation.integer("bootstrap")
    options.seed = UInt64(invocation.integer("seed"))
    options.threads = invocation.threads ?? processorCount
    let correlation = try Correlation(
      CorrelateRequest(
        modelPath: files.count == 2 ? files[0] : nil, featuresPath: features,
        split: EvaluationSplit(rawValue: invocation.string("split")) ?? .test,
        first: views.first, second: views.second,
        rowKind: RowKind(rawValue: invocation.string("rows")) ?? .frames,
        strong: invocation.optionalString("strong"),
        comparesInitial: invocation.flag("before-training"), options: options,
        maximumLagSeconds: invocation.number("max-lag"),
        maximumFrameCount: invocation.integer("max-frames"), memory: invocation.rowMemory))
    let report = correlation.report
    return CommandResult(document: try invocation.show(report) { report.commaSeparated })
  })
