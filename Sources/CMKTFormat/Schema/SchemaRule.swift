package import HDF5

/// The element type that the schema asks for; strings may have any fixed length.
package enum TypeRule: String, Sendable {
  case uint8, int64, uint64, float32, float64
  /// Fixed-length UTF-8, padded with NUL.
  case string

  /// Whether `type` fulfils the rule.
  package func accepts(_ type: ElementType) -> Bool {
    switch (self, type) {
    case (.uint8, .uint8), (.int64, .int64), (.uint64, .uint64), (.float32, .float32),
      (.float64, .float64), (.string, .string):
      true
    default: false
    }
  }
}

/// One extent of a dataset's shape.
package enum Extent: Sendable, Equatable, CustomStringConvertible {
  /// A number.
  case fixed(Int)
  /// A letter that stands for the same number throughout its scope, plus a constant.
  case symbol(String, plus: Int = 0)

  package var description: String {
    switch self {
    case .fixed(let count): "\(count)"
    case .symbol(let letter, 0): letter
    case .symbol(let letter, let plus): "\(letter)+\(plus)"
    }
  }
}

/// Whether an object or an attribute must be there.
package enum Presence: Sendable, Equatable {
  case required
  case optional
  /// Required just where the sentence holds; the rule named checks it.
  case when(String, rule: RuleID)
}

/// An attribute that the schema knows.
package struct AttributeRule: Sendable {
  package let name: String
  package let type: TypeRule
  /// One extent; scalars have shape `[1]`.
  package let extent: Extent
  package let presence: Presence
  /// The values allowed; empty where any will do.
  package let allowed: [String]
  package let summary: String

  init(
    _ name: String, type: TypeRule = .string, extent: Extent = .fixed(1),
    presence: Presence = .required, allowed: [String] = [], _ summary: String
  ) {
    self.name = name
    self.type = type
    self.extent = extent
    self.presence = presence
    self.allowed = allowed
    self.summary = summary
  }
}

/// What stands at a path: a group, or a dataset of a type and one of some shapes.
package enum ObjectKind: Sendable {
  case group
  case dataset(TypeRule, shapes: [[Extent]])
}

/// An object that the schema knows.
package struct ObjectRule: Sendable {
  /// A path in which `<name>` stands for any one component and a last `**` for one or more.
  package let path: String
  package let kind: ObjectKind
  package let presence: Presence
  package let attributes: [AttributeRule]
  package let summary: String
  /// The components of `path`.
  let components: [String]

  init(
    group path: String, presence: Presence = .required, attributes: [AttributeRule] = [],
    _ summary: String
  ) {
    self.init(path, .group, presence, attributes, summary)
  }

  init(
    dataset path: String, _ type: TypeRule, _ shape: [Extent], or other: [Extent]? = nil,
    presence: Presence = .required, _ summary: String
  ) {
    let shapes = [shape] + (other.map { [$0] } ?? [])
    self.init(path, .dataset(type, shapes: shapes), presence, [], summary)
  }

  private init(
    _ path: String, _ kind: ObjectKind, _ presence: Presence, _ attributes: [AttributeRule],
    _ summary: String
  ) {
    self.path = path
    self.kind = kind
    self.presence = presence
    self.attributes = attributes
    self.summary = summary
    self.components = pathComponents(path)
  }

  /// Whether the rule speaks of the object at `path`.
  func matches(_ path: [String]) -> Bool {
    if components.last == "**" {
      guard path.count >= components.count else { return false }
      return zip(components.dropLast(), path).allSatisfy(ObjectRule.componentMatches)
    }
    return components.count == path.count
      && zip(components, path).allSatisfy(ObjectRule.componentMatches)
  }

  private static func componentMatches(_ pattern: String, _ name: String) -> Bool {
    pattern.hasPrefix("<") || pattern == name
  }
}

/// The schema of one kind of file.
package struct Schema: Sendable {
  package let kind: FileKind
  package let objects: [ObjectRule]

  /// The first rule that speaks of the object at `path`, or nil.
  package func rule(for path: String) -> ObjectRule? {
    let components = pathComponents(path)
    return objects.first { $0.matches(components) }
  }

  /// The schema of `kind`.
  package static func of(_ kind: FileKind) -> Schema {
    switch kind {
    case .features: features
    case .model: model
    }
  }
}

/// The components of an absolute path; none for the root.
func pathComponents(_ path: String) -> [String] {
  path.split(separator: "/").map(String.init)
}
