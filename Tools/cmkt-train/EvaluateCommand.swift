import CMKTEngine
import CMKTFormat
import Foundation
import ToolFiles
import ToolSupport

/// `cmkt-train evaluate`: the figures of a model, or of a table of predictions, on a split.
let evaluateCommand = Command(
  name: "evaluate", summary: "Score a model on a split of a features file.",
  discussion: "Reads the weak modality alone. Figures on sequences that selected the model are "
    + "marked (selected), those that it was trained on (trained), and those that the feature "
    + "extractor was fitted on (contaminated). The predictions are a table id,time,target,"
    + "prediction: a row for each frame, segment or sequence; time in seconds, or the row's "
    + "number in a file without times; a probability for binary targets, a class number for "
    + "classes. With --predictions-from such a table of any framework is scored by the same "
    + "metrics, and no model is given: rows in any order, one for each label. The interval beside "
    + "the figures resamples speakers, else recordings; it says nothing of other training runs.",
  examples: [
    Example("cmkt-train evaluate audio.h5 mosi.h5 --split test", "the figures on test"),
    Example(
      "cmkt-train evaluate audio.h5 mosi.h5 --split test --predictions audio.csv",
      "and every prediction"),
    Example(
      "cmkt-train evaluate mosi.h5 --split test --predictions-from theirs.csv",
      "another framework's predictions, by the same metrics"),
    Example(
      "cmkt-train evaluate audio.h5 mosi.h5 --corrupt noise=0.25,0.5,1,drop=0.1,0.3",
      "how the figures fall as the input gets worse"),
  ],
  arguments: [
    Argument(
      "file", .inputFile,
      help: "The model file and the features file; with --predictions-from the latter alone.",
      count: .oneOrMore)
  ],
  options: [
    .value(
      "split", .choice(EvaluationSplit.allCases.map(\.rawValue)), "SPLIT",
      help: "Which sequences. Test is read only when it is named.", default: "valid"),
    .value("predictions", .outputFile, "FILE", help: "Write every prediction as CSV."),
    .value(
      "predictions-from", .inputFile, "FILE", help: "Score this table instead of a model."),
    .flag("by-group", help: "Score each speaker, else recording, by itself too."),
    .flag("no-postprocessing", help: "Leave out the model's fitted post-processing."),
    .value(
      "corrupt", .text, "KIND=LEVEL[,LEVEL]",
      help: "Score spoiled inputs too: noise, in training standard deviations, or drop, the share "
        + "of rows that are missing.",
      isList: true),
    .value("seed", .integer(0...Int.max), "N", help: "Starts the corruption.", default: "1"),
    .memory,
    .force,
  ],
  run: evaluate)

private func evaluate(_ invocation: Invocation) throws -> CommandResult {
  guard let split = EvaluationSplit(rawValue: invocation.string("split")) else {
    preconditionFailure("the table of options holds the splits")
  }
  if let table = invocation.optionalString("predictions-from") {
    return try evaluateTable(table, split: split, invocation)
  }
  let paths = invocation.strings("file")
  guard paths.count == 2 else {
    throw ToolFailure.usage(
      "evaluate expects a model file and a features file, found \(counted(paths.count, "file")); "
        + "see cmkt-train evaluate --help")
  }
  let corruptions = try Corruption.parse(invocation.list("corrupt"))
  let (model, _) = try ModelFile.read(paths[0])
  let weak = model.architecture.weak.name
  let features = try FeaturesFile.reading(
    paths[1], modalities: [weak], memory: invocation.rowMemory
  ).file
  if features.modalities[weak] == nil {
    throw EngineFailure.missingModality(
      weak, in: baseName(paths[1]), known: Array(features.modalities.keys))
  }
  if let suspicion = try model.scaleSuspicion(of: features) { invocation.console.warn(suspicion) }
  let postprocesses = !invocation.flag("no-postprocessing")
  let evaluation = try Evaluation(
    model: model, features: features, split: split, postprocesses: postprocesses,
    threads: invocation.threads)
  if let path = invocation.optionalString("predictions") {
    try DurableFile.write(
      Array(evaluation.predictionTable(features: features).text.utf8), to: path,
      replacing: invocation.isForced)
    invocation.console.note("\(baseName(path)) written")
  }
  let document = try report(evaluation, features: features, invocation)
  guard !corruptions.isEmpty else { return CommandResult(document: document) }
  let robustness = try Robustness(
    model: model, features: features, split: split, corruptions: corruptions,
    seed: UInt64(invocation.integer("seed")), postprocesses: postprocesses,
    threads: invocation.threads)
  try show(robustness, beside: evaluation, features: features, console: invocation.console)
  return CommandResult(
    document: document + [.init("robustness", description(robustness))])
}

/// Scores a table of predictions of any framework.
private func evaluateTable(
  _ table: String, split: EvaluationSplit, _ invocation: Invocation
) throws -> CommandResult {
  let paths = invocation.strings("file")
  let others = ["predictions", "corrupt"].filter { !invocation.strings($0).isEmpty }
  guard paths.count == 1, others.isEmpty, !invocation.flag("no-postprocessing") else {
    throw ToolFailure.usage(
      "--predictions-from expects the features file alone, and neither --predictions, --corrupt "
        + "nor --no-postprocessing: leave out the model and these")
  }
  guard let data = FileManager.default.contents(atPath: table) else {
    throw ToolFailure.noInput(path: table, "'\(table)' cannot be read; check its permissions")
  }
  // The labels alone are needed.
  let features = try FeaturesFile.read(paths[0], modalities: []).0
  let evaluation = try Evaluation(
    table: String(decoding: data, as: UTF8.self), features: features, split: split)
  invocation.console.note("what trained or selected these predictions is not known")
  return CommandResult(document: try report(evaluation, features: features, invocation))
}

/// Shows an evaluation, and hands back the members for `--json`.
private func report(
  _ evaluation: Evaluation, features: FeaturesFile, _ invocation: Invocation
) throws -> [JSONValue.Member] {
  let intervals = try evaluation.headlineIntervals(features: features)
  show(evaluation, intervals: intervals, console: invocation.console)
  var document: [JSONValue.Member] = [
    .init("split", .string(evaluation.split.rawValue)),
    .init("sequences", .integer(evaluation.sequences.count)),
    .init("frames", .integer(evaluation.frameCount)),
    .init("marks", .array(evaluation.marks.map { .string($0.rawValue) })),
    .init("targets", targetScoresDescription(evaluation.targets)),
    .init(
      "intervals",
      .array(
        zip(evaluation.targets, intervals).map { target, interval in
          intervalDescription(interval, target: target.name)
        })),
  ]
  if invocation.flag("by-group") {
    let groups = try showGroups(
      of: evaluation, features: features, console: invocation.console)
    document.append(.init("groups", groups))
  }
  return document
}

private func show(
  _ evaluation: Evaluation, intervals: [HeadlineInterval?], console: Console
) {
  let marks = evaluation.marks.map { " (\($0.rawValue))" }.joined()
  for (target, interval) in zip(evaluation.targets, intervals) {
    console.print(
      console.bold("\(target.name) on \(evaluation.split.rawValue)\(marks)")
        + ": \(evaluation.sequences.count) sequences, \(evaluation.frameCount) frames")
    for line in metricLines(target.columns) { console.print("  " + line) }
    if let interval { console.print("  " + intervalLine(interval)) }
  }
  for mark in evaluation.marks { console.note("(\(mark.rawValue)): \(mark.meaning)") }
}
