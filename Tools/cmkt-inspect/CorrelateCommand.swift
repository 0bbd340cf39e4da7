import CMKTEngine
import CMKTInspect
import Foundation
import ToolSupport

/// `cmkt-inspect correlate MODEL FEATURES`.
let correlateCommand = Command(
  name: "correlate",
  summary: "Correlate the weak and the strong latent of a model, with significance.",
  discussion:
    "Held-out canonical correlations first, along the directions that the model's training data"
    + " gave; in-sample ones beside them. Each stands beside a null of permuted pairs that keeps"
    + " the time series as they are.",
  examples: [
    Example("cmkt-inspect correlate audio.h5 mosi.h5", "Do the latents agree on unseen data?"),
    Example(
      "cmkt-inspect correlate audio.h5 mosi.h5 --split valid --permutations 999",
      "Finer p on the validation split."),
  ],
  arguments: [
    Argument("model", .inputFile, help: "A model of a method with a strong modality."),
    Argument("features", .inputFile, help: "A features file with both modalities."),
  ],
  options: [
    .value(
      "split", .choice(EvaluationSplit.allCases.map(\.rawValue)), "SPLIT",
      help: "Sequences to look at.",
      default: "test"),
    .value("strong", .text, "NAME", help: "The strong modality, where the model has several."),
    .value(
      "permutations", .integer(1...1_000_000), "N", help: "Size of the null.", default: "199"),
    .value("seed", .count, "N", help: "Seed of the permutations.", default: "1"),
    .value(
      "ridge", .number(0...1e6), "R",
      help: "Added to both covariances of refitted directions; default: the model's."),
  ],
  run: { invocation in
    let request = CorrelateRequest(
      modelPath: invocation.string("model"), featuresPath: invocation.string("features"),
      split: EvaluationSplit(rawValue: invocation.string("split")) ?? .test,
      strong: invocation.optionalString("strong"),
      permutationCount: invocation.integer("permutations"),
      seed: UInt64(invocation.integer("seed")), ridge: invocation.optionalNumber("ridge"),
      threads: invocation.threads ?? ProcessInfo.processInfo.activeProcessorCount)
    let report = try Correlate.report(request)
    return CommandResult(document: report.show(on: invocation.console))
  })
