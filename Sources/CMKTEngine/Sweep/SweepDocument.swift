import Foundation

/// A value of a plan as it stands in JSON.
indirect enum SweepValue: Sendable, Equatable, Decodable {
  case null
  case flag(Bool)
  /// A whole number that is not negative, to the last digit.
  case whole(UInt64)
  case number(Double)
  case text(String)
  case list([SweepValue])
  case members([String: SweepValue])

  init(from decoder: any Decoder) throws {
    if let container = try? decoder.singleValueContainer() {
      if container.decodeNil() {
        self = .null
        return
      } else if let flag = try? container.decode(Bool.self) {
        self = .flag(flag)
        return
      } else if let number = try? container.decode(UInt64.self) {
        self = .whole(number)
        return
      } else if let number = try? container.decode(Double.self) {
        self = .number(number)
        return
      } else if let text = try? container.decode(String.self) {
        self = .text(text)
        return
      } else if let list = try? container.decode([SweepValue].self) {
        self = .list(list)
        return
      }
    }
    self = .members(try decoder.singleValueContainer().decode([String: SweepValue].self))
  }

  /// As a person would type it after `--set key=`; nil of what is no single value.
  var settingText: String? {
    switch self {
    case .flag(let flag): flag ? "true" : "false"
    case .whole(let number): String(number)
    case .number(let number): jsonNumber(number)
    case .text(let text): text
    case .null, .list, .members: nil
    }
  }

  /// What it is, for sentences.
  var kind: String {
    switch self {
    case .null: "null"
    case .flag(let flag): "\(flag)"
    case .whole(let number): "\(number)"
    case .number(let number): jsonNumber(number)
    case .text(let text): "'\(text)'"
    case .list(let values): values.isEmpty ? "an empty list" : "a list"
    case .members: "an object"
    }
  }
}

/// A value of a plan, and where it stands.
struct SweepNode: Sendable {
  let value: SweepValue
  /// A JSON pointer (RFC 6901).
  let place: String

  /// The root of the plan `json`.
  ///
  /// - Throws: `badPlan` for what is no JSON, or where a key stands twice.
  init(json: String) throws(EngineFailure) {
    do {
      value = try JSONDecoder().decode(SweepValue.self, from: Data(json.utf8))
    } catch {
      throw .badPlan(place: "", reason: "it is no JSON; see Formats/sweep.md for the form")
    }
    place = ""
    if let path = duplicatePath(inJSON: json) {
      let place = path.reduce("") { $0 + "/" + Self.escaped($1) }
      throw .badPlan(place: place, reason: "'\(path.last ?? "")' stands twice; give it once")
    }
  }

  private init(_ value: SweepValue, place: String) {
    self.value = value
    self.place = place
  }

  private static func escaped(_ key: String) -> String {
    key.replacing("~", with: "~0").replacing("/", with: "~1")
  }

  /// The failure of this place.
  func failure(_ reason: String) -> EngineFailure { .badPlan(place: place, reason: reason) }

  private func refusal(expected: String) -> EngineFailure {
    failure("expected \(expected), found \(value.kind)")
  }

  /// The members by key.
  ///
  /// - Parameter known: the keys that there may be; nil for any.
  func members(known: [String]? = nil) throws(EngineFailure) -> [String: SweepNode] {
    guard case .members(let members) = value else { throw refusal(expected: "an object") }
    var nodes: [String: SweepNode] = [:]
    for (key, member) in members {
      nodes[key] = SweepNode(member, place: place + "/" + Self.escaped(key))
    }
    if let known, let other = members.keys.sorted().first(where: { !known.contains($0) }) {
      let hint = nearestName(to: other, among: known).map { ", did you mean '\($0)'?" } ?? ";"
      throw (nodes[other] ?? self).failure(
        "unknown key '\(other)'\(hint) known: \(known.joined(separator: ", "))")
    }
    return nodes
  }

  /// The elements of a list that has some.
  func elements(of what: String) throws(EngineFailure) -> [SweepNode] {
    guard case .list(let values) = value, !values.isEmpty else {
      throw refusal(expected: "a list of \(what), at least one")
    }
    return values.enumerated().map { SweepNode($1, place: "\(place)/\($0)") }
  }

  /// A text that is not empty.
  func text(_ what: String) throws(EngineFailure) -> String {
    guard case .text(let text) = value, !text.isEmpty else { throw refusal(expected: what) }
    return text
  }

  /// A text, or a list of texts that differ.
  func texts(of what: String) throws(EngineFailure) -> [(text: String, node: SweepNode)] {
    if case .text = value { return [(try text(what), self)] }
    var texts: [(text: String, node: SweepNode)] = []
    for element in try elements(of: what) {
      let text = try element.text("a text")
      guard !texts.contains(where: { $0.text == text }) else {
        throw element.failure("'\(text)' stands twice; give it once")
      }
      texts.append((text, element))
    }
    return texts
  }

  /// A whole number in `range`.
  func whole(in range: ClosedRange<UInt64>) throws(EngineFailure) -> UInt64 {
    guard case .whole(let number) = value, range.contains(number) else {
      let end = range.upperBound == .max ? "of at least" : "from"
      let limit = range.upperBound == .max ? "" : " to \(range.upperBound)"
      throw refusal(expected: "a whole number \(end) \(range.lowerBound)\(limit)")
    }
    return number
  }

  /// A text of `names`.
  func choice(of names: [String]) throws(EngineFailure) -> String {
    guard case .text(let text) = value, names.contains(text) else {
      throw refusal(expected: "one of \(names.joined(separator: ", "))")
    }
    return text
  }

  /// The value of the setting `key`.
  func setting(_ key: SettingKey) throws(EngineFailure) -> SettingValue {
    let kind = RecipeTable.setting(key).kind
    guard let text = value.settingText, let found = kind.parse(text) else {
      throw refusal(expected: kind.description)
    }
    return found
  }

  /// The members by setting.
  func settings() throws(EngineFailure) -> [(key: SettingKey, node: SweepNode)] {
    var settings: [(key: SettingKey, node: SweepNode)] = []
    for (name, node) in try members().sorted(by: { $0.key < $1.key }) {
      guard let key = SettingKey(rawValue: name) else {
        let failure = EngineFailure.unknownName(
          kind: "setting", name: name, known: SettingKey.allCases.map(\.rawValue))
        throw node.failure("\(failure)")
      }
      guard key != .compareWeak else {
        throw node.failure("it is off in a sweep, where unimodal is one of the methods")
      }
      settings.append((key, node))
    }
    return settings
  }
}
