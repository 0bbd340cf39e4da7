import CMKTEngine
import CMKTFormat
import ToolSupport

/// `cmkt-train rank`: which modality predicts a target best by itself.
let rankCommand = Command(
  name: "rank", summary: "Order the modalities by how well each predicts a target alone.",
  discussion: "Trains every modality alone with each seed and scores it on validation, which "
    + "selected the epochs: the figures order modalities, and are no estimate for new data. The "
    + "first is the one to learn from with --strong. Writes no file; the test split is not read. "
    + "Intervals are from a bootstrap over groups and seeds.",
  examples: [
    Example("cmkt-train rank mosi.h5 --target label", "who is strong?"),
    Example(
      "cmkt-train rank recola.h5 --target arousal,valence --seeds 1-3 --set training.epochs=30",
      "two targets, three seeds, fewer epochs"),
  ],
  arguments: [Argument("features", .inputFile, help: "The features file.")],
  options: [
    .value(
      "target", .text, "NAME[,NAME]", help: "What to predict.", isRequired: true, isList: true),
    .value(
      "modality", .text, "NAME[,NAME]", help: "The modalities to order; default: all.",
      isList: true),
    .value(
      "seeds", .text, "LIST", help: "Seeds such as 1-3 or 1,5.", default: "1-3", isList: true),
    .value(
      "replicates", .integer(100...1_000_000), "N", help: "Replicates of the bootstrap.",
      default: "5000"),
    .value("recipe", .inputFile, "FILE", help: "Settings as JSON; see cmkt-train recipe --json."),
    .value(
      "set", .text, "KEY=VALUE", help: "One setting; wins over --recipe.", isRepeatable: true),
  ],
  run: rank)

/// The scores of one modality: by seed.
private struct RankedModality {
  var name: String
  var scores: [CellScore]
}

private func rank(_ invocation: Invocation) throws -> CommandResult {
  let (features, _) = try FeaturesFile.read(invocation.string("features"))
  let names = invocation.list("modality")
  let modalities = names.isEmpty ? features.modalities.keys.sorted() : names
  try checkModalities(modalities, of: features)
  let seedList = try seeds(of: invocation.list("seeds"))
  let settings = try recipe(
    json: invocation.optionalString("recipe"), assignments: invocation.strings("set"))
  for warning in settings.unreadSettings(methods: [.unimodal]) { invocation.console.warn(warning) }
  let groups = GroupNumbers(of: features.sequences)
  let progress = ProgressReport(
    invocation.console, label: "rank", total: modalities.count * seedList.count, unit: "models")
  var ranked: [RankedModality] = []
  var warnings: Set<String> = []
  for name in modalities {
    var scores: [CellScore] = []
    for seed in seedList {
      var request = try TrainingRequest(
        method: .unimodal, weak: name, strong: [], targets: invocation.list("target"),
        recipe: settings, seed: seed)
      if request.awaitsDelaySearch {
        request.delaySeconds = try DelaySearch(
          features: features, request: request, threads: invocation.threads
        ).run()
      }
      let model = try Trainer(
        features: features, fingerprint: "", request: request, threads: invocation.threads
      ).fit { event in
        guard case .warning(let text) = event, warnings.insert(text).inserted else { return }
        invocation.console.warn(text)
      }.model
      scores.append(
        try CellScore(
          model: model, features: features, split: .valid, groups: groups,
          threads: invocation.threads))
      progress.update(ranked.count * seedList.count + scores.count, detail: name)
    }
    ranked.append(RankedModality(name: name, scores: scores))
  }
  progress.finish()
  let orders = invocation.list("target").indices.map { target in
    Ranking(
      modalities: ranked.map { modality in
        (modality.name, modality.scores.map { $0.targets[target] })
      }, seeds: seedList, replicateCount: invocation.integer("replicates"))
  }
  let marks = Dictionary(
    uniqueKeysWithValues: ranked.map { ($0.name, $0.scores.first?.marks ?? []) })
  for order in orders { show(order, marks: marks, console: invocation.console) }
  let notes = orders.first.map {
    intervalWarnings(unitCount: $0.groupCount, noun: "groups", seedCount: seedList.count)
  }
  for warning in notes ?? [] { invocation.console.warn(warning) }
  return CommandResult(document: [
    .init("targets", .array(orders.map { description($0, marks: marks) }))
  ])
}

/// - Throws: exit code 64 for a name that stands twice or is not in the file.
private func checkModalities(_ names: [String], of features: FeaturesFile) throws {
  guard Set(names).count == names.count else {
    throw ToolFailure.usage("--modality names a modality twice; name each once")
  }
  let known = features.modalities.keys.sorted()
  for name in names where features.modalities[name] == nil {
    throw ToolFailure.unknown("modality", name, known: known)
  }
}

private func show(_ order: Ranking, marks: [String: [EvaluationMark]], console: Console) {
  console.print(
    console.bold("\(order.target), \(order.headline) on validation (selected)")
      + ": \(counted(order.seedCount, "seed")), \(counted(order.groupCount, "group"))")
  let width = order.places.map(\.modality.count).max() ?? 0
  for (number, place) in order.places.enumerated() {
    let padding = String(repeating: " ", count: width - place.modality.count)
    let deviation = place.deviation.map { " ± \(ComparisonSummary.digits($0))" } ?? ""
    let isContaminated = marks[place.modality]?.contains(.contaminated) == true
    console.print(
      "  \(number + 1)  \(place.modality)\(padding)  "
        + (place.mean.map { ComparisonSummary.digits($0) + deviation } ?? "–")
        + (place.behind.map { "  behind the first by \(text(of: $0, place.behindMean))" } ?? "")
        + (isContaminated ? "  (contaminated)" : ""))
  }
}

private func text(of interval: BootstrapInterval, _ mean: Double?) -> String {
  let ends = [interval.lower, interval.upper].map(ComparisonSummary.digits)
  return "\(mean.map(ComparisonSummary.digits) ?? "–") [\(ends[0]), \(ends[1])]"
}

private func description(_ order: Ranking, marks: [String: [EvaluationMark]]) -> JSONValue {
  .object([
    .init("target", .string(order.target)), .init("metric", .string(order.headline)),
    .init("split", "valid"), .init("seeds", .integer(order.seedCount)),
    .init("groups", .integer(order.groupCount)),
    .init(
      "modalities",
      .array(
        order.places.map { place in
          .object([
            .init("modality", .string(place.modality)), .init("mean", .optional(place.mean)),
            .init("sd", .optional(place.deviation)),
            .init(
              "values", .array(place.values.map { $0.map { JSONValue.number($0) } ?? .null })),
            .init("behind", .optional(place.behindMean)),
            .init(
              "behind_interval",
              place.behind.map { [.number($0.lower), .number($0.upper)] } ?? .null),
            .init(
              "marks", .array((marks[place.modality] ?? []).map { .string($0.rawValue) })),
          ])
        })),
  ])
}
