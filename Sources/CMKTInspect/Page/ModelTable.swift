import CMKTEngine
import CMKTFormat
import Tensors

/// Models side by side: a row for each property, a column for each model.
struct ModelTable {
  let models: [GivenModel]
  let isShared: Bool

  var section: ReportSection {
    let columns =
      [ReportColumn("property")]
      + models.enumerated().map { ReportColumn("model_\($0.offset + 1)", $0.element.label) }
    var rows: [[ReportCell]] = [
      row("method") { .text($0.model.architecture.method) },
      row("weak modality") { .text($0.model.architecture.weak.name) },
      row("strong modalities") {
        .text($0.model.architecture.strong.map(\.modality.name).joined(separator: ", "))
      },
      row("targets") { .text($0.model.architecture.heads.map(\.target).joined(separator: ", ")) },
      row("encoder") {
        let encoder = $0.model.architecture.encoder
        return .text("\(encoder.kind.rawValue) \(encoder.layerCount) × \(encoder.hiddenSize)")
      },
      row("latent size") { .count($0.model.architecture.encoder.latentSize) },
      row("parameters deployed") { .count(Self.deployed($0.model)) },
      row("parameters in all") {
        .count($0.model.weights.reduce(0) { $0 + $1.tensor.elements.count })
      },
      row("seed") { ReportCell(.text("\($0.model.training.seed)"), "\($0.model.training.seed)") },
      row("sequences: trained, selected, left for test") {
        let counts = $0.model.training.sequenceCounts
        return .text("\(counts.train), \(counts.valid), \(counts.test)")
      },
      row("data fingerprint") {
        let digest = $0.model.training.dataFingerprint
        return ReportCell(.text(digest), Wording.shortDigest(digest))
      },
    ]
    rows += scoreRows
    return ReportSection(
      "models", "Models side by side", .table(ReportTable(columns, rows: rows)),
      notes: isOneTask ? [] : ["The scores are not of one task: targets, data or splits differ."])
  }

  private func row(_ name: String, _ cell: (GivenModel) -> ReportCell) -> [ReportCell] {
    [.text(name)] + models.map(cell)
  }

  private static func deployed(_ model: ModelFile) -> Int {
    model.weights.filter { WeightName.isDeployed($0.name) }
      .reduce(0) { $0 + $1.tensor.elements.count }
  }

  /// Whether all models were scored on the same sequences of the same file.
  private var isOneTask: Bool {
    let works = models.compactMap(\.work)
    return Set(works.map(\.features.digest)).count <= 1
      && Set(works.map(\.evaluation.split)).count <= 1
      && Set(works.map { $0.evaluation.targets.map(\.name) }).count <= 1
  }

  /// The headline of each target with its interval.
  private var scoreRows: [[ReportCell]] {
    var names: [String] = []
    for model in models {
      for target in model.work?.evaluation.targets ?? [] where !names.contains(target.name) {
        names.append(target.name)
      }
    }
    return names.map { name in
      row("\(name), with the 95 % interval over groups") { given in
        guard let work = given.work,
          let index = work.evaluation.targets.firstIndex(where: { $0.name == name }),
          let scorer = try? TargetScorer(features: work.features.file, target: name),
          let headline = scorer.headline(work.evaluation.targets[index].columns),
          !isShared || work.disclosure.showsHeadline(of: work.evaluation.targets[index])
        else { return ReportCell(.missing, "–") }
        let interval = work.intervals[index].map {
          " [\(Wording.fixed($0.lower, 3)), \(Wording.fixed($0.upper, 3))]"
        }
        return ReportCell(
          .number(headline.value),
          "\(headline.title) \(Wording.fixed(headline.value, 3))\(interval ?? "")")
      }
    }
  }
}
