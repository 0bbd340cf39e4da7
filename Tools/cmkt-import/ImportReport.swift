import CMKTFormat
import CMKTImport
import ToolSupport

/// A tree of hundreds of files would hide what was made of them.
private let mostSources = 12

/// Prints what was made, and hands it back for `--json`.
func report(
  _ features: FeaturesFile, _ summary: ImportSummary, _ output: String?, _ digests: FileDigests?,
  _ console: Console
) -> CommandResult {
  let sources = features.provenance.sources
  for source in sources.prefix(mostSources) {
    console.print(
      "source     \(source.name): \(source.format), \(source.byteCount) bytes, "
        + "sha256 \(source.sha256)")
  }
  if sources.count > mostSources {
    console.print(
      "source     \(sources.count - mostSources) more; the file and --json name them all")
  }
  summary.lines.forEach { console.print($0) }
  if let output, let digests {
    console.print("output     \(baseName(output)): content digest \(digests.content)")
  } else {
    console.print("output     none (dry run)")
  }
  let trained = summary.splits.contains { $0.name == Split.train.rawValue }
  if !trained { console.warn("no sequence belongs to split train; nothing can be trained on it") }
  return CommandResult(document: document(features, summary, output, digests))
}

private func document(
  _ features: FeaturesFile, _ summary: ImportSummary, _ output: String?, _ digests: FileDigests?
) -> [JSONValue.Member] {
  [
    .init("output", digests == nil ? .null : .optional(output.map(baseName))),
    .init("content_digest", .optional(digests?.content)),
    .init("file_digest", .optional(digests?.file)),
    .init(
      "sources",
      .array(
        features.provenance.sources.map { source in
          [
            "name": .string(source.name), "format": .string(source.format),
            "bytes": .integer(source.byteCount), "sha256": .string(source.sha256),
          ]
        })),
    .init("sequences", .integer(summary.sequenceCount)),
    .init("frames", .integer(summary.frameCount)),
    .init("time_base", .string(summary.timeBase)),
    .init(
      "splits",
      .array(
        summary.splits.map { split in
          [
            "name": .string(split.name), "sequences": .integer(split.sequences),
            "frames": .integer(split.frames),
          ]
        })),
    .init("modalities", .array(summary.modalities.map(value(of:)))),
    .init("targets", .array(summary.targets.map(value(of:)))),
    .init("ledger", .array(summary.ledger.map(value(of:)))),
  ]
}

private func value(of modality: ImportSummary.ModalityCounts) -> JSONValue {
  [
    "name": .string(modality.name), "level": .string(modality.level),
    "rows": .integer(modality.rowCount), "features": .integer(modality.featureCount),
    "invalid_values": .integer(modality.invalidValueCount),
    "imputed_values": .integer(modality.imputedValueCount),
    "fitted_on_sequences": .integer(modality.fittedOnCount),
  ]
}

private func value(of target: ImportSummary.TargetCounts) -> JSONValue {
  [
    "name": .string(target.name), "level": .string(target.level), "kind": .string(target.kind),
    "columns": .integer(target.columnCount), "rows": .integer(target.rowCount),
    "labelled_rows": .integer(target.validCount),
    "range": target.range.map { [.number($0.lowerBound), .number($0.upperBound)] } ?? .null,
    "source_target": target.sourceTarget.isEmpty ? .null : .string(target.sourceTarget),
    "threshold": .optional(target.threshold), "raters": .integer(target.raterCount),
    "delay_s": .number(target.delaySeconds),
  ]
}

private func value(of row: LedgerRow) -> JSONValue {
  [
    "stage": .string(row.stage), "modality": .string(row.modality), "unit": .string(row.unit),
    "action": .string(row.action), "reason": .string(row.reason), "count": .integer(row.count),
    "examples": .string(row.examples),
  ]
}
