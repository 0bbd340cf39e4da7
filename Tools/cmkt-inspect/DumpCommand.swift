import CMKTFormat
import CMKTInspect
import HDF5
import ToolSupport

/// `cmkt-inspect dump FILE[::/path]`: any HDF5 file, as text or as a table.
let dumpCommand = Command(
  name: "dump", summary: "Print objects, attributes and values of any HDF5 file.",
  discussion:
    "Numbers read back as the same value. Soft and external links are listed and not followed."
    + " With --csv a dataset is written as a table, a row per index of its first axis, with the"
    + " names of columns where the file has them; so is a group of columns of one length, such as"
    + " /provenance/ledger.",
  examples: [
    Example("cmkt-inspect dump mosi.h5", "All objects with their first rows."),
    Example("cmkt-inspect dump mosi.h5::/sequences/id --all", "One dataset, whole."),
    Example(
      "cmkt-inspect dump mosi.h5::/modalities/audio/values --rows 100:200 --csv -",
      "A hundred rows as CSV."),
  ],
  arguments: [Argument("file", .source, help: "An HDF5 file, or FILE::/path in it.")],
  options: [
    .value(
      "rows", .text, "N|A:B",
      help: "The first N rows, or rows A to B - 1, of each dataset; default: 4, with --csv all."),
    .flag("all", help: "Show all rows and all columns."),
    .value("csv", .outputFile, "FILE", help: "Write a table to FILE; - is standard output."),
    .force,
  ],
  run: { invocation in
    let console = invocation.console
    let (file, path) = splitPath(invocation.string("file"))
    let given = try rowRange(invocation.optionalString("rows"))
    if let output = invocation.optionalString("csv") {
      return try writeTable(file, path, rows: given ?? .all, to: output, invocation)
    }
    let isAll = invocation.flag("all")
    var objects: [JSONValue] = []
    try Dump.walk(
      file, path: path, rows: given ?? (isAll ? .all : RowRange(begin: 0, end: 4)), isWide: isAll
    ) { object in
      print(object, on: console)
      if console.isJSON { objects.append(json(object)) }
    }
    return CommandResult(document: [.init("objects", .array(objects))])
  })

private func rowRange(_ text: String?) throws -> RowRange? {
  guard let text else { return nil }
  guard let range = RowRange(text) else {
    throw ToolFailure.usage(
      "--rows: expected a number of rows, or A:B with A not above B, found '\(text)'")
  }
  return range
}

private func writeTable(
  _ file: String, _ path: String, rows: RowRange, to output: String, _ invocation: Invocation
) throws -> CommandResult {
  let console = invocation.console
  let table = try DumpTable(file, path: path)
  defer { table.close() }
  let blocks = table.blocks(of: rows)
  let document: [JSONValue.Member] = [
    .init("rows", .integer(blocks.reduce(0) { $0 + $1.count })), .init("csv", .string(output)),
  ]
  guard output != "-" else {
    if console.isJSON {
      throw ToolFailure.usage("--csv - and --json both want standard output; give --csv a FILE")
    }
    console.print(table.header, terminator: "")
    for block in blocks { console.print(try table.lines(block), terminator: "") }
    return CommandResult(document: document)
  }
  var failure: InspectFailure?
  do throws(FormatFailure) {
    try DurableFile.write(blocksTo: output, replacing: invocation.isForced) {
      (append) throws(FormatFailure) in
      try append(Array(table.header.utf8))
      for block in blocks {
        let lines: String
        do throws(InspectFailure) {
          lines = try table.lines(block)
        } catch {
          failure = error
          throw .notSaved(file: output, reason: error.description)
        }
        try append(Array(lines.utf8))
      }
    }
  } catch {
    throw failure.map { $0 as any Error } ?? error
  }
  return CommandResult(document: document)
}

/// `file.h5::/path` in its two parts.
private func splitPath(_ text: String) -> (file: String, path: String) {
  guard let range = text.firstRange(of: "::") else { return (text, "/") }
  return (String(text[..<range.lowerBound]), String(text[range.upperBound...]))
}

private func print(_ object: DumpedObject, on console: Console) {
  var head = console.bold(singleLine(object.path))
  head += "  " + singleLine(object.type.map { "\($0) \(object.shape)" } ?? object.kind.rawValue)
  console.print(head)
  for attribute in object.attributes {
    console.print("    @\(singleLine(attribute.name)) = \(singleLine(attribute.value.text))")
  }
  for line in object.lines { console.print("    " + singleLine(line)) }
  if let refusal = object.refusal {
    console.print(console.dim("    not read: \(singleLine(refusal))"))
  } else if object.isCut {
    console.print(console.dim("    …"))
  }
}

private func json(_ object: DumpedObject) -> JSONValue {
  var members: [JSONValue.Member] = [
    .init("path", .string(object.path)), .init("kind", .string(object.kind.rawValue)),
  ]
  if let type = object.type {
    members += [
      .init("type", .string(type)), .init("shape", .array(object.shape.map(JSONValue.integer))),
    ]
  }
  members.append(
    .init(
      "attributes",
      .object(object.attributes.map { .init($0.name, $0.value.value.json) })))
  if object.type != nil {
    members += [
      .init("values", object.values.json), .init("is_cut", .bool(object.isCut)),
    ]
    if let refusal = object.refusal { members.append(.init("not_read", .string(refusal))) }
  }
  return .object(members)
}
