import Foundation
import Tensors

/// The settings that one model is trained with beside the recipe of its plan.
package typealias SweepPoint = [SettingKey: SettingValue]

/// Which values of settings a sweep tries.
package enum SweepSearch: Sendable, Equatable {
  /// Every combination; the value of the last key changes first.
  case grid([SettingKey: [SettingValue]])
  /// Each as it stands.
  case list([SweepPoint])
  /// So many draws, a pure function of the seed.
  case random(count: Int, seed: UInt64, settings: [SettingKey: SettingRange])

  /// More would be a mistake.
  static let mostPoints = 10_000

  /// The settings that differ between points, by name.
  package var keys: [SettingKey] {
    let keys: Set<SettingKey> =
      switch self {
      case .grid(let values): Set(values.keys)
      case .list(let points): Set(points.flatMap(\.keys))
      case .random(_, _, let settings): Set(settings.keys)
      }
    return keys.sorted { $0.rawValue < $1.rawValue }
  }

  /// What is tried, each once, in the order of the plan.
  package var points: [SweepPoint] {
    switch self {
    case .grid(let values):
      var points: [SweepPoint] = [[:]]
      for key in keys {
        points = points.flatMap { point in
          (values[key] ?? []).map { point.merging([key: $0]) { $1 } }
        }
      }
      return points
    case .list(let points):
      return points
    case .random(let count, let seed, let settings):
      var points: [SweepPoint] = []
      var seen: Set<String> = []
      for index in 0..<count {
        var point: SweepPoint = [:]
        for (key, range) in settings {
          // By name and number, so that more draws or settings leave the others as they are.
          var stream = RandomStream(seed: seed, purpose: "sweep/\(key.rawValue)", step: index)
          point[key] = range.value(at: stream.uniform(), of: RecipeTable.setting(key).kind)
        }
        if seen.insert(point.text).inserted { points.append(point) }
      }
      return points
    }
  }

  /// Where in a plan the values of `key` stand.
  func place(of key: SettingKey) -> String {
    switch self {
    case .grid: "/search/grid"
    case .list(let points): "/search/list/\(points.firstIndex { $0[key] != nil } ?? 0)"
    case .random: "/search/random/settings"
    }
  }

  /// Where in a plan the point of number `index` comes from.
  func place(of index: Int) -> String {
    switch self {
    case .grid: "/search/grid"
    case .list: "/search/list/\(index)"
    case .random: "/search/random"
    }
  }
}

extension SweepPoint {
  /// As `key=value` with blanks between; empty for the recipe as it is.
  package var text: String {
    sorted { $0.key.rawValue < $1.key.rawValue }
      .map { "\($0.key.rawValue)=\($0.value.text)" }.joined(separator: " ")
  }
}

/// What a setting is drawn from.
package enum SettingRange: Sendable, Equatable {
  /// Uniform.
  case uniform(ClosedRange<Double>)
  /// Uniform in the logarithm.
  case log(ClosedRange<Double>)
  /// Each whole number alike.
  case integer(ClosedRange<Int>)
  /// Each value alike.
  case choice([SettingValue])

  /// The value at `share` of the way, from 0 up to 1.
  ///
  /// Numbers have four significant digits, so that logarithms which differ in their last bit from
  /// machine to machine lead to the same value.
  func value(at share: Double, of kind: SettingKind) -> SettingValue {
    switch self {
    case .uniform(let range):
      let width = range.upperBound - range.lowerBound
      return Self.number(range.lowerBound + share * width, in: range, of: kind)
    case .log(let range):
      let (first, last) = (Foundation.log(range.lowerBound), Foundation.log(range.upperBound))
      return Self.number(exp(first + share * (last - first)), in: range, of: kind)
    case .integer(let range):
      let number = range.lowerBound + Int(share * Double(range.count))
      return .integer(min(number, range.upperBound))
    case .choice(let values):
      return values[min(Int(share * Double(values.count)), values.count - 1)]
    }
  }

  private static func number(
    _ exact: Double, in range: ClosedRange<Double>, of kind: SettingKind
  ) -> SettingValue {
    let rounded = Double(String(format: "%.3e", exact)) ?? exact
    let number = min(max(rounded, range.lowerBound), range.upperBound)
    guard case .integer = kind else { return .number(number) }
    // Both ends are whole numbers.
    return .integer(Int(number.rounded()))
  }
}

extension SweepSearch {
  /// The search that stands at `node`.
  ///
  /// - Throws: `badPlan`.
  init(_ node: SweepNode) throws(EngineFailure) {
    let members = try node.members(known: ["grid", "list", "random"])
    guard members.count == 1, let (kind, content) = members.first else {
      throw node.failure("expected one of grid, list and random, found \(members.count)")
    }
    switch kind {
    case "grid": self = try .grid(Self.grid(content))
    case "list": self = try .list(Self.list(content))
    default: self = try Self.random(content)
    }
  }

  private static func grid(_ node: SweepNode) throws(EngineFailure) -> [SettingKey: [SettingValue]]
  {
    var grid: [SettingKey: [SettingValue]] = [:]
    var count = 1
    for (key, values) in try node.settings() {
      grid[key] = try Self.values(of: key, values)
      count *= grid[key]?.count ?? 1
      guard count <= mostPoints else {
        throw node.failure("it has more than \(mostPoints) combinations; take fewer, or random")
      }
    }
    guard !grid.isEmpty else { throw node.failure("expected settings, found an empty object") }
    return grid
  }

  /// The values that a list names, each once.
  private static func values(
    of key: SettingKey, _ node: SweepNode
  ) throws(EngineFailure) -> [SettingValue] {
    var values: [SettingValue] = []
    for element in try node.elements(of: "values") {
      let value = try element.setting(key)
      guard !values.contains(value) else {
        throw element.failure("\(value.text) stands twice; give it once")
      }
      values.append(value)
    }
    return values
  }

  private static func list(_ node: SweepNode) throws(EngineFailure) -> [SweepPoint] {
    var points: [SweepPoint] = []
    var seen: [String: Int] = [:]
    let elements = try node.elements(of: "objects of settings")
    guard elements.count <= mostPoints else {
      throw node.failure("it has more than \(mostPoints) elements")
    }
    for (index, element) in elements.enumerated() {
      var point: SweepPoint = [:]
      for (key, value) in try element.settings() { point[key] = try value.setting(key) }
      if let first = seen.updateValue(index, forKey: point.text) {
        throw element.failure("it is the same as element \(first); give it once")
      }
      points.append(point)
    }
    return points
  }

  private static func random(_ node: SweepNode) throws(EngineFailure) -> SweepSearch {
    let members = try node.members(known: ["count", "seed", "settings"])
    guard let count = members["count"], let seed = members["seed"],
      let settings = members["settings"]
    else { throw node.failure("expected count, seed and settings") }
    var ranges: [SettingKey: SettingRange] = [:]
    for (key, range) in try settings.settings() {
      ranges[key] = try SettingRange(range, of: RecipeTable.setting(key).kind, key: key)
    }
    guard !ranges.isEmpty else {
      throw settings.failure("expected settings, found an empty object")
    }
    return .random(
      count: Int(try count.whole(in: 1...UInt64(mostPoints))), seed: try seed.whole(in: 0...(.max)),
      settings: ranges)
  }

  /// The values of `key` in one choice, for messages about it.
  fileprivate static func choices(
    of key: SettingKey, _ node: SweepNode
  ) throws(EngineFailure) -> [SettingValue] {
    try values(of: key, node)
  }
}

extension SettingRange {
  /// The range that stands at `node`, for a setting of `kind`.
  ///
  /// - Throws: `badPlan`.
  fileprivate init(
    _ node: SweepNode, of kind: SettingKind, key: SettingKey
  ) throws(EngineFailure) {
    let members = try node.members(known: ["uniform", "log", "integer", "choice"])
    guard members.count == 1, let (form, content) = members.first else {
      throw node.failure("expected one of uniform, log, integer and choice")
    }
    if form == "choice" {
      self = .choice(try SweepSearch.choices(of: key, content))
      return
    }
    let isWhole = if case .integer = kind { true } else { false }
    let isNumber = if case .number = kind { true } else { isWhole }
    guard isNumber, form != "integer" || isWhole else {
      throw content.failure(
        "the setting expects \(kind.description), which has no \(form) range; use choice")
    }
    var ends: [Double] = []
    for element in try content.elements(of: "the least and the greatest value") {
      switch try element.setting(key) {
      case .integer(let value): ends.append(Double(value))
      case .number(let value): ends.append(value)
      default: throw element.failure("expected a number")
      }
    }
    guard ends.count == 2, ends[0] < ends[1] else {
      throw content.failure("expected the least and the greatest value")
    }
    guard form != "log" || ends[0] > 0 else {
      throw content.failure("the least value of log must be above 0")
    }
    switch form {
    case "log": self = .log(ends[0]...ends[1])
    case "uniform": self = .uniform(ends[0]...ends[1])
    default: self = .integer(Int(ends[0])...Int(ends[1]))
    }
  }
}
