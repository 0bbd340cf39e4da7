import CMKTEngine
import CMKTExport
import CMKTFormat
import Foundation
import ToolSupport

/// Writes the weak path of the model at `path`.
func exportWeakPath(
  _ path: String, as format: ExportFormat, _ invocation: Invocation
) throws -> CommandResult {
  let (model, digests) = try ModelFile.read(path)
  let isVerified = !invocation.flag("no-verify")
  let artefact = try Artefact(
    of: model, contentDigest: digests.content, as: format, options: options(invocation),
    isVerified: isVerified)
  let report = isVerified ? try parityReport(of: artefact, model: model, invocation) : nil
  let output = invocation.string("output")
  if artefact.streaming?.mode == .step,
    ["chunk", "look-ahead", "look-back"].contains(where: invocation.isGiven)
  {
    invocation.console.note("a GRU model streams frame by frame; --chunk and windows mean nothing")
  }
  try Interruption.deferred {
    try artefact.save(to: output, replacing: invocation.isForced)
  }
  show(artefact, report, output: output, invocation.console)
  return CommandResult(document: document(artefact, report, model: digests, output: output))
}

private func options(_ invocation: Invocation) -> ExportOptions {
  var options = ExportOptions()
  options.postprocesses = invocation.string("postprocessing") == "keep"
  options.holdsAllWeights = invocation.string("weights") == "all"
  options.quantisation = invocation.optionalString("quantize").flatMap(Quantisation.init)
  options.symbol =
    invocation.optionalString("symbol") ?? symbol(of: baseName(invocation.string("output")))
  if invocation.flag("streaming") {
    options.streaming = StreamingRequest(
      chunkFrames: invocation.integer("chunk"), lookAheadFrames: invocation.integer("look-ahead"),
      lookBackFrames: invocation.integer("look-back"))
  }
  return options
}

/// `name` without its extension, as the beginning of names in C.
private func symbol(of name: String) -> String {
  let stem = name.split(separator: ".").first.map(String.init) ?? ""
  let plain = stem.unicodeScalars.map { scalar in
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9": Character(scalar)
    default: Character("_")
    }
  }
  guard let first = plain.first, first.isLetter else { return "model_" + String(plain) }
  return String(plain)
}

private func parityReport(
  of artefact: Artefact, model: ModelFile, _ invocation: Invocation
) throws -> ParityReport {
  guard let path = invocation.optionalString("check") else {
    return try artefact.checkOnGeneratedSequences(against: model, threads: invocation.threads)
  }
  let (features, _) = try readFeatures(path, having: [model.architecture.weak.name])
  if let suspicion = try model.scaleSuspicion(of: features) { invocation.console.warn(suspicion) }
  return try artefact.check(
    against: model, on: features, named: baseName(path), threads: invocation.threads)
}

private func show(
  _ artefact: Artefact, _ report: ParityReport?, output: String, _ console: Console
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
  if let streaming = artefact.streaming { console.print("  streams  \(streaming.line)") }
  console.print(
    "  holds    \(artefact.tensorCount) tensors, \(counted(artefact.valueCount, "value")), "
      + counted(artefact.byteCount, "byte"))
  for group in artefact.leftOut {
    console.print(
      "  left out \(group.name): \(counted(group.tensorCount, "tensor")), "
        + counted(group.valueCount, "value"))
  }
  guard let report else {
    return console.print("  parity NOT CHECKED, as asked for with --no-verify")
  }
  console.print("  \(report.line)")
  if let caveat = artefact.format.caveat { console.print("  caveat   \(caveat)") }
  for deviation in report.deviations { console.print("  \(deviation.line)") }
  for row in report.accuracy {
    let column = row.column.isEmpty ? "" : ", \(row.column)"
    console.print(
      "  \(row.split) '\(row.target)'\(column): \(figure(row.float)) with floats, "
        + "\(figure(row.quantised)) with 8 bits; \(row.metric), \(counted(row.rowCount, "row"))")
  }
}

private func counted(_ count: Int, _ noun: String) -> String {
  "\(count) \(noun)\(count == 1 ? "" : "s")"
}

/// Four decimals.
private func figure(_ value: Double) -> String { String(format: "%.4f", value) }

private func document(
  _ artefact: Artefact, _ report: ParityReport?, model: FileDigests, output: String
) -> [JSONValue.Member] {
  [
    .init("path", .string(output)),
    .init("format", .string(artefact.format.rawValue)),
    .init("bytes", .integer(artefact.byteCount)),
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
    .init("streaming", artefact.streaming.map(streamingDocument) ?? .null),
    .init("caveat", artefact.format.caveat.map { .string($0) } ?? .null),
    .init("parity", report.map(parityDocument) ?? .null),
  ]
}

private func streamingDocument(_ plan: StreamingPlan) -> JSONValue {
  .object([
    .init("mode", .string(plan.mode.rawValue)),
    .init("chunk_frames", .integer(plan.chunkFrames)),
    .init("look_ahead_frames", .integer(plan.lookAheadFrames)),
    .init("look_back_frames", .integer(plan.lookBackFrames)),
    .init("latency_frames", .integer(plan.latencyFrames)),
    .init("latency_seconds", plan.latencySeconds.map(JSONValue.number) ?? .null),
  ])
}

func parityDocument(_ report: ParityReport) -> JSONValue {
  .object([
    .init("holds", .bool(report.holds)),
    .init("largest_difference", .number(report.largestDifference)),
    .init("bound", .number(report.bound)),
    .init("sequences", .integer(report.sequenceCount)),
    .init("frames", .integer(report.frameCount)),
    .init("source", .string(report.source)),
    .init(
      "accuracy",
      .array(
        report.accuracy.map { row in
          .object([
            .init("split", .string(row.split)), .init("target", .string(row.target)),
            .init("column", .string(row.column)), .init("metric", .string(row.metric)),
            .init("rows", .integer(row.rowCount)), .init("float", .number(row.float)),
            .init("quantised", .number(row.quantised)),
          ])
        })),
    .init(
      "deviations",
      .array(
        report.deviations.map { deviation in
          .object([
            .init("name", .string(deviation.name)), .init("target", .string(deviation.target)),
            .init("largest", .number(deviation.largest)),
            .init("root_mean_square", .number(deviation.rootMeanSquare)),
            .init("output_deviation", .number(deviation.outputDeviation)),
          ])
        })),
  ])
}
