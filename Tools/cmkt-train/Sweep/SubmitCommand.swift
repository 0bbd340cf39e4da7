import CMKTEngine
import CMKTFormat
import Foundation
import ToolSupport

/// `cmkt-train sweep submit`: a sweep as jobs of a cluster.
let sweepSubmitCommand = Command(
  name: "sweep submit", summary: "Hand a sweep to the scheduler of a cluster.",
  discussion: "Writes FOLDER/slurm/array.sh, an array job with a share of the cells for each task, "
    + "and FOLDER/slurm/merge.sh, which merges when all tasks are over, and submits both. A minute "
    + "before the time limit Slurm sends SIGTERM; the task leaves checkpoints and puts itself into "
    + "the queue again, as it does where its node is lost. The jobs run in the folder that they "
    + "are submitted from, with its PATH.",
  examples: [
    Example(
      "cmkt-train sweep submit plan.json -o search --slurm --tasks 24 --time 01:00:00",
      "24 tasks of an hour, again as long as it takes"),
    Example("cmkt-train sweep submit plan.json -o search --slurm --dry-run", "the scripts alone"),
  ],
  arguments: [Argument("plan", .inputFile, help: "The plan, a JSON file.")],
  options: [
    .value(
      "output", short: "o", .outputFolder, "FOLDER",
      help: "Where models and results are; made where it is missing.", isRequired: true,
      affectsResult: false),
    .flag("slurm", help: "Submit to Slurm.", affectsResult: false),
    .flag("dry-run", help: "Print the scripts and write nothing.", affectsResult: false),
    .value(
      "tasks", .integer(1...100_000), "N",
      help: "Tasks of the array job; default: as many as cells, at most 32.", affectsResult: false),
    .value("partition", .text, "P", help: "Passed to Slurm.", affectsResult: false),
    .value("time", .text, "T", help: "Passed to Slurm.", affectsResult: false),
    .value("memory", .text, "M", help: "Passed to Slurm as --mem.", affectsResult: false),
    .value("account", .text, "A", help: "Passed to Slurm.", affectsResult: false),
    .value(
      "cpus-per-task", .integer(1...1024), "C", help: "Passed to Slurm; threads of each task.",
      default: "1", affectsResult: false),
    .value(
      "expiry", .number(1...604_800), "SECONDS", help: "As of sweep.", affectsResult: false),
    .value(
      "checkpoint-every", .integer(1...Int.max), "N", help: "As of sweep.", affectsResult: false),
  ],
  run: submit)

private func submit(_ invocation: Invocation) throws -> CommandResult {
  guard invocation.flag("slurm") else {
    throw ToolFailure.usage("say where to submit to: add --slurm")
  }
  let isPretended = invocation.flag("dry-run")
  let scheduler = isPretended ? nil : try SystemProgram("sbatch", of: "Slurm")
  let (sweep, _) = try Sweep.begin(
    planPath: invocation.string("plan"), folder: invocation.string("output"),
    isPretended: isPretended)
  let scripts = try SlurmScripts(cellCount: sweep.expansion.cells.count, invocation: invocation)
  guard let scheduler else {
    scripts.show(invocation.console)
    return CommandResult(document: scripts.document)
  }
  try scripts.write()
  let array = try jobNumber(scheduler.run(["--parsable", scripts.arrayPath]))
  invocation.console.note("array job \(array): \(counted(scripts.taskCount, "task"))")
  do {
    let merge = try jobNumber(
      scheduler.run(["--parsable", "--dependency=afterok:\(array)", scripts.mergePath]))
    invocation.console.note("job \(merge) merges when it is over")
    return CommandResult(
      document: scripts.document + [
        .init("array_job", .string(array)), .init("merge_job", .string(merge)),
      ])
  } catch {
    invocation.console.warn("array job \(array) is submitted; merge by hand with sweep merge")
    throw error
  }
}

/// The number in what `sbatch --parsable` prints, `NUMBER` or `NUMBER;CLUSTER`.
private func jobNumber(_ output: String) throws(ToolFailure) -> String {
  let number = output.prefix { $0.isASCII && $0.isNumber }
  guard !number.isEmpty else {
    throw ToolFailure(
      .missingProgram, "sbatch was to print the number of a job, and printed '\(output)'")
  }
  return String(number)
}
