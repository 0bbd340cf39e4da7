package import CMKTFormat
import Codecs

/// What an import made, in numbers.
package struct ImportSummary: Equatable, Sendable {
  /// One modality of the file.
  package struct ModalityCounts: Equatable, Sendable {
    package var name: String
    package var level: String
    package var rowCount: Int
    package var featureCount: Int
    /// Values that may not be used, and those among them that were NaN or infinite.
    package var invalidValueCount: Int
    package var imputedValueCount: Int
    package var fittedOnCount: Int
  }

  /// One target of the file.
  package struct TargetCounts: Equatable, Sendable {
    package var name: String
    package var level: String
    package var kind: String
    package var columnCount: Int
    package var rowCount: Int
    package var validCount: Int
    package var range: ClosedRange<Double>?
    package var sourceTarget: String
    package var threshold: Double?
    package var raterCount: Int
    package var delaySeconds: Double
  }

  package var sequenceCount: Int
  package var frameCount: Int
  package var timeBase: String
  /// Splits that occur, in the order of `Split`.
  package var splits: [(name: String, sequences: Int, frames: Int)]
  package var modalities: [ModalityCounts]
  package var targets: [TargetCounts]
  package var ledger: [LedgerRow]

  /// Counts `assembly`.
  ///
  /// - Throws: `ImportFailure.scratch`.
  package init(_ assembly: FeaturesAssembly) throws(ImportFailure) {
    let features = assembly.skeleton
    let table = features.sequences
    sequenceCount = table.count
    frameCount = table.frameCount
    timeBase = features.timeBase.rawValue
    splits = Split.allCases.compactMap { split in
      let members = (0..<table.count).filter { table.splits[$0] == split }
      guard !members.isEmpty else { return nil }
      return (
        split.rawValue, members.count, members.reduce(0) { $0 + table.frames(of: $1).count }
      )
    }
    ledger = features.provenance.ledger
    modalities = []
    for (name, modality) in features.modalities.sorted(by: { $0.key < $1.key }) {
      let rows = assembly.stored[name]
      let invalid: Int
      do throws(ScratchFailure) {
        invalid = try rows?.invalidValueCount() ?? 0
      } catch {
        throw .scratch(error)
      }
      modalities.append(
        ModalityCounts(
          name: name, level: modality.level.description, rowCount: rows?.rowCount ?? 0,
          featureCount: modality.featureCount, invalidValueCount: invalid,
          imputedValueCount: ledger.filter { $0.modality == name && $0.action == "imputed" }
            .reduce(0) { $0 + $1.count },
          fittedOnCount: modality.fittedOn.count))
    }
    targets = features.targets.sorted { $0.key < $1.key }.map { name, target in
      TargetCounts(
        name: name, level: target.level.description, kind: target.kind.rawValue,
        columnCount: target.columnCount, rowCount: target.rowCount,
        validCount: target.valid.count { $0 }, range: target.range,
        sourceTarget: target.sourceTarget, threshold: target.threshold,
        raterCount: target.raters?.names.count ?? 0, delaySeconds: target.delaySeconds)
    }
  }

  package static func == (first: ImportSummary, second: ImportSummary) -> Bool {
    first.lines == second.lines && first.ledger == second.ledger
  }

  /// The summary for people, one line each.
  package var lines: [String] {
    let parts = splits.map { "\($0.name) \($0.sequences) (\($0.frames))" }
    var lines = [
      "sequences  \(sequenceCount)  (\(frameCount) frames, time base \(timeBase))",
      "splits     " + parts.joined(separator: ", ") + "  sequences (frames)",
    ]
    for modality in modalities {
      let fitted =
        modality.fittedOnCount > 0 ? ", fitted on \(modality.fittedOnCount) sequences" : ""
      lines.append(
        "modality   \(modality.name): \(modality.featureCount) features per \(modality.level), "
          + "\(modality.invalidValueCount) values invalid, "
          + "\(modality.imputedValueCount) imputed\(fitted)")
    }
    lines += targets.map(Self.line)
    return lines + ledgerLines
  }

  /// A line for each row that tells of a loss or a change; columns of a modality are summed.
  private var ledgerLines: [String] {
    var order: [String] = []
    var counts: [String: (count: Int, examples: String)] = [:]
    for row in ledger where row.action != "in" && !row.reason.isEmpty {
      let subject = [row.modality, row.unit].filter { !$0.isEmpty }.joined(separator: " ")
      let reason = row.action == "imputed" ? row.reason.split(separator: " ")[0] : row.reason[...]
      let text = "\(subject) \(row.action): \(reason)"
      if counts[text] == nil { order.append(text) }
      let known = counts[text] ?? (0, row.examples)
      counts[text] = (known.count + row.count, known.examples)
    }
    return order.map { text in
      let (count, examples) = counts[text] ?? (0, "")
      return "ledger     \(count) \(text)" + (examples.isEmpty ? "" : "  (\(examples))")
    }
  }

  private static func line(_ target: TargetCounts) -> String {
    var text = "target     \(target.name): \(target.kind) per \(target.level)"
    if let range = target.range { text += " in \(range.lowerBound)...\(range.upperBound)" }
    if let threshold = target.threshold, !target.sourceTarget.isEmpty {
      text += ", equals (\(target.sourceTarget) >= \(threshold))"
    }
    if target.raterCount > 0 { text += ", \(target.raterCount) raters" }
    if target.delaySeconds > 0 { text += ", delay \(target.delaySeconds) s" }
    return text + ", \(target.validCount) of \(target.rowCount) rows labelled"
  }
}
