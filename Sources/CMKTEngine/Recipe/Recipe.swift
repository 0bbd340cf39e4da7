import Foundation

/// The value of every setting: what a training run does, apart from data and seed.
package struct Recipe: Sendable, Equatable {
  private var values: [SettingKey: SettingValue]
  /// The settings that somebody set; of a JSON file those that it changes.
  package private(set) var named: Set<SettingKey> = []

  /// Equal where every value is; who set it does not count.
  package static func == (first: Recipe, second: Recipe) -> Bool {
    first.values == second.values
  }

  /// The defaults.
  package init() {
    values = Dictionary(
      uniqueKeysWithValues: RecipeTable.settings.map { ($0.key, $0.standard) })
  }

  /// The defaults, changed by the members of a JSON object such as `{"batch.size": 32}`.
  ///
  /// - Throws: `badRecipe` where `json` is not such an object, or a key stands twice; `unknownName`
  ///   and `badSetting` for its members.
  package init(json: String) throws(EngineFailure) {
    self.init()
    let members: [String: Member]
    do {
      members = try Self.members(of: Data(json.utf8))
    } catch {
      throw .badRecipe(
        reason: "it is not a JSON object of numbers, texts and true or false; "
          + "see 'cmkt-train recipe --json' for the form")
    }
    if let key = duplicateKey(inJSON: json) {
      throw .badRecipe(reason: "'\(key)' stands twice; give it once")
    }
    try Self.checkSiblings(in: Data(json.utf8))
    for (key, member) in members.sorted(by: { $0.key < $1.key }) {
      try set(key, to: member.text)
    }
    // A file may list every setting; those at their default say nothing.
    named = named.filter { self[$0] != RecipeTable.setting($0).standard }
  }

  /// - Throws: `badRecipe` where something stands beside the member `recipe` that `cmkt-train
  ///   recipe --json` does not print there.
  private static func checkSiblings(in data: Data) throws(EngineFailure) {
    struct Name: CodingKey {
      var stringValue: String
      var intValue: Int? { nil }
      init(stringValue: String) { self.stringValue = stringValue }
      init?(intValue: Int) { nil }
    }
    struct Names: Decodable {
      var all: [String]
      init(from decoder: any Decoder) throws {
        all = try decoder.container(keyedBy: Name.self).allKeys.map(\.stringValue)
      }
    }
    guard let names = try? JSONDecoder().decode(Names.self, from: data).all,
      names.contains("recipe")
    else { return }
    let known = ["schema_version", "tool", "command", "code", "warnings", "recipe", "settings"]
    if let other = names.sorted().first(where: { !known.contains($0) }) {
      throw .badRecipe(
        reason: "'\(other)' stands beside 'recipe'; put settings within the member 'recipe'")
    }
  }

  /// The settings in `data`: the object itself, or its member `recipe`, as the document that
  /// `cmkt-train recipe --json` prints has it.
  private static func members(of data: Data) throws -> [String: Member] {
    struct Document: Decodable { var recipe: [String: Member] }
    if let document = try? JSONDecoder().decode(Document.self, from: data) {
      return document.recipe
    }
    return try JSONDecoder().decode([String: Member].self, from: data)
  }

  /// Sets `key` to the value spelled `text`.
  ///
  /// - Throws: `unknownName` with the nearest key; `badSetting` with the range.
  package mutating func set(_ key: String, to text: String) throws(EngineFailure) {
    guard let known = SettingKey(rawValue: key) else {
      throw .unknownName(
        kind: "setting", name: key, known: SettingKey.allCases.map(\.rawValue))
    }
    let kind = RecipeTable.setting(known).kind
    guard let value = kind.parse(text) else {
      throw .badSetting(key: key, expected: kind.description, found: text)
    }
    values[known] = value
    named.insert(known)
  }

  /// Sets from an assignment such as `batch.size=32`.
  ///
  /// - Throws: `badRecipe` without `=`; else as `set(_:to:)`.
  package mutating func set(assignment: String) throws(EngineFailure) {
    guard let split = assignment.firstIndex(of: "=") else {
      throw .badRecipe(reason: "'\(assignment)' has no '='; write key=value")
    }
    try set(
      String(assignment[..<split]), to: String(assignment[assignment.index(after: split)...]))
  }

  /// The value of `key`.
  package subscript(key: SettingKey) -> SettingValue {
    values[key] ?? RecipeTable.setting(key).standard
  }

  package func integer(_ key: SettingKey) -> Int {
    guard case .integer(let value) = self[key] else { preconditionFailure("\(key): no integer") }
    return value
  }

  package func number(_ key: SettingKey) -> Double {
    guard case .number(let value) = self[key] else { preconditionFailure("\(key): no number") }
    return value
  }

  package func numbers(_ key: SettingKey) -> [Double] {
    guard case .numbers(let values) = self[key] else { preconditionFailure("\(key): no numbers") }
    return values
  }

  package func choice(_ key: SettingKey) -> String {
    guard case .choice(let value) = self[key] else { preconditionFailure("\(key): no choice") }
    return value
  }

  package func flag(_ key: SettingKey) -> Bool {
    guard case .flag(let value) = self[key] else { preconditionFailure("\(key): no flag") }
    return value
  }

  /// Every setting that `method` reads, as a JSON object with sorted keys.
  package func json(for method: Method) -> String {
    let keys = RecipeTable.settings.filter { $0.methods.contains(method) }.map(\.key)
    let members = keys.sorted { $0.rawValue < $1.rawValue }
      .map { "  \"\($0.rawValue)\": \(self[$0].json)" }
    return "{\n" + members.joined(separator: ",\n") + "\n}"
  }
}

/// A value in a JSON recipe, as text that `Recipe.set` accepts.
private struct Member: Decodable {
  let text: String

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let flag = try? container.decode(Bool.self) {
      text = flag ? "true" : "false"
    } else if let number = try? container.decode(Double.self) {
      text = jsonNumber(number)
    } else {
      text = try container.decode(String.self)
    }
  }
}
