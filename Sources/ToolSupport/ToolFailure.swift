/// What ends a command early: one sentence for people, an exit code, and fields for `--json`.
///
/// The tools turn the typed errors of the modules into it (see `Tool.translate`).
package struct ToolFailure: Error, Sendable, Equatable, CustomStringConvertible {
  /// One sentence: where, what was expected, what was found, what to do.
  package var message: String
  package var exitCode: ExitCode
  /// Joined to the JSON document: `path` of a file, `object` in it, `byte_offset`.
  package var fields: [JSONValue.Member]

  package init(_ exitCode: ExitCode, _ message: String, fields: [JSONValue.Member] = []) {
    self.exitCode = exitCode
    self.message = message
    self.fields = fields
  }

  /// A failure that concerns the file at `path` and the object called `object` in it, as far as
  /// known.
  package init(
    _ exitCode: ExitCode, _ message: String, path: String?, object: String? = nil,
    cause: String? = nil
  ) {
    self.init(
      exitCode, message,
      fields: [("path", path), ("object", object), ("cause", cause)].compactMap { key, value in
        value.map { .init(key, .string($0)) }
      })
  }

  package var description: String { message }

  /// A wrong command line: exit 64.
  package static func usage(_ message: String) -> ToolFailure {
    ToolFailure(.usage, message)
  }

  /// A wrong name given by the user: exit 64, with the nearest known one.
  ///
  /// `kind` is what the name stands for, such as `modality`; `place` is where it was looked for,
  /// such as `in mosi.h5`, or empty.
  package static func unknown(
    _ kind: String, _ name: String, known: [String], place: String = ""
  ) -> ToolFailure {
    let location = place.isEmpty ? "" : " \(place)"
    let remedy: String
    if let suggestion = nearest(to: name, in: known) {
      remedy = "did you mean '\(suggestion)'? (known: \(known.joined(separator: ", ")))"
    } else if known.isEmpty {
      remedy = "there is none"
    } else {
      remedy = "known: \(known.joined(separator: ", "))"
    }
    return ToolFailure(.usage, "unknown \(kind) '\(name)'\(location); \(remedy)")
  }

  /// A file that is missing or cannot be read: exit 66.
  package static func noInput(path: String, _ message: String) -> ToolFailure {
    ToolFailure(.noInput, message, fields: [.init("path", .string(path))])
  }

  /// A file that cannot be created: exit 73.
  package static func cannotCreate(path: String, _ message: String) -> ToolFailure {
    ToolFailure(.cannotCreate, message, fields: [.init("path", .string(path))])
  }
}
