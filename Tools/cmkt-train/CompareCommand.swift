import CMKTEngine
import CMKTFormat
import Foundation
import ToolSupport

/// `cmkt-train compare`: methods × seeds on the same data, and what can be said of them.
let compareCommand = Command(
  name: "compare", summary: "Train methods over seeds and compare them with paired intervals.",
  discussion: "Writes a model file for each method, seed and fold into FOLDER/models, and "
    + "results.csv (every metric of every model), results.json and results.tex. Models that are "
    + "there already and were trained by the same request on the same data are checked and not "
    + "trained again, so a run that was cut continues. The gain over unimodal has a 95 % interval "
    + "from a bootstrap that draws groups (speakers, else recordings) and seeds together; with "
    + "several features files it draws files and seeds. A p over seeds alone is training noise "
    + "on this split. Without --report test the test split is not read. compare.weak is off.",
  examples: [
    Example(
      "cmkt-train compare mosi.h5 --methods unimodal,cm-stew --weak audio --strong text "
        + "--target label --seeds 1-10 -o audio-text",
      "ten seeds of two methods"),
    Example(
      "cmkt-train compare recola.h5 --methods cm-stew --weak video --strong audio "
        + "--target arousal --seeds 1-5 --folds 6 --protocol nested -o nested",
      "a figure on which nothing was selected"),
  ],
  arguments: [
    Argument("features", .inputFile, help: "The features files.", count: .oneOrMore)
  ],
  options: [
    .value(
      "output", short: "o", .outputFolder, "FOLDER",
      help: "Where models and results are written; made where it is missing.", isRequired: true,
      affectsResult: false, alsoWrites: ["/results.csv", "/results.json", "/results.tex"]),
    .value(
      "methods", .text, "METHOD[,METHOD]",
      help: "What to compare; unimodal is always among them. "
        + Method.allCases.map(\.rawValue).joined(separator: ", ") + ".",
      isRequired: true, isList: true),
    .value("weak", .text, "NAME", help: "The modality that the model will need.", isRequired: true),
    .value(
      "strong", .text, "NAME[,NAME]", help: "The modality to learn from; used in training only.",
      isList: true),
    .value(
      "target", .text, "NAME[,NAME]", help: "What to predict.", isRequired: true, isList: true),
    .value(
      "seeds", .text, "LIST", help: "Seeds such as 1-10 or 1,3,7-9.", default: "1-10",
      isList: true),
    .value(
      "seed-pairing", .choice(SeedPairing.allCases.map(\.rawValue)), "PAIRING",
      help: "Of several features files: every seed on each, or the i-th seed on the i-th file.",
      default: SeedPairing.crossed.rawValue),
    .value(
      "encoder", .text, "KIND[,KIND]", help: "Encoders to compare the methods with.", isList: true),
    .value(
      "folds", .integer(1...1000), "K",
      help: "Folds by group over train and valid; 1: the splits of the file.", default: "1"),
    .value(
      "protocol", .choice(ComparisonProtocol.allCases.map(\.rawValue)), "NAME",
      help: "split: a fold selects and is scored. nested: it is left out of everything but the "
        + "score.", default: ComparisonProtocol.split.rawValue),
    .value(
      "report", .choice(["valid", "test"]), "SPLIT",
      help: "What is scored without folds. Test is read only when it is named.", default: "valid"),
    .value(
      "replicates", .integer(100...1_000_000), "N", help: "Replicates of the bootstrap.",
      default: "5000"),
    .value(
      "add", .source, "NAME=FILE",
      help: "Predictions of another framework, as evaluate --predictions writes them, scored "
        + "beside the methods; repeat a NAME for each features file or each run.",
      isRepeatable: true),
    .value("recipe", .inputFile, "FILE", help: "Settings as JSON; see cmkt-train recipe --json."),
    .value(
      "set", .text, "KEY=VALUE", help: "One setting; wins over --recipe.", isRepeatable: true),
    .value(
      "jobs", .integer(1...1024), "N",
      help: "Models trained at the same time; they share the threads.", default: "1",
      affectsResult: false),
    .flag(
      "force", help: "Train models again that were trained otherwise.", affectsResult: false),
  ],
  run: compare)

private func compare(_ invocation: Invocation) throws -> CommandResult {
  let plan = try comparisonPlan(of: invocation)
  let work = try ComparisonWork(plan: plan, invocation: invocation)
  let report = ComparisonReport(
    results: try work.run(), inputs: work.inputs, split: work.split, warnings: work.warnings,
    invocation: invocation)
  try report.write(to: work.folder)
  report.show()
  return CommandResult(document: report.document)
}

/// The plan of the command line.
private func comparisonPlan(of invocation: Invocation) throws -> ComparisonPlan {
  var settings = try recipe(
    json: invocation.optionalString("recipe"), assignments: invocation.strings("set"))
  try refuseContradiction(
    encoders: invocation.list("encoder"), assignments: invocation.strings("set"))
  let named = settings
  // The weak modality alone is among the methods; to train it within each would be waste.
  try settings.set(SettingKey.compareWeak.rawValue, to: "false")
  let evaluation = ComparisonProtocol(rawValue: invocation.string("protocol")) ?? .split
  let foldCount = invocation.integer("folds")
  if invocation.string("report") == "test", foldCount > 1 {
    throw ToolFailure.usage("with --folds the folds are scored; leave out --report test")
  }
  var methods: [Method] = []
  for name in invocation.list("methods") { methods.append(try Method(named: name)) }
  let plan = try ComparisonPlan(
    dataSets: ComparisonPlan.dataSetNames(ofFiles: invocation.strings("features")),
    encoders: invocation.list("encoder"), methods: methods,
    seeds: try seeds(of: invocation.list("seeds")),
    pairing: SeedPairing(rawValue: invocation.string("seed-pairing")) ?? .crossed,
    evaluation: evaluation, foldCount: foldCount, weak: invocation.string("weak"),
    strong: invocation.list("strong"), targets: invocation.list("target"), recipe: settings)
  for warning in named.unreadSettings(methods: plan.methods, encoders: plan.encoders) {
    invocation.console.warn(warning)
  }
  return plan
}

/// The seeds of a list such as `1-10` or `1,3,7-9`.
///
/// - Throws: exit code 64 for anything else.
func seeds(of list: [String]) throws(ToolFailure) -> [UInt64] {
  var seeds: [UInt64] = []
  for part in list {
    let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { UInt64($0) }
    guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2,
      first <= last, last - first < 100_000
    else {
      throw .usage("--seeds takes numbers and ranges such as 1-10 or 1,3,7-9, not '\(part)'")
    }
    seeds += Array(first...last)
  }
  guard !seeds.isEmpty else { throw .usage("--seeds names no seed") }
  guard Set(seeds).count == seeds.count else {
    throw .usage("--seeds names a seed twice; name each once")
  }
  return seeds
}
