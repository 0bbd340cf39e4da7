import CMKTEngine
import CMKTFormat
import CMKTInspect
import Foundation
import ToolSupport

/// `cmkt-inspect report FILE… -o report.html`: one page with pictures.
let reportCommand = Command(
  name: "report", summary: "Make one self-contained page with pictures of models and data.",
  discussion:
    "FILES are models, features files and folders of 'cmkt-train compare', in any order. A model is"
    + " evaluated on the features that trained it, or else on the first that fit. Several models"
    + " stand side by side on equal axes. The page needs no network and no script, and each"
    + " picture carries its numbers as a table and as CSV. Where the redistribution of any file is"
    + " not 'allowed', or of a folder is not stated, the page holds aggregates alone, as with"
    + " --share, and says what it withheld; --full shows single rows nevertheless.",
  examples: [
    Example("cmkt-inspect report audio.h5 mosi.h5 -o audio.html", "A model on its data."),
    Example(
      "cmkt-inspect report audio.h5 alone.h5 mosi.h5 audio-text -o both.html",
      "Two models side by side, with the comparison they come from."),
    Example(
      "cmkt-inspect report recola.h5 -o data.html --pictures figures",
      "Data alone; every picture as SVG and CSV, too."),
  ],
  arguments: [
    Argument(
      "files", .source, help: "Models, features files, folders of compare.", count: .oneOrMore)
  ],
  options: [
    .output("FILE", help: "The page, an HTML file."), .force,
    .value(
      "pictures", .outputItem, "FOLDER",
      help: "A folder for every picture as SVG, with its numbers as CSV.", affectsResult: false),
    .value(
      "split", .choice(EvaluationSplit.allCases.map(\.rawValue)), "SPLIT",
      help: "Sequences that models are evaluated on; default: test, or else valid, or train."),
    .flag("share", help: "Aggregates alone: no ids, names, single rows or small counts."),
    .flag("full", help: "Single rows, even of data that may not be redistributed."),
  ],
  run: { invocation in
    if invocation.flag("share"), invocation.flag("full") {
      throw ToolFailure(.usage, "--share and --full contradict each other; give one of them")
    }
    let finished = try ResultPage.make(
      PageRequest(
        paths: invocation.strings("files"),
        split: invocation.optionalString("split").flatMap(EvaluationSplit.init(rawValue:)),
        sharing: invocation.flag("share")
          ? .aggregatesOnly : invocation.flag("full") ? .everything : .automatic,
        threads: invocation.threads ?? ProcessInfo.processInfo.activeProcessorCount))
    for warning in finished.warnings { invocation.console.warn(warning) }
    return try save(finished, invocation)
  })

/// Writes the page, and the pictures where they are asked for.
private func save(_ finished: FinishedPage, _ invocation: Invocation) throws -> CommandResult {
  let pictures = finished.page.pictures
  if let folder = invocation.optionalString("pictures") {
    try DurableFolder.write(
      pictures.flatMap { picture in
        [
          (path: "\(picture.key).svg", bytes: Array(picture.standalone.utf8)),
          (path: "\(picture.key).csv", bytes: Array(picture.commaSeparated.utf8)),
        ]
      }, to: folder, replacing: invocation.isForced, isListed: true)
  }
  let output = invocation.string("output")
  let bytes = Array(PageWriter.html(of: finished.page).utf8)
  try DurableFile.write(bytes, to: output, replacing: invocation.isForced)
  let console = invocation.console
  console.note("\(baseName(output)) written: \(pictures.count) pictures, \(bytes.count) bytes")
  if finished.isShared { console.note("aggregates only; --full shows single rows") }
  return CommandResult(document: [
    .init("output", .string(baseName(output))),
    .init("bytes", .integer(bytes.count)), .init("aggregates_only", .bool(finished.isShared)),
    .init("pictures", .array(pictures.map { .string($0.key) })),
    .init("withheld", .array(finished.withheld.map(JSONValue.string))),
  ])
}
