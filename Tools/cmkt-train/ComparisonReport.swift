import CMKTEngine
import CMKTFormat
import ToolSupport

/// The results of a comparison for people and for programs.
struct ComparisonReport {
  let plan: ComparisonPlan
  let summary: ComparisonSummary
  private let rows: [ComparisonRow]
  /// Why the figures of each of `rows` are no fair estimate.
  private let rowMarks: [[EvaluationMark]]
  let records: ComparisonRecords
  let split: EvaluationSplit
  /// Why the figures are no fair estimate.
  let marks: [EvaluationMark]
  let fingerprints: [String]
  /// Of the features files together.
  let redistribution: Redistribution
  /// What the training data give to know.
  let dataWarnings: [String]
  let replicateCount: Int
  let console: Console

  /// More to `results.json`, such as what a search has chosen.
  let additional: [JSONValue.Member]

  /// - Parameters:
  ///   - split: what was scored of each cell's features.
  ///   - warnings: what the training data give to know.
  init(
    results: ComparisonResults, inputs: [TrainingInput], split: EvaluationSplit,
    warnings: [String], invocation: Invocation, additional: [JSONValue.Member] = []
  ) {
    plan = results.plan
    self.split = split
    fingerprints = inputs.fingerprints
    redistribution = inputs.redistribution
    dataWarnings = warnings
    self.additional = additional
    replicateCount = invocation.integer("replicates")
    summary = results.summary(replicateCount: replicateCount)
    rows = results.rows(of: summary)
    rowMarks = rows.map { results.marks(of: $0.candidate) }
    records = results.records(split: split)
    marks = results.marks
    console = invocation.console
  }

  /// Writes `results.csv`, `results.json` and `results.tex` into `folder`, over earlier ones.
  func write(to folder: String) throws {
    let json = JSONValue.object([.init("schema_version", 1)] + document).encoded() + "\n"
    for (name, text) in [
      ("results.csv", records.text), ("results.json", json),
      ("results.tex", ComparisonSummary.latex(rows: rows, note: caption)),
    ] {
      try DurableFile.write(Array(text.utf8), to: "\(folder)/\(name)", replacing: true)
    }
    console.note("results.csv, results.json and results.tex written")
  }

  /// Where the figures come from, in one line.
  var caption: String {
    let place =
      switch (plan.evaluation, plan.foldCount) {
      case (.nested, let count): "\(count) folds by group, nested: nothing was selected on them"
      case (.split, let count) where count > 1: "\(count) folds by group"
      default: split.rawValue
      }
    // What holds of some rows alone stands with them.
    let common = marks.filter { mark in rowMarks.allSatisfy { $0.contains(mark) } }
    let marks = common.map { " (\($0.rawValue))" }.joined()
    return "on \(place)\(marks), \(counted(plan.seeds.count, "seed")), "
      + "\(counted(summary.groupCount, "group"))"
      + (plan.dataSets.count > 1 ? ", \(counted(plan.dataSets.count, "features file"))" : "")
  }

  /// What was drawn for the intervals.
  private var resampling: String {
    let seeds = plan.seeds.count > 1 ? " × seeds" : ""
    guard plan.dataSets.count > 1 else { return "groups\(seeds)" }
    return plan.pairing == .zipped ? "features files, each with its seed" : "features files\(seeds)"
  }

  /// Prints the table and what it means.
  func show() {
    for warning in warnings { console.warn(warning) }
    for target in plan.targets {
      let shown = rows.indices.filter { rows[$0].target == target }
      guard let first = shown.first.map({ rows[$0] }) else { continue }
      console.print(console.bold("\(target), \(first.headline), \(caption)"))
      let lines = ComparisonLines(rows: shown.map { rows[$0] }, marks: shown.map { rowMarks[$0] })
      for line in lines.lines { console.print("  " + line) }
    }
    if summary.hasIntervals {
      console.print(
        console.dim(
          "Gain: over unimodal with the same encoder; 95 % interval and p by a bootstrap over "
            + "\(resampling), \(replicateCount) replicates; Holm over all gains shown. "
            + "Seeds-only p: training noise on this split, not other people."))
    }
    for mark in marks { console.note("(\(mark.rawValue)): \(mark.meaning)") }
  }

  /// What must be known before the intervals are believed.
  private var warnings: [String] {
    dataWarnings
      + intervalWarnings(
        unitCount: summary.unitCount,
        noun: plan.dataSets.count > 1 ? "features files" : "groups",
        seedCount: plan.pairing == .crossed ? plan.seeds.count : nil)
  }

  /// The members of `results.json`, and of the document with `--json`.
  var document: [JSONValue.Member] {
    [
      .init("weak", .string(plan.weak)),
      .init("strong", .array(plan.strong.map(JSONValue.string))),
      .init("methods", .array(plan.methods.map { .string($0.rawValue) })),
      .init("encoders", .array(plan.encoders.map(JSONValue.string))),
      .init("seeds", .array(plan.seeds.map { .integer(Int(clamping: $0)) })),
      .init("seed_pairing", .string(plan.pairing.rawValue)),
      .init(
        "features",
        .array(
          zip(plan.dataSets, fingerprints).map {
            .object([.init("name", .string($0)), .init("content", .string($1))])
          })),
      .init("redistribution", .string(redistribution.rawValue)),
      .init("protocol", .string(plan.evaluation.rawValue)),
      .init("folds", .integer(plan.foldCount)), .init("split", .string(split.rawValue)),
      .init("marks", .array(marks.map { .string($0.rawValue) })),
      .init("groups", .integer(summary.groupCount)), .init("resampled", .string(resampling)),
      .init("replicates", .integer(replicateCount)),
      .init(
        "recipe",
        .object(
          RecipeTable.settings.map { .init($0.key.rawValue, json(plan.recipe[$0.key])) })),
      .init("notes", .array(warnings.map(JSONValue.string))),
      .init("rows", .array(zip(rows, rowMarks).map(description))),
    ] + additional
  }

  private func description(_ row: ComparisonRow, _ marks: [EvaluationMark]) -> JSONValue {
    .object([
      .init("target", .string(row.target)), .init("metric", .string(row.headline)),
      .init("encoder", .string(row.candidate.encoder)),
      .init("method", .string(row.candidate.name)), .init("mean", .optional(row.mean)),
      .init("sd", .optional(row.deviation)), .init("interval", description(row.interval)),
      .init("values", .array(values(row.values))),
      .init("gain", row.gain.map(description) ?? .null),
      .init("over_shuffled_pairing", row.overShuffled.map(description) ?? .null),
      .init("verdicts", .array(row.verdicts.map(JSONValue.string))),
      .init("marks", .array(marks.map { .string($0.rawValue) })),
    ])
  }

  private func description(_ difference: ComparisonDifference) -> JSONValue {
    .object([
      .init("to", .string(difference.baseline.name)), .init("mean", .optional(difference.mean)),
      .init("interval", description(difference.interval)),
      .init("p", .optional(difference.interval?.probability)),
      .init("p_holm", .optional(difference.correctedProbability)),
      .init("p_seeds_only_training_noise", .optional(difference.trainingNoiseProbability)),
      .init("values", .array(values(difference.values))),
    ])
  }

  private func description(_ interval: BootstrapInterval?) -> JSONValue {
    interval.map { [.number($0.lower), .number($0.upper)] } ?? .null
  }

  /// By run, with the run.
  private func values(_ values: [Double?]) -> [JSONValue] {
    zip(summary.runs, values).map { run, value in
      .object([
        .init("features", .string(plan.dataSets[run.dataSet])),
        .init("seed", .integer(Int(clamping: run.seed))), .init("value", .optional(value)),
      ])
    }
  }
}
