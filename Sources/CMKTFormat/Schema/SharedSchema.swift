extension Schema {
  /// The root of a file of `kind`, with the attributes that only this kind has.
  static func root(_ kind: FileKind, extra: [AttributeRule]) -> ObjectRule {
    ObjectRule(
      group: "/",
      attributes: [
        AttributeRule("format", allowed: ["cmkt"], "Marks the format."),
        AttributeRule("format_version", "`major.minor`; here `\(FormatVersion.text)`."),
        AttributeRule("kind", allowed: [kind.rawValue], "The kind of file."),
        AttributeRule("licence", "Licence of the data, as given; empty where unknown."),
        AttributeRule(
          "redistribution", allowed: Redistribution.allCases.map(\.rawValue),
          "Whether the content may be handed on."),
        AttributeRule(
          "must_understand", extent: .symbol("k"), presence: .optional,
          "Names of extensions without which the file would be misread."),
      ] + extra, "The root.")
  }

  static let provenanceRules: [ObjectRule] =
    [
      ObjectRule(
        group: "/provenance", "Where the content comes from. No clock time, host, user or path."),
      ObjectRule(group: "/provenance/sources", "The files that were read: `q` rows."),
      ObjectRule(group: "/provenance/steps", "What was done, oldest first: `s` rows."),
      ObjectRule(group: "/provenance/ledger", "What was kept, dropped and changed: `l` rows."),
      ObjectRule(
        group: "/provenance/ids", presence: .optional,
        "How the sources spell ids, where in another way: `o` rows."),
    ]
    + columns(
      "sources", "q",
      [
        ("name", .string, "Base name."), ("sha256", .string, "64 hexadecimal digits."),
        ("byte_count", .int64, "Size of the file."), ("format", .string, "What it was read as."),
      ])
    + columns(
      "steps", "s",
      [
        ("tool", .string, "Name of the tool."), ("version", .string, "Version of the tool."),
        (
          "command", .string,
          "Options that change the result, defaults filled in, base names for paths."
        ),
      ])
    + columns(
      "ids", "o",
      [
        ("id", .string, "As in `/sequences/id`."),
        ("original", .string, "The spelling in the source."),
      ])
    + columns(
      "ledger", "l",
      [
        ("stage", .string, "`read`, `align`, `join`, `segment` or `clean`."),
        ("modality", .string, "Empty where whole sequences are concerned."),
        ("unit", .string, "What is counted."),
        ("action", .string, "`in`, `kept`, `dropped`, `merged`, `imputed`, `masked` or `noted`."),
        ("reason", .string, "Why."), ("count", .int64, "How many."),
        ("examples", .string, "The first few, separated by blanks."),
      ])

  private static func columns(
    _ table: String, _ rows: String, _ columns: [(name: String, type: TypeRule, summary: String)]
  ) -> [ObjectRule] {
    columns.map { column in
      ObjectRule(
        dataset: "/provenance/\(table)/\(column.name)", column.type, [.symbol(rows)],
        column.summary)
    }
  }

  static let digestRules: [ObjectRule] = [
    ObjectRule(
      group: "/digests",
      attributes: [
        AttributeRule(
          "content", "Digest of everything but `/provenance` and `/digests`, 64 hexadecimal digits."
        ),
        AttributeRule("file", "Digest of everything but `/digests`, 64 hexadecimal digits."),
      ], "SHA-256 of every object; section *Digests*."),
    ObjectRule(
      dataset: "/digests/path", .string, [.symbol("M")],
      "Every group and dataset but those in `/digests`, in byte order."),
    ObjectRule(dataset: "/digests/sha256", .uint8, [.symbol("M"), .fixed(32)], "Their digests."),
    ObjectRule(
      group: "/extensions", presence: .optional,
      "Free room for others: one group per extension, by name."),
  ]
}
