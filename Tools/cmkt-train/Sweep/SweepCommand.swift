import CMKTEngine
import CMKTFormat
import Foundation
import ToolSupport

/// `cmkt-train sweep`: many models, by any number of workers.
let sweepCommand = Command(
  name: "sweep", summary: "Train the models of a plan, alone or beside other workers.",
  discussion: "A plan (JSON, see Formats/sweep.md) names data, methods, seeds and a search over "
    + "settings: grid, list or random. Each model is a cell, and done when its file is in "
    + "FOLDER/cells with sound digests. Any number of workers on any machines that share FOLDER "
    + "may run at the same time, be killed and start again: a cell is trained by one of them, and "
    + "only its first result counts. --threads is what each cell gets; without it the processors "
    + "are divided by --jobs. SIGTERM leaves a checkpoint of each cell that runs and ends with 75, "
    + "so that a scheduler tries again. Ends with 1 where a cell cannot be trained; the others go "
    + "on, and 'sweep resume' tries it again.",
  examples: [
    Example("cmkt-train sweep plan.json -o search", "all cells, one after the other"),
    Example("cmkt-train sweep plan.json -o search --jobs 4 --threads 2", "four at once"),
    Example(
      "parallel cmkt-train sweep plan.json -o search --cell {}/8 --threads 1 ::: $(seq 8)",
      "eight workers with a share each, by GNU parallel"),
    Example("cmkt-train sweep merge search", "the table, and which settings were best"),
  ],
  arguments: [Argument("plan", .inputFile, help: "The plan, a JSON file.")],
  options: [
    .value(
      "output", short: "o", .outputFolder, "FOLDER",
      help: "Where models and results are; made where it is missing. One that holds the same sweep "
        + "is joined.", isRequired: true, affectsResult: false)
  ] + workOptions,
  run: { invocation in
    beginWork()
    let (sweep, inputs) = try Sweep.begin(
      planPath: invocation.string("plan"), folder: invocation.string("output"))
    return try work(on: sweep, inputs: inputs, retriesFailures: false, invocation)
  })

/// `cmkt-train sweep resume`: on with a sweep that has begun.
let sweepResumeCommand = Command(
  name: "sweep resume", summary: "Go on with a sweep; cells that have failed are tried again.",
  examples: [
    Example("cmkt-train sweep resume search", "what is left"),
    Example("cmkt-train sweep resume search --cell 2/8", "what is left of one share"),
  ],
  arguments: [sweepFolder], options: workOptions,
  run: { invocation in
    beginWork()
    let sweep = try Sweep(in: invocation.string("folder"))
    try sweep.checkKernels()
    return try work(on: sweep, inputs: sweep.inputs(), retriesFailures: true, invocation)
  })

/// `cmkt-train sweep status`: how far a sweep has come.
let sweepStatusCommand = Command(
  name: "sweep status", summary: "Count the cells that are done, running, stale, failed, waiting.",
  discussion: "A running cell is claimed by a worker that renews its claim; a stale one by a "
    + "worker that is gone, and the next worker takes it. Ends with 0 where every cell is done, "
    + "else with 75.",
  examples: [Example("cmkt-train sweep status search --json", "the counts for a program")],
  arguments: [sweepFolder],
  run: showStatus)

/// `cmkt-train sweep merge`: the results of a sweep.
let sweepMergeCommand = Command(
  name: "sweep merge", summary: "Choose settings on validation and write the table of results.",
  discussion: "Writes results.csv, results.json and results.tex as compare does, of the settings "
    + "that score highest on validation for each features file, encoder and method, and search.csv "
    + "with every setting that was tried. The test split is read here alone, and only by the models "
    + "that were chosen; --report valid leaves it alone. With folds the folds are scored, with the "
    + "nested protocol by settings that were chosen without them. Ends with 75 where cells are not "
    + "done yet.",
  examples: [
    Example("cmkt-train sweep merge search", "the table on test"),
    Example("cmkt-train sweep merge search --report valid", "a look without the test split"),
  ],
  arguments: [sweepFolder],
  options: [
    .value(
      "report", .choice(["valid", "test"]), "SPLIT", help: "What is scored without folds.",
      default: "test"),
    .value(
      "replicates", .integer(100...1_000_000), "N", help: "Replicates of the bootstrap.",
      default: "5000"),
  ],
  run: { invocation in
    let sweep = try Sweep(in: invocation.string("folder"))
    var merge = try SweepMerge(sweep: sweep, invocation: invocation)
    return try merge.run()
  })

private let sweepFolder = Argument("folder", .source, help: "The folder of the sweep.")

private let workOptions: [Option] = [
  .value(
    "cell", .text, "I/N", help: "Only the I-th of N shares of the cells; I counts from 1.",
    affectsResult: false),
  .value(
    "jobs", .integer(1...1024), "N", help: "Cells trained at the same time by this process.",
    default: "1", affectsResult: false),
  .value(
    "expiry", .number(1...604_800), "SECONDS",
    help: "How long the claim on a cell lasts that its worker does not renew, its own and those of "
      + "others. Without it 300, and what the claims of others say.", affectsResult: false),
  .value(
    "checkpoint-every", .integer(1...Int.max), "N",
    help: "Save a checkpoint of each cell after every N batches, also without a signal.",
    affectsResult: false),
]

/// From the beginning a signal only means that the work goes on later.
private func beginWork() {
  Interruption.expectRetry()
  Interruption.advise("the same command goes on where it stood")
}

private func work(
  on sweep: Sweep, inputs: [TrainingInput], retriesFailures: Bool, _ invocation: Invocation
) throws -> CommandResult {
  let share = try SweepShare(invocation.optionalString("cell"))
  let work = try SweepWork(
    sweep: sweep, inputs: inputs, share: share, retriesFailures: retriesFailures,
    invocation: invocation)
  let state = try work.run()
  let failedCount = state.count(.failed)
  return CommandResult(
    failedCount > 0 ? .findings : .ok,
    document: [
      .init("cells", .integer(sweep.expansion.cells.count)),
      .init("done", .integer(state.count(.done))),
      .init("found_done", .integer(state.foundCount)), .init("failed", .integer(failedCount)),
    ])
}

private func showStatus(_ invocation: Invocation) throws -> CommandResult {
  let sweep = try Sweep(in: invocation.string("folder"))
  let standing = try SweepStanding(
    of: sweep, threads: invocation.threads ?? ProcessInfo.processInfo.activeProcessorCount)
  let console = invocation.console
  for warning in standing.warnings { console.warn(warning) }
  console.print("\(counted(standing.kinds.count, "cell")): \(standing.text)")
  var failures: [JSONValue] = []
  for (cell, kind) in zip(sweep.expansion.cells, standing.kinds) where kind == .failed {
    let (title, message) = (
      sweep.expansion.title(of: cell), sweep.folder.failureMessage(of: cell)
    )
    console.print("  failed: \(title): \(message)")
    failures.append(
      .object([
        .init("address", .string(cell.address)), .init("model", .string(title)),
        .init("message", .string(message)),
      ]))
  }
  return CommandResult(
    standing.count(.done) == standing.kinds.count ? .ok : .tryAgain,
    document: standing.document + [.init("failures", .array(failures))])
}
