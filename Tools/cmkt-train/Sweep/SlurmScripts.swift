import CMKTFormat
import Foundation
import ToolSupport

/// The two scripts of a sweep on Slurm, with no path but those that the user gave.
struct SlurmScripts {
  let taskCount: Int
  private let folder: String
  /// Lines of both scripts.
  private let common: [String]
  private let program: String
  private let workOptions: String

  /// As many tasks as a sweep gets that nobody counts, at most.
  private static let mostTasks = 32
  /// So long before the time limit a task is told to stop, seconds; Slurm may add a minute.
  private static let noticeSeconds = 60
  /// A task that is put back more often than this makes no headway.
  private static let mostRestarts = 1000

  /// - Throws: exit code 64 for a word that does not fit into a script.
  init(cellCount: Int, invocation: Invocation) throws(ToolFailure) {
    folder = invocation.string("output")
    guard !folder.contains(where: \.isNewline) else {
      throw .usage("--output of a job may have no line break in its name")
    }
    taskCount = invocation.optionalInteger("tasks") ?? max(1, min(cellCount, Self.mostTasks))
    var common = ["--job-name=cmkt-sweep"]
    for (option, name) in [
      ("partition", "partition"), ("account", "account"), ("time", "time"), ("memory", "mem"),
    ] {
      guard let value = invocation.optionalString(option) else { continue }
      guard shellQuoted(value) == value else {
        throw .usage("--\(option) takes a plain word, not '\(value)'")
      }
      common.append("--\(name)=\(value)")
    }
    common.append("--cpus-per-task=\(invocation.integer("cpus-per-task"))")
    self.common = common
    program = shellQuoted(CommandLine.arguments.first ?? "cmkt-train")
    workOptions = ["expiry", "checkpoint-every"].compactMap { option in
      invocation.optionalString(option).map { " --\(option) \($0)" }
    }.joined()
  }

  var arrayPath: String { folder + "/slurm/array.sh" }
  var mergePath: String { folder + "/slurm/merge.sh" }

  private func head(_ options: [String], log: String) -> String {
    // A lone percent sign would stand for something in the names of logs.
    let output = shellQuoted("\(folder.replacing("%", with: "%%"))/slurm/\(log).out")
    let lines = common + options + ["--output=\(output)"]
    return (["#!/bin/sh"] + lines.map { "#SBATCH \($0)" }).joined(separator: "\n") + "\n"
  }

  private var array: String {
    head(
      [
        "--array=1-\(taskCount)", "--requeue", "--open-mode=append",
        "--signal=B:TERM@\(Self.noticeSeconds)",
      ], log: "%A_%a") + """

        # SIGTERM comes before the time limit; the worker leaves checkpoints and ends with 75.
        worker=
        trap '[ -z "$worker" ] || kill -TERM "$worker" 2>/dev/null' TERM
        \(program) sweep resume \(shellQuoted(folder)) --quiet \\
          --cell "$SLURM_ARRAY_TASK_ID/\(taskCount)" --threads "${SLURM_CPUS_PER_TASK:-1}"\(workOptions) &
        worker=$!
        wait "$worker"
        code=$?
        # A signal ends the wait, not the worker.
        while kill -0 "$worker" 2>/dev/null; do
          wait "$worker"
          code=$?
        done
        case "$code" in
          # 143: the signal came before the worker listened, or as it ended.
          75 | 143)
            task="${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"
            # What was cancelled stays so.
            case "$(scontrol show job "$task")" in
              *JobState=RUNNING*)
                [ "${SLURM_RESTART_COUNT:-0}" -ge \(Self.mostRestarts) ] || scontrol requeue "$task"
                ;;
            esac
            exit 75
            ;;
          # A cell that cannot be trained is a finding, which the merge tells.
          1) exit 0 ;;
          *) exit "$code" ;;
        esac

        """
  }

  private var merge: String {
    head(["--requeue", "--open-mode=append", "--kill-on-invalid-dep=yes"], log: "merge-%j") + """

      exec \(program) sweep merge \(shellQuoted(folder)) --threads "${SLURM_CPUS_PER_TASK:-1}"

      """
  }

  /// Writes both, over those of an earlier submission.
  func write() throws {
    do {
      try FileManager.default.createDirectory(
        atPath: folder + "/slurm", withIntermediateDirectories: true)
    } catch {
      throw ToolFailure.cannotCreate(
        path: folder, "'\(folder)/slurm' cannot be made: \(DurableFile.systemReason(error))")
    }
    for (path, text) in [(arrayPath, array), (mergePath, merge)] {
      try DurableFile.write(Array(text.utf8), to: path, replacing: true)
    }
  }

  /// Prints both, and how they would be submitted.
  func show(_ console: Console) {
    console.print("# \(arrayPath)\n\(array)\n# \(mergePath)\n\(merge)\n# submitted by")
    console.print("sbatch --parsable \(shellQuoted(arrayPath))")
    console.print(
      "sbatch --parsable --dependency=afterok:ARRAY_JOB \(shellQuoted(mergePath))")
  }

  /// The members of the JSON document.
  var document: [JSONValue.Member] {
    [
      .init("tasks", .integer(taskCount)), .init("array_script", .string(array)),
      .init("merge_script", .string(merge)),
    ]
  }
}
