import CMKTExport
import CMKTFormat
import ToolSupport

/// `cmkt-export`, whose only command has no name.
let exportCommand = Command(
  summary: "Write the weak modality's path of a model for another runtime.",
  discussion: "Normalisation, encoder and heads of the weak modality go in; what served the "
    + "training stays out and is listed. Before anything is saved, the bytes are read back and "
    + "run by an interpreter of their own; where their predictions differ from the engine's, the "
    + "exit code is 1 and no file is written. Formats/export/ describes each format.",
  examples: [
    Example("cmkt-export audio.h5 --as onnx -o audio.onnx", "for ONNX Runtime"),
    Example(
      "cmkt-export audio.h5 --as onnx -o audio.onnx --check mosi.h5",
      "checked on sequences of mosi.h5 that did not train the model"),
    Example("cmkt-export audio.h5 --as safetensors -o audio.safetensors", "the weights alone"),
  ],
  arguments: [Argument("model", .inputFile, help: "A finished model file.")],
  options: [
    .value(
      "as", .choice(ExportFormat.allCases.map(\.rawValue)), "FORMAT",
      help: "onnx: a graph of raw features to predictions; safetensors: the weights by name.",
      isRequired: true),
    .output("OUT", help: "The file to write."),
    .value(
      "check", .inputFile, "FEATURES",
      help: "Compare with the engine on this features file instead of generated sequences.",
      affectsResult: false),
    .force,
  ],
  run: export)

private func export(_ invocation: Invocation) throws -> CommandResult {
  guard let format = ExportFormat(rawValue: invocation.string("as")) else {
    preconditionFailure("the table of options holds the formats")
  }
  let (model, digests) = try ModelFile.read(invocation.string("model"))
  let artefact = try Artefact(of: model, contentDigest: digests.content, as: format)
  let report = try parityReport(of: artefact, model: model, invocation)
  let output = invocation.string("output")
  try DurableFile.write(artefact.bytes, to: output, replacing: invocation.isForced)
  show(artefact, report, output: output, invocation.console)
  return CommandResult(document: document(artefact, report, model: digests, output: output))
}

private func parityReport(
  of artefact: Artefact, model: ModelFile, _ invocation: Invocation
) throws -> ParityReport {
  guard let path = invocation.optionalString("check") else {
    return try artefact.checkOnGeneratedSequences(against: model, threads: invocation.threads)
  }
  let (features, _) = try FeaturesFile.read(path, modalities: [model.architecture.weak.name])
  return try artefact.check(
    against: model, on: features, named: baseName(path), threads: invocation.threads)
}

private func show(
  _ artefact: Artefact, _ report: ParityReport, output: String, _ console: Console
) {
  let path = artefact.path
  console.print(console.bold("\(baseName(output)): \(artefact.format.rawValue)"))
  console.print(
    "  in       \(path.featureCount) features of '\(path.modality.name)'"
      + (path.modality.hopSeconds.map { ", one row every \($0) s" } ?? ""))
  for head in path.heads {
    let configuration = head.configuration
    let place = head.isPooled ? "per sequence" : "per frame"
    console.print(
      "  out      '\(head.target)', \(configuration.kind.rawValue), "
        + counted(configuration.outputSize, "column") + " \(place)")
  }
  console.print(
    "  holds    \(artefact.tensorCount) tensors, \(counted(artefact.valueCount, "value")), "
      + counted(artefact.bytes.count, "byte"))
  for group in artefact.leftOut {
    console.print(
      "  left out \(group.name): \(counted(group.tensorCount, "tensor")), "
        + counted(group.valueCount, "value"))
  }
  console.print("  \(report.line)")
}

private func counted(_ count: Int, _ noun: String) -> String {
  "\(count) \(noun)\(count == 1 ? "" : "s")"
}

private func document(
  _ artefact: Artefact, _ report: ParityReport, model: FileDigests, output: String
) -> [JSONValue.Member] {
  [
    .init("path", .string(output)),
    .init("format", .string(artefact.format.rawValue)),
    .init("bytes", .integer(artefact.bytes.count)),
    .init("model_content_digest", .string(model.content)),
    .init("weak_modality", .string(artefact.path.modality.name)),
    .init("features", .integer(artefact.path.featureCount)),
    .init("targets", .array(artefact.path.heads.map { .string($0.target) })),
    .init("tensors", .integer(artefact.tensorCount)),
    .init("values", .integer(artefact.valueCount)),
    .init(
      "left_out",
      .array(
        artefact.leftOut.map { group in
          .object([
            .init("name", .string(group.name)), .init("tensors", .integer(group.tensorCount)),
            .init("values", .integer(group.valueCount)),
          ])
        })),
    .init(
      "parity",
      .object([
        .init("holds", .bool(report.holds)),
        .init("largest_difference", .number(report.largestDifference)),
        .init("bound", .number(report.bound)),
        .init("sequences", .integer(report.sequenceCount)),
        .init("frames", .integer(report.frameCount)),
        .init("source", .string(report.source)),
      ])),
  ]
}
