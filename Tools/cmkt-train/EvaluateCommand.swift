import CMKTEngine
import CMKTFormat
import ToolSupport

/// `cmkt-train evaluate`: a model's figures on a split of a features file.
let evaluateCommand = Command(
  name: "evaluate", summary: "Score a model on a split of a features file.",
  discussion: "Reads the weak modality alone. Figures on sequences that selected the model are "
    + "marked (selected), those that it was trained on (trained), and those that the feature "
    + "extractor was fitted on (contaminated). The predictions are a table id,time,target,"
    + "prediction: a row for each frame, or sequence; time in seconds, or the frame's number in "
    + "a file without times; a probability for binary targets, a class number for classes.",
  examples: [
    Example("cmkt-train evaluate audio.h5 mosi.h5 --split test", "the figures on test"),
    Example(
      "cmkt-train evaluate audio.h5 mosi.h5 --split test --predictions audio.csv",
      "and every prediction"),
  ],
  arguments: [
    Argument("model", .inputFile, help: "The model file."),
    Argument("features", .inputFile, help: "The features file."),
  ],
  options: [
    .value(
      "split", .choice(EvaluationSplit.allCases.map(\.rawValue)), "SPLIT",
      help: "Which sequences. Test is read only when it is named.", default: "valid"),
    .flag(
      "no-postprocessing", help: "Leave out the model's fitted post-processing."),
    .value("predictions", .outputFile, "FILE", help: "Write every prediction as CSV."),
    .force,
  ],
  run: evaluate)

private func evaluate(_ invocation: Invocation) throws -> CommandResult {
  let (model, _) = try ModelFile.read(invocation.string("model"))
  let weak = model.architecture.weak.name
  let path = invocation.string("features")
  var features = try FeaturesFile.read(path, modalities: [weak]).0
  // Without it the failure is to name the modalities that there are.
  if features.modalities[weak] == nil { features = try FeaturesFile.read(path).0 }
  guard let split = EvaluationSplit(rawValue: invocation.string("split")) else {
    preconditionFailure("the table of options holds the splits")
  }
  let evaluation = try Evaluation(
    model: model, features: features, split: split,
    postprocesses: !invocation.flag("no-postprocessing"), threads: invocation.threads)
  if let path = invocation.optionalString("predictions") {
    try DurableFile.write(
      Array(evaluation.predictionTable(features: features).text.utf8), to: path,
      replacing: invocation.isForced)
    invocation.console.note("\(baseName(path)) written")
  }
  show(evaluation, features: features, console: invocation.console)
  return CommandResult(document: [
    .init("split", .string(split.rawValue)),
    .init("sequences", .integer(evaluation.sequences.count)),
    .init("frames", .integer(evaluation.frameCount)),
    .init("marks", .array(evaluation.marks.map { .string($0.rawValue) })),
    .init(
      "targets",
      .array(
        evaluation.targets.map { target in
          .object([
            .init("target", .string(target.name)),
            .init("scores", .array(target.columns.map(scoreDescription))),
          ])
        })),
  ])
}

private func show(_ evaluation: Evaluation, features: FeaturesFile, console: Console) {
  let marks = evaluation.marks.map { " (\($0.rawValue))" }.joined()
  for target in evaluation.targets {
    console.print(
      console.bold("\(target.name) on \(evaluation.split.rawValue)\(marks)")
        + ": \(evaluation.sequences.count) sequences, \(evaluation.frameCount) frames")
    for line in metricLines(target.columns) { console.print("  " + line) }
  }
  for mark in evaluation.marks { console.note("(\(mark.rawValue)): \(mark.meaning)") }
}
