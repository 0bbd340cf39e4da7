import CMKTFormat

/// The schema that writer, reader and validator follow, as a report.
package enum SchemaReport {
  /// The schema of `kind` (`features` or `model`), or both.
  package static func report(of kind: String?) -> Report {
    Report(
      FileKind.allCases.filter { kind == nil || kind == $0.rawValue }.flatMap { kind in
        let objects = Schema.of(kind).objects
        return [
          ReportSection(
            "\(kind.rawValue)_objects", "objects of a \(kind.rawValue) file",
            .table(objectTable(objects))),
          ReportSection(
            "\(kind.rawValue)_attributes", "attributes of a \(kind.rawValue) file",
            .table(attributeTable(objects))),
        ]
      })
  }

  private static func objectTable(_ objects: [ObjectRule]) -> ReportTable {
    ReportTable(
      [
        ReportColumn("path"), ReportColumn("kind"), ReportColumn("shape"),
        ReportColumn("presence"), ReportColumn("summary"),
      ],
      rows: objects.map { rule in
        let (kind, shape) = words(for: rule.kind)
        return [
          .text(rule.path), .text(kind), .text(shape), .text(words(for: rule.presence)),
          .text(rule.summary),
        ]
      })
  }

  private static func attributeTable(_ objects: [ObjectRule]) -> ReportTable {
    ReportTable(
      [
        ReportColumn("path"), ReportColumn("name", "attribute"), ReportColumn("type"),
        ReportColumn("extent"), ReportColumn("presence"), ReportColumn("allowed"),
        ReportColumn("summary"),
      ],
      rows: objects.flatMap { rule in
        rule.attributes.map { attribute -> [ReportCell] in
          [
            .text(rule.path), .text("@\(attribute.name)"), .text(attribute.type.rawValue),
            .text(attribute.extent.description), .text(words(for: attribute.presence)),
            ReportCell(
              .list(attribute.allowed.map(ReportValue.text)),
              attribute.allowed.map { "\"\($0)\"" }.joined(separator: ", ")),
            .text(attribute.summary),
          ]
        }
      })
  }

  private static func words(for kind: ObjectKind) -> (kind: String, shape: String) {
    switch kind {
    case .group: ("group", "")
    case .dataset(let type, let shapes):
      (
        type.rawValue,
        shapes.map { "[" + $0.map(\.description).joined(separator: ", ") + "]" }
          .joined(separator: " or ")
      )
    }
  }

  private static func words(for presence: Presence) -> String {
    switch presence {
    case .required: "required"
    case .optional: "optional"
    case .when(let condition, _): "when \(condition)"
    }
  }
}
