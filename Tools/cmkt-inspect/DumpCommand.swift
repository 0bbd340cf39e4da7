import CMKTInspect
import HDF5
import ToolSupport

/// `cmkt-inspect dump FILE[::/path]`: any HDF5 file, as text.
let dumpCommand = Command(
  name: "dump", summary: "Print objects, attributes and values of any HDF5 file.",
  discussion:
    "Numbers read back as the same value. Soft and external links are listed and not followed.",
  examples: [
    Example("cmkt-inspect dump mosi.h5", "All objects with their first rows."),
    Example("cmkt-inspect dump mosi.h5::/sequences/id --all", "One dataset, whole."),
  ],
  arguments: [Argument("file", .source, help: "An HDF5 file, or FILE::/path in it.")],
  options: [
    .value("rows", .count, "N", help: "Rows shown of each dataset.", default: "4"),
    .flag("all", help: "Show all rows and all columns."),
  ],
  run: { invocation in
    let console = invocation.console
    let (file, path) = splitPath(invocation.string("file"))
    var objects: [JSONValue] = []
    try Dump.walk(
      file, path: path, rowLimit: invocation.flag("all") ? nil : invocation.integer("rows")
    ) { object in
      print(object, on: console)
      if console.isJSON { objects.append(json(object)) }
    }
    return CommandResult(document: [.init("objects", .array(objects))])
  })

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
  if object.isCut { console.print(console.dim("    …")) }
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
  }
  return .object(members)
}
