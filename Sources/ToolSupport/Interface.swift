/// What a value on the command line may be; drives validation, help and completion.
package enum ValueKind: Sendable, Equatable {
  case text
  case choice([String])
  case integer(ClosedRange<Int>)
  case number(ClosedRange<Double>)
  /// A number of bytes such as `800M`; see `ByteCount`.
  case byteCount
  /// A file that must exist: exit 66 where it does not, before the command runs.
  case inputFile
  /// A file to be made: exit 73 before the command runs where it exists (and `--force` is not
  /// given), is a folder, or its folder is missing or may not be written.
  case outputFile
  /// A file to be appended to, made where it is missing: exit 73 before the command runs where
  /// that cannot be.
  case appendedFile
  /// A file or a folder to be made, as the command decides: exit 73 as for a file, but with
  /// `--force` the command looks at a folder itself.
  case outputItem
  /// A folder to be made or filled: exit 73 before the command runs where a file has its name.
  case outputFolder
  /// A path, or something else, that the command itself looks at, such as `synthetic:mosi`.
  case source

  /// Any whole number that is not negative.
  package static let count = ValueKind.integer(0...Int.max)
  /// Any finite number.
  package static let anyNumber = ValueKind.number(
    -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude)

  /// Whether values are paths, of which the canonical command keeps the base name.
  var isPath: Bool {
    switch self {
    case .inputFile, .outputFile, .appendedFile, .outputItem, .outputFolder, .source: true
    case .text, .choice, .integer, .number, .byteCount: false
    }
  }

  /// Whether the command writes to the path.
  var isWritten: Bool {
    switch self {
    case .outputFile, .appendedFile, .outputItem, .outputFolder: true
    case .inputFile, .source, .text, .choice, .integer, .number, .byteCount: false
    }
  }
}

/// One option of a command.
package struct Option: Sendable {
  /// The long name, without dashes.
  package var name: String
  package var short: Character?
  /// Nil for a flag, which takes no value.
  package var kind: ValueKind?
  /// How help calls the value, such as `FILE`.
  package var valueName: String
  package var help: String
  package var defaultValue: String?
  package var isRequired = false
  /// May be given several times.
  package var isRepeatable = false
  /// Values are a `VALUE` for all or `MODALITY=VALUE` for one; repeatable.
  package var isPerModality = false
  /// What such values are for one of, where not a modality.
  package var subject = "modality"
  /// Values are comma-separated lists.
  package var isList = false
  /// Stands in the canonical command, which files record.
  package var affectsResult = true
  /// What follows the path in the names of further files that are written.
  package var alsoWrites: [String] = []

  /// An option that takes no value.
  package static func flag(
    _ name: String, short: Character? = nil, help: String, affectsResult: Bool = true
  ) -> Option {
    Option(
      name: name, short: short, kind: nil, valueName: "", help: help,
      affectsResult: affectsResult)
  }

  /// An option that takes a value, or with `isList` a comma-separated list of values.
  package static func value(
    _ name: String, short: Character? = nil, _ kind: ValueKind, _ valueName: String, help: String,
    default defaultValue: String? = nil, isRequired: Bool = false, isRepeatable: Bool = false,
    isPerModality: Bool = false, subject: String = "modality", isList: Bool = false,
    affectsResult: Bool = true, alsoWrites: [String] = []
  ) -> Option {
    Option(
      name: name, short: short, kind: kind, valueName: valueName, help: help,
      defaultValue: defaultValue, isRequired: isRequired,
      isRepeatable: isRepeatable || isPerModality, isPerModality: isPerModality, subject: subject,
      isList: isList, affectsResult: affectsResult, alsoWrites: alsoWrites)
  }

  /// The option `-o, --output`.
  ///
  /// See `ValueKind.outputFile`; put `Option.force` beside it.
  package static func output(
    _ valueName: String, help: String, isRequired: Bool = true, alsoWrites: [String] = []
  ) -> Option {
    .value(
      "output", short: "o", .outputFile, valueName, help: help, isRequired: isRequired,
      affectsResult: false, alsoWrites: alsoWrites)
  }

  /// The option `-o, --output` of what may be a file or a folder; see `ValueKind.outputItem`.
  package static func outputItem(_ valueName: String, help: String) -> Option {
    .value(
      "output", short: "o", .outputItem, valueName, help: help, isRequired: true,
      affectsResult: false)
  }

  /// `--force`, for every command with an output.
  package static let force = Option.flag(
    "force", help: "Replace the output if it exists.", affectsResult: false)

  /// `--memory`, for commands that read rows of features through a window.
  package static let memory = Option.value(
    "memory", .byteCount, "SIZE",
    help: "Memory to use, such as 800M or 2G; features that do not fit in a third are read part "
      + "by part, with the same result. Default: a quarter of the machine's.",
    affectsResult: false)

  /// The options of every command.
  package static let common: [Option] = [
    .flag("json", help: "Print one JSON document on stdout.", affectsResult: false),
    .flag("quiet", short: "q", help: "No progress and no notes.", affectsResult: false),
    .value(
      "threads", .integer(1...1024), "N", help: "Processors to use; default: all of them.",
      affectsResult: false),
    .flag(
      "trust", help: "Open HDF5 files without a check in a process of their own.",
      affectsResult: false),
    .flag("version", help: "Print the version.", affectsResult: false),
    .flag("help", short: "h", help: "Print this help.", affectsResult: false),
  ]

  /// `--name`.
  package var dashed: String { "--\(name)" }
}

/// One positional argument of a command.
package struct Argument: Sendable {
  /// How often an argument may stand.
  package enum Count: Sendable {
    case one, optional, oneOrMore, any
  }

  /// The name in the code and, in upper case, in help.
  package var name: String
  package var kind: ValueKind
  package var help: String
  package var count: Count
  package var affectsResult: Bool

  package init(
    _ name: String, _ kind: ValueKind, help: String, count: Count = .one,
    affectsResult: Bool = true
  ) {
    self.name = name
    self.kind = kind
    self.help = help
    self.count = count
    self.affectsResult = affectsResult
  }

  /// `FEATURES`, `[FILE]`, `SOURCE...` or `[SOURCE...]`.
  var usage: String {
    let label = name.uppercased()
    return switch count {
    case .one: label
    case .optional: "[\(label)]"
    case .oneOrMore: "\(label)..."
    case .any: "[\(label)...]"
    }
  }
}

/// A command line that shows how a command is used, and what it does.
package struct Example: Sendable {
  package var command: String
  package var purpose: String

  package init(_ command: String, _ purpose: String) {
    self.command = command
    self.purpose = purpose
  }
}

/// What a command hands back: its exit code, and the members of its JSON document.
package struct CommandResult: Sendable {
  package var exitCode: ExitCode
  /// Printed with `--json`, after `schema_version`, `tool`, `command` and `code`.
  package var document: [JSONValue.Member]

  package init(_ exitCode: ExitCode = .ok, document: [JSONValue.Member] = []) {
    self.exitCode = exitCode
    self.document = document
  }
}

/// One command of a tool.
package struct Command: Sendable {
  /// Empty for the only command of a tool; two words, such as `sweep status`, for a part of
  /// another command.
  package var name: String
  package var summary: String
  package var discussion: String
  package var examples: [Example]
  package var arguments: [Argument]
  /// Without the common ones.
  package var options: [Option]
  package var run: @Sendable (Invocation) throws -> CommandResult

  package init(
    name: String = "", summary: String, discussion: String = "", examples: [Example] = [],
    arguments: [Argument] = [], options: [Option] = [],
    run: @escaping @Sendable (Invocation) throws -> CommandResult
  ) {
    self.name = name
    self.summary = summary
    self.discussion = discussion
    self.examples = examples
    self.arguments = arguments
    self.options = options
    self.run = run
  }

  /// Its own options, then the common ones.
  package var allOptions: [Option] { options + Option.common }
}

/// A command-line tool as data: parser, help, manual page, completions and JSON come from it.
package struct Tool: Sendable {
  package var name: String
  package var version: String
  package var summary: String
  package var discussion: String
  package var commands: [Command]
  /// The command that runs where the first word names none.
  package var defaultCommand: String?
  /// Turns a module's error into a failure with an exit code; nil where it does not know it.
  package var translate: @Sendable (any Error) -> ToolFailure?
  /// Hears what was asked for before a command runs.
  package var prepare: @Sendable (Invocation) -> Void

  package init(
    name: String, version: String, summary: String, discussion: String = "",
    commands: [Command], defaultCommand: String? = nil,
    translate: @escaping @Sendable (any Error) -> ToolFailure? = { _ in nil },
    prepare: @escaping @Sendable (Invocation) -> Void = { _ in }
  ) {
    self.name = name
    self.version = version
    self.summary = summary
    self.discussion = discussion
    self.commands = commands
    self.defaultCommand = defaultCommand
    self.translate = translate
    self.prepare = prepare
  }

  /// The command of a tool that has just one.
  var onlyCommand: Command? { commands.count == 1 && commands[0].name.isEmpty ? commands[0] : nil }

  func command(_ name: String) -> Command? { commands.first { $0.name == name } }

  /// The names of the commands that the first word of a command line may be.
  var firstWords: [String] {
    commands.map(\.name).filter { !$0.isEmpty && !$0.contains(" ") }
  }

  /// The second words of the commands that are parts of `command`.
  func parts(of command: Command) -> [String] {
    commands.filter { !command.name.isEmpty && $0.name.hasPrefix(command.name + " ") }
      .map { String($0.name.dropFirst(command.name.count + 1)) }
  }

  /// `cmkt-train fit`, or `cmkt-export`.
  func title(of command: Command) -> String {
    command.name.isEmpty ? name : "\(name) \(command.name)"
  }
}
