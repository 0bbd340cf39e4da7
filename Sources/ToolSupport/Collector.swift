/// Sorts the words of one command into options and arguments, and checks each value.
struct Collector {
  let tool: Tool
  let command: Command
  private(set) var given: [String: [String]] = [:]
  private(set) var flags: Set<String> = []
  private var positional: [String] = []

  init(tool: Tool, command: Command) {
    self.tool = tool
    self.command = command
  }

  private var seeHelp: String { "see '\(tool.title(of: command)) --help'" }

  mutating func collect(_ words: [String]) throws(ToolFailure) {
    var remaining = words[...]
    while let word = remaining.popFirst() {
      if word == "--" {
        positional += remaining
        break
      } else if word.hasPrefix("--") {
        try collectLong(word, &remaining)
      } else if word.hasPrefix("-"), word.count > 1, Double(word) == nil {
        try collectShort(word, &remaining)
      } else {
        positional.append(word)
      }
    }
    try assignArguments()
  }

  private mutating func collectLong(
    _ word: String, _ remaining: inout ArraySlice<String>
  ) throws(ToolFailure) {
    let body = word.dropFirst(2)
    let equals = body.firstIndex(of: "=")
    let name = String(body[..<(equals ?? body.endIndex)])
    let attached = equals.map { String(body[body.index(after: $0)...]) }
    guard let option = command.allOptions.first(where: { $0.name == name }) else {
      throw unknownOption("--\(name)")
    }
    try take(option, attached, &remaining)
  }

  private mutating func collectShort(
    _ word: String, _ remaining: inout ArraySlice<String>
  ) throws(ToolFailure) {
    var letters = word.dropFirst()
    while let letter = letters.popFirst() {
      guard let option = command.allOptions.first(where: { $0.short == letter }) else {
        throw unknownOption(letters.isEmpty && word.count == 2 ? word : "-\(letter)")
      }
      if option.kind == nil {
        try take(option, nil, &remaining)
      } else {
        let attached = letters.first == "=" ? letters.dropFirst() : letters
        try take(option, letters.isEmpty ? nil : String(attached), &remaining)
        return
      }
    }
  }

  private func unknownOption(_ text: String) -> ToolFailure {
    let names = command.allOptions.map(\.dashed)
    let title = tool.title(of: command)
    if let suggestion = nearest(to: text, in: names) {
      return .usage("unknown option '\(text)' of '\(title)'; did you mean '\(suggestion)'?")
    }
    return .usage("unknown option '\(text)' of '\(title)'; \(seeHelp)")
  }

  private mutating func take(
    _ option: Option, _ attached: String?, _ remaining: inout ArraySlice<String>
  ) throws(ToolFailure) {
    guard let kind = option.kind else {
      guard attached == nil else { throw .usage("\(option.dashed) takes no value") }
      flags.insert(option.name)
      return
    }
    let value: String
    if let attached {
      value = attached
    } else if let next = remaining.first, mayBeValue(next) {
      value = next
      remaining.removeFirst()
    } else {
      throw missingValue(option, remaining.first)
    }
    guard option.isRepeatable || given[option.name] == nil else {
      throw .usage("\(option.dashed) is given more than once; give it once")
    }
    try check(value, of: option, kind)
    given[option.name, default: []].append(value)
  }

  /// Whether a word that follows an option can be its value: a lone dash, a negative number and
  /// words such as `-foo` can, where no short option is meant.
  private func mayBeValue(_ word: String) -> Bool {
    guard word.hasPrefix("-"), word != "-" else { return true }
    if Double(word) != nil { return true }
    guard !word.hasPrefix("--"), let letter = word.dropFirst().first else { return false }
    return !command.allOptions.contains { $0.short == letter }
  }

  private func missingValue(_ option: Option, _ found: String?) -> ToolFailure {
    let needs = "\(option.dashed) needs a value, \(option.valueName)"
    guard let found else { return .usage("\(needs); none follows") }
    return .usage(
      "\(needs), but '\(found)' follows; write \(option.dashed)=\(found) if that is the value")
  }

  private func check(
    _ value: String, of option: Option, _ kind: ValueKind
  ) throws(ToolFailure) {
    var values = [value]
    if option.isPerModality, let split = Invocation.splitAtEquals(value) { values = [split.value] }
    if option.isList {
      values = value.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      if values.contains("") {
        throw .usage(
          "\(option.dashed) takes \(option.valueName), and '\(value)' has an empty item")
      }
    }
    for value in values {
      try kind.check(value, label: option.dashed)
    }
  }

  private mutating func assignArguments() throws(ToolFailure) {
    var words = positional[...]
    for (index, argument) in command.arguments.enumerated() {
      let needed = command.arguments[(index + 1)...].filter {
        $0.count == .one || $0.count == .oneOrMore
      }.count
      var taken: [String] = []
      switch argument.count {
      case .one: taken = Array(words.prefix(1))
      case .optional: taken = Array(words.prefix(min(1, max(0, words.count - needed))))
      case .oneOrMore, .any: taken = Array(words.dropLast(min(needed, words.count)))
      }
      words = words.dropFirst(taken.count)
      for value in taken { try argument.kind.check(value, label: argument.name.uppercased()) }
      if !taken.isEmpty { given[argument.name] = taken }
    }
    guard let extra = words.first else { return }
    throw .usage("unexpected argument '\(extra)' of '\(tool.title(of: command))'; \(seeHelp)")
  }

  /// - Throws: exit code 64 where a required option or argument is missing.
  func checkComplete() throws(ToolFailure) {
    for argument in command.arguments where given[argument.name] == nil {
      guard argument.count == .one || argument.count == .oneOrMore else { continue }
      throw .usage("\(argument.name.uppercased()) is missing; \(seeHelp)")
    }
    for option in command.options where option.isRequired && given[option.name] == nil {
      let short = option.short.map { "-\($0), " } ?? ""
      throw .usage("\(short)\(option.dashed) \(option.valueName) is missing; \(seeHelp)")
    }
  }
}

extension ValueKind {
  /// - Throws: exit code 64 with one sentence that says what `label` takes.
  func check(_ value: String, label: String) throws(ToolFailure) {
    switch self {
    case .text: break
    case .source, .inputFile, .outputFile, .appendedFile, .outputItem, .outputFolder:
      guard !value.isEmpty else { throw .usage("\(label) takes a path, not an empty word") }
    case .choice(let choices):
      guard !choices.contains(value) else { return }
      let known = choices.joined(separator: ", ")
      let hint = nearest(to: value, in: choices).map { "; did you mean '\($0)'?" } ?? ""
      throw .usage("\(label) takes one of \(known), not '\(value)'\(hint)")
    case .integer(let range):
      guard let number = Int(value), range.contains(number) else {
        throw .usage("\(label) takes a whole number\(Self.text(range)), not '\(value)'")
      }
    case .number(let range):
      guard let number = Double(value), number.isFinite, range.contains(number) else {
        throw .usage("\(label) takes a number\(Self.text(range)), not '\(value)'")
      }
    case .byteCount:
      guard ByteCount.parse(value) != nil else {
        throw .usage(
          "\(label) takes a number of bytes of at least \(ByteCount.leastText), with K, M, G or T "
            + "behind it for units of 1024, not '\(value)'")
      }
    }
  }

  static func text(_ range: ClosedRange<Int>) -> String {
    switch (range.lowerBound == Int.min, range.upperBound == Int.max) {
    case (true, true): ""
    case (true, false): " of at most \(range.upperBound)"
    case (false, true): " of at least \(range.lowerBound)"
    case (false, false): " from \(range.lowerBound) to \(range.upperBound)"
    }
  }

  static func text(_ range: ClosedRange<Double>) -> String {
    let limit = Double.greatestFiniteMagnitude
    switch (range.lowerBound <= -limit, range.upperBound >= limit) {
    case (true, true): return ""
    case (true, false): return " of at most \(plain(range.upperBound))"
    case (false, true): return " of at least \(plain(range.lowerBound))"
    case (false, false):
      return " from \(plain(range.lowerBound)) to \(plain(range.upperBound))"
    }
  }

  private static func plain(_ number: Double) -> String {
    Int(exactly: number).map(String.init) ?? number.description
  }
}
