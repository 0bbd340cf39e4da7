/// A parsed and validated command line, as a command sees it.
///
/// Asking for a name that the command's table does not hold is a mistake of the programmer.
package struct Invocation: Sendable {
  package let tool: Tool
  package let command: Command
  package let console: Console
  /// By option or argument name; what was given, in order.
  let given: [String: [String]]
  let flags: Set<String>

  /// Whether the flag was given.
  package func flag(_ name: String) -> Bool {
    precondition(option(name)?.kind == nil && option(name) != nil, "no flag --\(name)")
    return flags.contains(name)
  }

  /// All values of an option or argument; its default where none was given.
  package func strings(_ name: String) -> [String] {
    precondition(
      option(name)?.kind != nil || command.arguments.contains { $0.name == name },
      "no option or argument \(name)")
    if let values = given[name] { return values }
    return option(name)?.defaultValue.map { [$0] } ?? []
  }

  /// The value of an option or argument, or nil.
  package func optionalString(_ name: String) -> String? { strings(name).first }

  /// The value of an option or argument that is required or has a default.
  package func string(_ name: String) -> String {
    guard let value = optionalString(name) else {
      preconditionFailure("\(name) is neither required nor has a default")
    }
    return value
  }

  /// The whole number given, or nil; parsing has checked that it is one.
  package func optionalInteger(_ name: String) -> Int? {
    optionalString(name).flatMap { Int($0) }
  }

  /// The whole number given, of an option that is required or has a default.
  package func integer(_ name: String) -> Int {
    guard let value = optionalInteger(name) else {
      preconditionFailure("\(name) is neither required nor has a default")
    }
    return value
  }

  /// The number given, or nil; parsing has checked that it is one.
  package func optionalNumber(_ name: String) -> Double? {
    optionalString(name).flatMap { Double($0) }
  }

  /// The number given, of an option that is required or has a default.
  package func number(_ name: String) -> Double {
    guard let value = optionalNumber(name) else {
      preconditionFailure("\(name) is neither required nor has a default")
    }
    return value
  }

  /// The elements of a comma-separated list option, over all its occurrences.
  package func list(_ name: String) -> [String] {
    strings(name).flatMap { $0.split(separator: ",").map(String.init) }
  }

  /// The values of a per-modality option: for all the others, and by modality.
  package func perModality(_ name: String) -> (others: String?, byModality: [String: String]) {
    var others: String?
    var byModality: [String: String] = [:]
    for text in strings(name) {
      if let split = Self.splitAtEquals(text) {
        byModality[split.key] = split.value
      } else {
        others = text
      }
    }
    return (others ?? option(name)?.defaultValue, byModality)
  }

  /// `--memory` in bytes, or a quarter of what the machine has.
  package var memoryByteCount: Int {
    optionalString("memory").flatMap(ByteCount.parse) ?? MachineMemory.byteCount / 4
  }

  /// `--threads`, or nil for all processors.
  package var threads: Int? { optionalInteger("threads") }

  /// Whether an existing output may be replaced.
  package var isForced: Bool { flags.contains("force") }

  /// Whether the command goes on with what an earlier run began; it looks at the output itself.
  var isResumed: Bool { flags.contains("resume") }

  /// The command as files record it: options that change the result, in the table's order, with
  /// defaults filled in and base names instead of paths.
  package var canonicalCommand: String {
    var words = [tool.name]
    words += command.name.split(separator: " ").map(String.init)
    for argument in command.arguments where argument.affectsResult {
      words += strings(argument.name).map { canonical($0, argument.kind) }
    }
    for option in command.options where option.affectsResult {
      guard let kind = option.kind else {
        if flags.contains(option.name) { words.append(option.dashed) }
        continue
      }
      for value in strings(option.name) {
        words += [option.dashed, canonical(value, kind)]
      }
    }
    return words.map(shellQuoted).joined(separator: " ")
  }

  private func canonical(_ value: String, _ kind: ValueKind) -> String {
    guard kind.isPath else { return value }
    if let named = Self.splitAtEquals(value), !named.key.contains("/") {
      return "\(named.key)=\(baseName(named.value))"
    }
    return baseName(value)
  }

  private func option(_ name: String) -> Option? {
    command.allOptions.first { $0.name == name }
  }

  /// `KEY=VALUE`, or nil.
  package static func splitAtEquals(_ text: String) -> (key: String, value: String)? {
    guard let equals = text.firstIndex(of: "="), equals > text.startIndex else { return nil }
    return (String(text[..<equals]), String(text[text.index(after: equals)...]))
  }
}

/// The last component of a path; `file.h5::/path` keeps what follows the `::`.
package func baseName(_ path: String) -> String {
  var file = Substring(path)
  var inside = ""
  if let range = path.firstRange(of: "::") {
    file = path[..<range.lowerBound]
    inside = String(path[range.lowerBound...])
  }
  let last = file.split(separator: "/").last.map(String.init) ?? String(file)
  return last + inside
}

/// `word` as a POSIX shell reads it back.
package func shellQuoted(_ word: String) -> String {
  let plain = word.utf8.allSatisfy { byte in
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "-_./:=,+@%".utf8.contains(byte)
    }
  }
  if plain, !word.isEmpty { return word }
  return "'" + word.replacing("'", with: "'\\''") + "'"
}
