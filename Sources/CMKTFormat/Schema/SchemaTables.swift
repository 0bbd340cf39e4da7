/// The schema and the rules as Markdown, for the specification and for `schema`.
package enum SchemaTables {
  /// One row per object, attributes below their group.
  package static func objects(of schema: Schema) -> String {
    var lines = ["| path | type | shape | there | meaning |", "|---|---|---|---|---|"]
    for object in schema.objects {
      switch object.kind {
      case .group:
        lines.append(
          row("`\(object.path)`", "group", "", presence(object.presence), object.summary))
      case .dataset(let type, let shapes):
        lines.append(
          row(
            "`\(object.path)`", type.rawValue, shapes.map(shape).joined(separator: " or "),
            presence(object.presence), object.summary))
      }
      for attribute in object.attributes {
        lines.append(
          row(
            "`\(object.path)@\(attribute.name)`", attribute.type.rawValue,
            shape([attribute.extent]), presence(attribute.presence), meaning(of: attribute)))
      }
    }
    return lines.joined(separator: "\n")
  }

  /// One row per rule.
  package static var rules: String {
    let rows = RuleID.allCases.map { rule in
      "| <a id=\"\(rule.rawValue.lowercased())\"></a>\(rule.rawValue) | \(rule.severity.rawValue) | \(rule.summary) |"
    }
    return (["| rule | severity | what holds |", "|---|---|---|"] + rows).joined(separator: "\n")
  }

  private static func row(_ cells: String...) -> String {
    "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |"
  }

  private static func shape(_ extents: [Extent]) -> String {
    "[" + extents.map(\.description).joined(separator: ", ") + "]"
  }

  private static func presence(_ presence: Presence) -> String {
    switch presence {
    case .required: "always"
    case .optional: "optional"
    case .when(let condition, _): "when \(condition)"
    }
  }

  private static func meaning(of attribute: AttributeRule) -> String {
    let allowed = attribute.allowed.filter { !$0.isEmpty && $0 != "." }
    guard allowed.count > 1 || attribute.allowed.count == 1 && !allowed.isEmpty else {
      return attribute.summary
    }
    return attribute.summary + " One of: " + allowed.map { "`\($0)`" }.joined(separator: ", ") + "."
  }
}
