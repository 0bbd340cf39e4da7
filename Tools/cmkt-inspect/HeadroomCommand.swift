import CMKTEngine
import CMKTFormat
import CMKTInspect
import Foundation
import ToolSupport

/// `cmkt-inspect headroom FEATURES`.
let headroomCommand = Command(
  name: "headroom",
  summary: "Ask whether a strong modality has anything to teach a weak one.",
  discussion:
    "Linear probes, held out by group, tell how much of a target's variance the weak modality"
    + " explains, the strong one, both, and the part of the strong one that the weak one predicts."
    + " Penalties are chosen within the folds that fit; only the training split fits, and"
    + " unlabelled rows where no label is needed. Intervals leave out one group after another;"
    + " chance is a target exchanged between groups. The verdict follows a fixed rule, which is"
    + " printed; 'nothing to transfer' is said plainly.",
  examples: [
    Example(
      "cmkt-inspect headroom mosi.h5 --weak audio --strong text --target sentiment",
      "Can text teach audio anything?"),
    Example(
      "cmkt-inspect headroom recola.h5 --weak video --strong audio --target arousal --context 4"
        + " --delay search",
      "The same with 4 s of context to either side, at the delay that fits best."),
  ],
  arguments: [Argument("features", .inputFile, help: "A features file with both modalities.")],
  options: [
    .value(
      "weak", .text, "NAME", help: "The modality that will be deployed.", isRequired: true),
    .value("strong", .text, "NAME", help: "The modality that may teach it.", isRequired: true),
    .value("target", .text, "NAME", help: "What is predicted.", isRequired: true),
    .value(
      "split", .choice(["train", "valid", "test"]), "SPLIT",
      help: "What the probes are judged on: train by cross-validation over groups, the others after"
        + " a fit on train.", default: "train"),
    .value(
      "context", .number(0...1e6), "S",
      help: "Add mean and deviation of each feature over S seconds to either side.", default: "0"),
    .value(
      "delay", .text, "S",
      help: "By how many seconds the target lags: a number, file, or search, which tries 0 to 8 s.",
      default: "file"),
    .value(
      "ridge", .number(1e-9...1e9), "R",
      help: "Penalty on standardised features; default: chosen from 1e-4 to 100 for each probe."),
    .value("folds", .integer(3...100), "N", help: "Folds of groups.", default: "5"),
    .value(
      "permutations", .integer(0...10_000), "N", help: "Size of the chance distribution.",
      default: "99"),
    .value("seed", .count, "N", help: "Seed of folds and permutations.", default: "1"),
    .value(
      "csv", .outputFile, "FILE",
      help: "Write the errors of each group as CSV; - is standard output."),
    .force,
  ],
  run: { invocation in
    var request = HeadroomRequest(
      featuresPath: invocation.string("features"), weak: invocation.string("weak"),
      strong: invocation.string("strong"), target: invocation.string("target"),
      split: EvaluationSplit(rawValue: invocation.string("split")) ?? .train)
    request.delay = try delay(invocation.string("delay"))
    request.contextSeconds = invocation.number("context")
    if let ridge = invocation.optionalNumber("ridge") { request.ridges = [ridge] }
    request.foldCount = invocation.integer("folds")
    request.permutationCount = invocation.integer("permutations")
    request.seed = UInt64(invocation.integer("seed"))
    request.threads = invocation.threads ?? ProcessInfo.processInfo.activeProcessorCount
    let result = try Headroom.result(request)
    return CommandResult(document: try invocation.show(result.report) { result.table })
  })

private func delay(_ text: String) throws -> HeadroomDelay {
  switch text {
  case "file": return .file
  case "search": return .search
  default:
    guard let seconds = Double(text), (0...1e6).contains(seconds) else {
      throw ToolFailure(
        .usage, "--delay: expected seconds from 0, file or search, found '\(text)'")
    }
    return .seconds(seconds)
  }
}
