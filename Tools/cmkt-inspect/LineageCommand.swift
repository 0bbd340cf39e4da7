import CMKTInspect
import ToolSupport

/// `cmkt-inspect lineage FILE...`: where files come from; exit code 1 where they do not fit.
let lineageCommand = Command(
  name: "lineage", summary: "Show what files were made from, and whether they belong together.",
  discussion:
    "Draws the chain from sources through import and training to exports, each file above what it"
    + " was made from, and joins the given files by the digests that they state: features, models,"
    + " exports of models, latents and predictions, and sources themselves. Ends with 1 where a file"
    + " was made from others than those given, or does not belong to them. Tables of outputs state"
    + " no digest, which is a remark.",
  examples: [
    Example("cmkt-inspect lineage audio.h5", "What was this model made from?"),
    Example(
      "cmkt-inspect lineage mosi_dialogue.npz mosi.h5 audio.h5 audio.onnx",
      "Do these four belong together?"),
  ],
  arguments: [
    Argument(
      "files", .source, help: "Features, models, exports, sources: files, or folders of exports.",
      count: .oneOrMore)
  ],
  run: { invocation in
    let paths = invocation.strings("files")
    for path in paths where !Files.exists(path) {
      throw ToolFailure.noInput(path: path, "there is no file '\(path)'; check the path")
    }
    let result = try Lineage.report(of: paths)
    return CommandResult(
      result.fits ? .ok : .findings, document: result.report.show(on: invocation.console))
  })
