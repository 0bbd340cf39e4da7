import CMKTFormat
import Tensors

/// The summary of a model file.
struct ModelSummary {
  private let inspected: InspectedFile
  let model: ModelFile
  /// Whether all digests were recomputed: not where there are too many weights for a glance.
  private let isVerified: Bool

  private static let largestVerified = 64 << 20

  init(_ inspected: InspectedFile) throws(InspectFailure) {
    self.inspected = inspected
    let verifies = inspected.storedByteCount <= Self.largestVerified
    isVerified = verifies
    model = try formatting { () throws(FormatFailure) in
      try ModelFile.read(
        inspected.path, where: { verifies || !isWithin($0, "/weights") && !isWithin($0, "/state") }
      ).file
    }
  }

  var report: Report {
    Report(
      [fileSection, inputSection, networkSection, parameterSection]
        + alignmentSections + model.outputSections + [trainingSection, curveSection, recipeSection]
        + Summary.provenanceSections(model.provenance))
  }

  private var fileSection: ReportSection {
    Summary.fileSection(
      inspected,
      [
        ReportFact("method", "method", .text(model.architecture.method)),
        ReportFact(
          "finished", "state",
          ReportCell(
            .flag(model.isFinished), model.isFinished ? "finished" : "unfinished: a checkpoint")),
      ] + progressFacts,
      verified: (
        isVerified,
        isVerified
          ? "every digest is right"
          : "all but weights and state (cmkt-inspect verify does all)"
      ))
  }

  /// How far a checkpoint has come.
  private var progressFacts: [ReportFact] {
    guard let state = model.state else { return [] }
    let finished = state.finished.map(\.name)
    var facts = [
      ReportFact(
        "finished_stages", "stages that are over",
        ReportCell(
          .list(finished.map(ReportValue.text)),
          finished.isEmpty ? "none" : finished.joined(separator: ", ")))
    ]
    if let running = state.running {
      let best = running.bestEpoch > 0 ? ", best epoch \(running.bestEpoch)" : ""
      facts.append(
        ReportFact(
          "running_epoch", "stage that runs",
          ReportCell(
            .integer(running.epoch),
            "\(running.name), epoch \(running.epoch), \(running.batch) batches done\(best)")))
    }
    return facts
  }

  private var inputSection: ReportSection {
    let columns = [
      ReportColumn("name", "modality"), ReportColumn("role"), ReportColumn("level"),
      ReportColumn("features", isNumeric: true),
      ReportColumn("rate_hz", "rate / Hz", isNumeric: true), ReportColumn("extractor"),
      ReportColumn("scaled", "scaled by"),
    ]
    let architecture = model.architecture
    let inputs =
      [(architecture.weak, "weak: needed to predict")]
      + architecture.strong.map { ($0.modality, "strong: training only") }
    let rows = inputs.map { contract, role in
      [
        ReportCell.text(contract.name), .text(role), .text(contract.level),
        .count(contract.featureNames.count), .number(contract.hopSeconds.map { 1 / $0 }),
        .text(contract.extractor), .text(contract.normalisation ?? "training set"),
      ]
    }
    return ReportSection("inputs", "inputs", .table(ReportTable(columns, rows: rows)))
  }

  private var networkSection: ReportSection {
    let columns = [
      ReportColumn("part"), ReportColumn("input", isNumeric: true),
      ReportColumn("output", isNumeric: true), ReportColumn("parameters", isNumeric: true),
      ReportColumn("use"), ReportColumn("network"),
    ]
    let architecture = model.architecture
    var rows = [encoderRow("encoder", architecture.encoder)]
    rows += architecture.heads.map { headRow("head/\($0.target)", $0) }
    for branch in architecture.strong {
      let name = branch.modality.name
      rows.append(encoderRow("strong_encoder/\(name)", branch.encoder))
      rows += branch.heads.map { headRow("strong_head/\(name)/\($0.target)", $0) }
      for (part, decoder) in [
        ("translator", branch.translator), ("autoencoder", branch.autoencoder),
      ] {
        guard let decoder else { continue }
        rows.append(
          partRow(
            "\(part)/\(name)", Self.layers(of: decoder), decoder.inputSize, decoder.outputSize))
      }
    }
    return ReportSection(
      "architecture", "architecture",
      .table(
        ReportTable(columns, rows: rows, shownRowCount: Summary.shownRowCount)),
      notes: [shareDeployed])
  }

  /// The row of a part, with the number of its parameters and whether it is deployed.
  private func partRow(
    _ part: String, _ network: String, _ inputSize: Int, _ outputSize: Int
  ) -> [ReportCell] {
    let count = model.weights.filter { $0.name.hasPrefix(part + "/") }
      .reduce(0) { $0 + $1.tensor.elements.count }
    let use = WeightName.isDeployed(part + "/") ? "deployed" : "training only"
    return [
      .text(part), .count(inputSize), .count(outputSize), .count(count), .text(use),
      .text(network),
    ]
  }

  private func encoderRow(_ name: String, _ encoder: EncoderConfiguration) -> [ReportCell] {
    let network =
      Self.layers(of: encoder)
      + ", latent \(encoder.latentActivation.rawValue), dropout \(Wording.number(encoder.dropout))"
    return partRow(name, network, encoder.inputSize, encoder.latentSize)
  }

  private static func layers(of part: some SequenceConfiguration) -> String {
    let size = "\(part.kind.rawValue) \(part.layerCount) × \(part.hiddenSize)"
    guard let attention = part.attention else { return size }
    let span = attention.spanFrames > 0 ? ", span \(attention.spanFrames) frames" : ""
    return size + ", \(attention.heads) heads, ReLU \(attention.feedForwardSize)" + span
  }

  private func headRow(_ name: String, _ head: HeadConfiguration) -> [ReportCell] {
    let hidden = head.hiddenSize > 0 ? "ReLU \(head.hiddenSize), " : ""
    let delay = head.delaySeconds > 0 ? ", delay \(Wording.number(head.delaySeconds)) s" : ""
    let network =
      "\(hidden)\(head.kind.rawValue) per \(head.level), pooling \(head.pooling.rawValue)" + delay
    return partRow(name, network, head.inputSize, head.outputSize)
  }

  /// For programs; people see the numbers beside the architecture.
  private var parameterSection: ReportSection {
    var counts: [String: Int] = [:]
    var order: [String] = []
    for weight in model.weights {
      let part = weight.name.split(separator: "/").prefix(weight.name.hasPrefix("encoder/") ? 1 : 2)
        .joined(separator: "/")
      if counts[part] == nil { order.append(part) }
      counts[part, default: 0] += weight.tensor.elements.count
    }
    let rows = order.map { part in
      [
        ReportCell.text(part), .count(counts[part]),
        .text(WeightName.isDeployed(part + "/") ? "deployed" : "training only"),
      ]
    }
    let columns = [
      ReportColumn("part"), ReportColumn("parameters", isNumeric: true), ReportColumn("use"),
    ]
    var section = ReportSection(
      "parameters", "parameters", .table(ReportTable(columns, rows: rows)))
    section.isDetail = true
    return section
  }

  private var shareDeployed: String {
    let sizes = model.weights.map { (WeightName.isDeployed($0.name), $0.tensor.elements.count) }
    let deployed = sizes.reduce(0) { $0 + ($1.0 ? $1.1 : 0) }
    let all = sizes.reduce(0) { $0 + $1.1 }
    return "\(Wording.count(deployed)) of \(Wording.count(all)) parameters are deployed."
  }

  private var alignmentSections: [ReportSection] {
    guard !model.alignment.isEmpty else { return [] }
    let columns = [
      ReportColumn("modality", "strong modality"),
      ReportColumn("components", isNumeric: true),
      ReportColumn("first", isNumeric: true), ReportColumn("mean", isNumeric: true),
      ReportColumn("correlations"), ReportColumn("ridge", isNumeric: true),
    ]
    let rows = model.alignment.sorted { $0.key < $1.key }.map { name, alignment in
      let correlations = alignment.correlations
      let mean = correlations.reduce(0, +) / Double(max(1, correlations.count))
      return [
        ReportCell.text(name), .count(correlations.count), .fixed(correlations.first),
        .fixed(mean),
        ReportCell(
          .list(correlations.map(ReportValue.number)),
          correlations.prefix(6).map { Wording.fixed($0, 2) }.joined(separator: " ")
            + (correlations.count > 6 ? " …" : "")), .number(alignment.ridge),
      ]
    }
    return [
      ReportSection(
        "alignment", "canonical correlations of the latents on the training data",
        .table(ReportTable(columns, rows: rows)),
        notes: [
          model.training.shared == nil
            ? "In-sample; 'cmkt-inspect correlate' gives held-out values with significance."
            : "In-sample; 'cmkt-inspect correlate' gives values with significance, but of unknown "
              + "origin: a shared model does not say what trained it."
        ])
    ]
  }
}
