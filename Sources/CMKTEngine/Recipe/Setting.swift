/// The value of a setting.
package enum SettingValue: Sendable, Equatable {
  case integer(Int)
  case number(Double)
  case numbers([Double])
  case choice(String)
  case flag(Bool)

  /// As JSON; choices and lists are quoted.
  package var json: String {
    switch self {
    case .integer(let value): String(value)
    case .number(let value): jsonNumber(value)
    case .numbers(let values): "\"\(values.map(jsonNumber).joined(separator: ","))\""
    case .choice(let value): "\"\(value)\""
    case .flag(let value): value ? "true" : "false"
    }
  }

  /// As a person would type it after `--set key=`.
  package var text: String {
    switch self {
    case .choice(let value): value
    case .numbers(let values): values.map(jsonNumber).joined(separator: ",")
    case .integer, .number, .flag: json
    }
  }
}

/// A number in JSON; a whole number has no fraction.
func jsonNumber(_ value: Double) -> String {
  guard let whole = Int(exactly: value), abs(value) < 1e15 else { return "\(value)" }
  return String(whole)
}

/// What a setting accepts.
package enum SettingKind: Sendable, Equatable {
  case integer(ClosedRange<Int>)
  case number(ClosedRange<Double>)
  /// One or more numbers, with commas between them.
  case numbers(ClosedRange<Double>)
  case choice([String])
  case flag

  /// The range in words, such as `a whole number from 1 to 4096`.
  package var description: String {
    switch self {
    case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .number(let range):
      "a number from \(jsonNumber(range.lowerBound)) to \(jsonNumber(range.upperBound))"
    case .numbers(let range):
      "numbers from \(jsonNumber(range.lowerBound)) to \(jsonNumber(range.upperBound)), "
        + "with commas between them"
    case .choice(let names): "one of \(names.joined(separator: ", "))"
    case .flag: "true or false"
    }
  }

  /// The names of a choice; none for other kinds.
  package var choices: [String] {
    guard case .choice(let names) = self else { return [] }
    return names
  }

  /// Whether `value` is of this kind and in range.
  package func accepts(_ value: SettingValue) -> Bool {
    switch (self, value) {
    case (.integer(let range), .integer(let number)): range.contains(number)
    case (.number(let range), .number(let number)): range.contains(number)
    case (.numbers(let range), .numbers(let numbers)):
      !numbers.isEmpty && numbers.allSatisfy(range.contains)
    case (.choice(let names), .choice(let name)): names.contains(name)
    case (.flag, .flag): true
    default: false
    }
  }

  /// The value spelled `text`, or nil where it is of another kind or out of range.
  package func parse(_ text: String) -> SettingValue? {
    let value: SettingValue? =
      switch self {
      case .integer: Int(text).map(SettingValue.integer)
      case .number: Double(text).map(SettingValue.number)
      case .numbers: Self.numbers(text).map(SettingValue.numbers)
      case .choice: .choice(text)
      case .flag: ["true": .flag(true), "false": .flag(false)][text]
      }
    guard let value, accepts(value) else { return nil }
    return value
  }

  /// The numbers of a list such as `1,0.5`, or nil where one is none.
  private static func numbers(_ text: String) -> [Double]? {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
    return parts.contains(nil) ? nil : parts.compactMap { $0 }
  }
}

/// What another setting must be for a setting to be read.
package struct SettingCondition: Sendable, Equatable, CustomStringConvertible {
  package var key: SettingKey
  /// Any one of them, as `SettingValue.text` spells it.
  package var values: [String]

  init(_ key: SettingKey, _ values: String...) {
    self.key = key
    self.values = values
  }

  package var description: String {
    "\(key.rawValue)=\(values.joined(separator: " or "))"
  }
}

/// One named choice of training: what it is, what it accepts, what it is without being set.
package struct Setting: Sendable, Equatable {
  package var key: SettingKey
  package var kind: SettingKind
  package var standard: SettingValue
  /// The methods that read it.
  package var methods: [Method]
  /// One of them must hold for it to be read; empty where it always is.
  package var conditions: [SettingCondition]
  /// One line of meaning.
  package var meaning: String
  /// Where the literature gives the default; empty otherwise.
  package var source: String

  init(
    _ key: SettingKey, _ kind: SettingKind, _ standard: SettingValue, _ meaning: String,
    methods: [Method] = Method.allCases, when conditions: [SettingCondition] = [],
    source: String = ""
  ) {
    precondition(kind.accepts(standard), "the default of \(key) is out of range")
    self.key = key
    self.kind = kind
    self.standard = standard
    self.methods = methods
    self.conditions = conditions
    self.meaning = meaning
    self.source = source
  }
}
