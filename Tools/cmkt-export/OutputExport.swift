import CMKTEngine
import CMKTExport
import CMKTFormat
import Foundation
import ToolSupport

/// What `--as latents` writes.
func exportLatents(
  _ paths: (model: String, features: String), _ invocation: Invocation
) throws -> CommandResult {
  let strong = invocation.optionalString("strong")
  let form = try OutputForm(path: invocation.string("output"))
  let source = try outputSource(paths, strong: strong, invocation)
  let output = try source.latents(strong: strong, threads: invocation.threads)
  try save(output, as: form, invocation)
  show(output, areMarked: true, invocation)
  return CommandResult(document: document(output, form: form.rawValue, invocation))
}

/// What `--as predictions` writes.
func exportPredictions(
  _ paths: (model: String, features: String), _ invocation: Invocation
) throws -> CommandResult {
  let layout = invocation.optionalString("layout").flatMap(ChallengeLayout.init)
  let form = layout == nil ? try OutputForm(path: invocation.string("output")) : nil
  let source = try outputSource(paths, strong: nil, invocation)
  let targets = invocation.list("target")
  let output = try source.predictions(
    of: targets.isEmpty ? nil : targets,
    postprocesses: invocation.string("postprocessing") == "keep", threads: invocation.threads)
  if let form { try save(output, as: form, invocation) }
  var more: [JSONValue.Member] = []
  if let layout {
    let files = try layout.files(of: output)
    // Tells a folder of predictions from one of labels, whose files are called alike.
    let note = ("cmkt-export.json", Array(output.metadata.json.utf8))
    try Interruption.deferred {
      try DurableFolder.write(
        files + [note], to: invocation.string("output"), replacing: invocation.isForced)
    }
    more = [.init("files", .array(files.map { .string($0.path) }))]
    invocation.console.note("\(files.count) files in the layout \(layout.rawValue)")
  }
  show(output, areMarked: layout == nil, invocation)
  let name = layout?.rawValue ?? form?.rawValue ?? ""
  return CommandResult(document: document(output, form: name, invocation) + more)
}

/// How a single file of output is written, by its ending.
private enum OutputForm: String {
  case npz, csv

  /// - Throws: exit code 64 for another ending.
  init(path: String) throws(ToolFailure) {
    let ending = URL(fileURLWithPath: path).pathExtension.lowercased()
    guard let form = OutputForm(rawValue: ending) else {
      throw .usage(
        "'\(baseName(path))': expected an ending .npz or .csv, which says what to write, found "
          + (ending.isEmpty ? "none" : ".\(ending)"))
    }
    self = form
  }
}

private func outputSource(
  _ paths: (model: String, features: String), strong: String?, _ invocation: Invocation
) throws -> OutputSource {
  guard let split = OutputSplit(rawValue: invocation.string("split")) else {
    preconditionFailure("the table of options holds the splits")
  }
  if invocation.optionalString("layout") == nil {
    try DurableFile.check(invocation.string("output"), replacing: invocation.isForced)
  }
  let (model, modelDigests) = try ModelFile.read(paths.model)
  let branches = model.architecture.strong.map(\.modality.name)
  if let strong, !branches.contains(strong) {
    throw ExportFailure.engine(
      .unknownName(kind: "strong modality", name: strong, known: branches))
  }
  let (features, digests) = try readFeatures(
    paths.features, having: [model.architecture.weak.name] + (strong.map { [$0] } ?? []))
  if let suspicion = try model.scaleSuspicion(of: features) { invocation.console.warn(suspicion) }
  return try OutputSource(
    model: model, features: features, digests: (modelDigests.content, digests.content),
    split: split)
}

/// The features at `path`, of which the modalities `names` are read.
///
/// - Throws: exit code 65 with the file's modalities where one is missing.
func readFeatures(
  _ path: String, having names: [String]
) throws -> (file: FeaturesFile, digests: FileDigests) {
  let found = try FeaturesFile.read(path, modalities: Set(names))
  guard let missing = names.first(where: { found.file.modalities[$0] == nil }) else { return found }
  // Only a second read knows which modalities there are.
  let known = try FeaturesFile.read(path).file.modalities.keys
  throw ExportFailure.engine(
    .missingModality(missing, in: baseName(path), known: Array(known)))
}

private func save(
  _ output: SequenceOutput, as form: OutputForm, _ invocation: Invocation
) throws {
  let path = invocation.string("output")
  switch form {
  case .npz:
    try DurableFile.write(output.archive(), to: path, replacing: invocation.isForced)
  case .csv:
    if let reason = output.reasonForNoTable {
      throw ToolFailure.usage(reason)
    }
    try DurableFile.write(blocksTo: path, replacing: invocation.isForced) {
      (append) throws(FormatFailure) in
      try output.writeTable(threads: invocation.threads ?? processorCount, append: append)
    }
  }
}

/// - Parameter areMarked: whether what was written says which sequences trained.
private func show(_ output: SequenceOutput, areMarked: Bool, _ invocation: Invocation) {
  let console = invocation.console
  let sequences = output.sequences
  console.print(console.bold(baseName(invocation.string("output"))))
  for part in output.parts {
    console.print(
      "  \(part.name): \(counted(part.axis.count, "row")) of \(counted(part.width, "column")), "
        + "level \(part.axis.level)")
  }
  let splits = Split.allCases.compactMap { split in
    let count = sequences.splits.count { $0 == split }
    return count == 0 ? nil : "\(count) \(split.rawValue)"
  }
  console.print(
    "  \(counted(sequences.count, "sequence")): " + splits.joined(separator: ", "))
  guard let trained = sequences.trained, let selected = sequences.selected else {
    return console.note("which sequences trained the model is not known: it is a shared model")
  }
  let counts = (trained.count { $0 }, selected.count { $0 })
  if counts.0 + counts.1 > 0 {
    console.note(
      "\(counts.0) of these sequences trained the model, \(counts.1) selected it"
        + (areMarked ? "; they are marked" : ", which the layout does not say"))
  }
}

private func counted(_ count: Int, _ noun: String) -> String {
  "\(count) \(noun)\(count == 1 ? "" : "s")"
}

private func document(
  _ output: SequenceOutput, form: String, _ invocation: Invocation
) -> [JSONValue.Member] {
  let sequences = output.sequences
  func count(_ flags: [Bool]?) -> JSONValue {
    flags.map { .integer($0.count { $0 }) } ?? .null
  }
  return [
    .init("path", .string(invocation.string("output"))),
    .init("form", .string(form)),
    .init("split", .string(invocation.string("split"))),
    .init("sequences", .integer(sequences.count)),
    .init("trained", count(sequences.trained)),
    .init("selected", count(sequences.selected)),
    .init(
      "parts",
      .array(
        output.parts.map { part in
          .object([
            .init("name", .string(part.name)), .init("level", .string("\(part.axis.level)")),
            .init("rows", .integer(part.axis.count)),
            .init("columns", .array(part.columnNames.map(JSONValue.string))),
          ])
        })),
  ]
}
