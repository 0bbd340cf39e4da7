import CMKTEngine
import CMKTFormat
import Foundation
import Tensors
import ToolFiles
import ToolSupport

/// `cmkt-train fit`: from a features file to a model file.
let fitCommand = Command(
  name: "fit", summary: "Train a model that needs the weak modality alone.",
  discussion: "Only sequences of split train are trained on. Early stopping uses split valid, or "
    + "where there is none a share of the training groups that is held out and recorded. "
    + "The test split is not read. A run that is stopped by Ctrl-C or SIGTERM leaves the "
    + "checkpoint MODEL.checkpoint, from which --resume goes on to the same model, byte for byte.",
  examples: [
    Example(
      "cmkt-train fit mosi.h5 --method cm-stew --weak audio --strong text --target label "
        + "-o audio.h5",
      "transfer from text to audio"),
    Example(
      "cmkt-train fit mosi.h5 --method sew --weak audio --strong text,video --target label "
        + "-o both.h5",
      "from two strong modalities, jointly"),
    Example(
      "cmkt-train fit mosi.h5 --method unimodal --weak audio --target label -o base.h5",
      "the baseline"),
    Example(
      "cmkt-train fit mosi.h5 --method unimodal --weak audio --target label -o base.h5 "
        + "--set encoder.hidden=64",
      "another width"),
    Example(
      "cmkt-train fit mosi.h5 --method unimodal --weak audio --target label -o base.h5 "
        + "--checkpoint-every 100 --resume",
      "go on where a killed run stood, or start"),
  ],
  arguments: [Argument("features", .inputFile, help: "The features file.")],
  options: [
    .output("MODEL", help: "The model file to write.", alsoWrites: [".checkpoint"]),
    methodOption(isRequired: true),
    .value("weak", .text, "NAME", help: "The modality that the model will need.", isRequired: true),
    .value(
      "strong", .text, "NAME[,NAME]", help: "The modality to learn from; used in training only.",
      isList: true),
    .value(
      "target", .text, "NAME[,NAME]", help: "What to predict.", isRequired: true, isList: true),
    .value(
      "encoder", .choice(encoderKinds), "KIND", help: "Short for --set encoder.kind=KIND."),
    .value("recipe", .inputFile, "FILE", help: "Settings as JSON; see cmkt-train recipe --json."),
    .value(
      "set", .text, "KEY=VALUE", help: "One setting; wins over --recipe.", isRepeatable: true),
    .value(
      "seed", .integer(0...Int.max), "N", help: "Starts every random stream.", default: "1"),
    .value(
      "kernels", .choice(["auto"] + KernelLevel.allCases.reversed().map(\.rawValue)), "LEVEL",
      help: "Instructions to use; the last digits depend on them. auto: the best there are.",
      default: "auto"),
    .value(
      "checkpoint-every", .integer(1...Int.max), "N",
      help: "Save MODEL.checkpoint after every N batches; it goes when the model is there.",
      affectsResult: false),
    .flag(
      "resume", help: "Go on from MODEL.checkpoint if there is one.", affectsResult: false),
    .value(
      "log", .appendedFile, "FILE", help: "Append the history as JSON lines.",
      affectsResult: false),
    .value(
      "tensorboard", .outputFolder, "DIR", help: "Add event files for TensorBoard.",
      affectsResult: false),
    .memory, .force,
  ],
  run: fit)

private let encoderKinds = RecipeTable.setting(.encoderKind).kind.choices

private func fit(_ invocation: Invocation) throws -> CommandResult {
  let start = ContinuousClock.now
  var request = try TrainingRequest(
    method: Method(named: invocation.string("method")), weak: invocation.string("weak"),
    strong: invocation.list("strong"), targets: invocation.list("target"),
    recipe: recipe(of: invocation), seed: UInt64(invocation.integer("seed")))
  for warning in request.recipe.unreadSettings(methods: [request.method]) {
    invocation.console.warn(warning)
  }
  let kernels = try kernels(of: invocation)
  let path = invocation.string("features")
  let (features, digests) = try FeaturesFile.reading(
    path, modalities: Set([request.weak] + request.strong), memory: invocation.rowMemory)
  let run = try FitRun(
    invocation: invocation, fingerprint: digests.content,
    provenance: provenance(
      of: features, path: path, digests: digests, command: invocation.canonicalCommand))
  if request.awaitsDelaySearch { request.delaySeconds = run.earlierDelaySeconds }
  let delays = try searchDelays(
    for: &request, in: features, kernels: kernels, watcher: run.watcher, invocation: invocation)
  let trainer = try Trainer(
    features: features, fingerprint: digests.content, request: request,
    threads: invocation.threads, kernels: kernels)
  if let content = try run.finishedBefore(by: trainer) {
    return CommandResult(document: [
      .init("model", .string(baseName(run.output))), .init("content", .string(content)),
      .init("finished_before", .bool(true)),
    ])
  }
  let (result, saved) = try run.train(trainer)
  let seconds = run.end(saved, since: start)
  show(result, console: invocation.console)
  invocation.console.note("\(baseName(run.output)) written in \(durationText(seconds))")
  return CommandResult(document: [
    .init("model", .string(baseName(run.output))), .init("content", .string(saved.content)),
    .init("seconds", .number(seconds)),
    .init("validation", .array(result.validation.map(description))),
    .init("delay_search", delays),
  ])
}

/// The level that `--kernels` names.
///
/// - Throws: exit code 64 where this processor lacks it.
private func kernels(of invocation: Invocation) throws -> KernelLevel {
  let name = invocation.string("kernels")
  guard let level = KernelLevel(rawValue: name) else { return .best }
  guard level.isAvailable else {
    throw ToolFailure.usage(
      "this processor does not run --kernels \(name); its best is \(KernelLevel.best.rawValue)")
  }
  return level
}

/// The recipe of the command line: defaults, then `--recipe`, then `--encoder`, then `--set`.
private func recipe(of invocation: Invocation) throws -> Recipe {
  try refuseContradiction(
    encoders: invocation.strings("encoder"), assignments: invocation.strings("set"))
  let encoder = invocation.optionalString("encoder").map {
    "\(SettingKey.encoderKind.rawValue)=\($0)"
  }
  return try recipe(
    json: invocation.optionalString("recipe"),
    assignments: (encoder.map { [$0] } ?? []) + invocation.strings("set"))
}

/// - Throws: exit code 64 where `--set encoder.kind` names another encoder than `--encoder`.
func refuseContradiction(encoders: [String], assignments: [String]) throws(ToolFailure) {
  guard !encoders.isEmpty else { return }
  for assignment in assignments {
    guard let (key, kind) = Invocation.splitAtEquals(assignment),
      key == SettingKey.encoderKind.rawValue, encoders != [kind]
    else { continue }
    throw .usage(
      "--encoder \(encoders.joined(separator: ",")) contradicts "
        + "--set \(assignment); give one of them"
    )
  }
}

/// The defaults, changed by the JSON file at `path`, then by each of `assignments`.
func recipe(json path: String?, assignments: [String]) throws -> Recipe {
  var recipe = Recipe()
  if let path {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw ToolFailure.noInput(path: path, "'\(path)' cannot be read; check its permissions")
    }
    recipe = try Recipe(json: String(decoding: data, as: UTF8.self))
  }
  for assignment in assignments { try recipe.set(assignment: assignment) }
  return recipe
}

/// The chain from the sources of the features through their file to the model.
func provenance(
  of features: FeaturesFile, path: String, digests: FileDigests, command: String
) -> Provenance {
  var provenance = features.provenance
  provenance.ledger = []
  let size = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? nil
  provenance.sources.append(
    Source(
      name: baseName(path), sha256: digests.content, byteCount: size ?? 0, format: "cmkt-features"))
  provenance.steps.append(
    ProvenanceStep(tool: "cmkt-train", version: toolVersion, command: command))
  return provenance
}

private func show(_ result: TrainingResult, console: Console) {
  for score in result.validation {
    let marks = score.marks.map { " (\($0.rawValue))" }.joined()
    console.print(console.bold("\(score.target) by the \(score.title), validation\(marks)"))
    for line in metricLines(score.columns) { console.print("  " + line) }
  }
}

private func description(_ score: ValidationScore) -> JSONValue {
  .object([
    .init("model", .string(score.title)), .init("stage", .string(score.stage.name)),
    .init("target", .string(score.target)),
    .init("marks", .array(score.marks.map { .string($0.rawValue) })),
    .init("scores", .array(score.columns.map(scoreDescription))),
  ])
}
