import CMKTEngine
import CMKTFormat
import ToolSupport

/// `cmkt-train reproduce`: whether a model comes out of its own record again.
let reproduceCommand = Command(
  name: "reproduce", summary: "Train a model again from its own record and compare all digests.",
  discussion: "Method, recipe, seed, kernels, sequences of each split and delays are those that "
    + "the model file records. Ends with 0 where every object outside the provenance is equal to "
    + "the bit, and with 1 and the first object that differs otherwise.",
  examples: [
    Example("cmkt-train reproduce audio.h5 mosi.h5", "train again and compare"),
    Example("cmkt-train reproduce audio.h5 mosi.h5 -o again.h5", "and keep the second model"),
  ],
  arguments: [
    Argument("model", .inputFile, help: "The model file."),
    Argument("features", .inputFile, help: "The features file that it was trained on."),
  ],
  options: [
    .output("MODEL", help: "Write the model that was trained again.", isRequired: false), .force,
  ],
  run: reproduce)

private func reproduce(_ invocation: Invocation) throws -> CommandResult {
  let (model, stated) = try ModelFile.read(invocation.string("model"))
  let path = invocation.string("features")
  let (features, digests) = try FeaturesFile.read(path)
  let reproduction = try Reproduction(
    of: model, features: features, fingerprint: digests.content)
  let progress = ProgressReport(invocation.console, label: "reproduce", unit: "epochs")
  var epochCount = 0
  var again = try reproduction.train(threads: invocation.threads) { event in
    guard case .epoch(let epoch) = event else { return }
    epochCount += 1
    progress.update(epochCount, detail: epoch.stage.name)
  }
  progress.finish()
  let difference = try model.firstDifference(from: again)
  if let output = invocation.optionalString("output") {
    again.provenance = provenance(
      of: features, path: path, digests: digests, command: invocation.canonicalCommand)
    try Interruption.deferred { _ = try again.write(to: output, replacing: invocation.isForced) }
  }
  let console = invocation.console
  if let difference {
    console.print("\(console.bold("not reproduced")): \(difference) differs first")
  } else {
    console.print("\(console.bold("reproduced")): every object has the same digest")
    console.print("content digest \(stated.content)")
  }
  return CommandResult(
    difference == nil ? .ok : .findings,
    document: [
      .init("reproduced", .bool(difference == nil)),
      .init("first_difference", .optional(difference)), .init("content", .string(stated.content)),
      .init("method", .string(model.training.method)),
      .init("seed", .integer(Int(clamping: model.training.seed))),
      .init("kernels", .string(model.training.kernels)),
    ])
}
