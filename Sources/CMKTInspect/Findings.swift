import CMKTFormat

/// Findings of the validator as reports.
package enum Findings {
  /// All findings of the file at `path`, or of its digests alone, and whether there is an error.
  package static func report(
    of path: String, digestsOnly: Bool
  ) throws(InspectFailure) -> (report: Report, hasErrors: Bool) {
    let validation = try formatting { () throws(FormatFailure) in
      digestsOnly ? try Validator.verify(path) : try Validator.validate(path)
    }
    let findings = validation.findings
    let errors = findings.count { $0.severity == .error }
    let warnings = findings.count { $0.severity == .warning }
    var facts = [
      ReportFact("kind", "kind", .text(validation.kind.rawValue)),
      ReportFact("errors", "errors", .count(errors)),
      ReportFact("warnings", "warnings", .count(warnings)),
      ReportFact("notes", "notes", .count(findings.count - errors - warnings)),
    ]
    if let digests = validation.digests {
      facts.append(ReportFact("content_digest", "content digest", .text(digests.content)))
      facts.append(ReportFact("file_digest", "file digest", .text(digests.file)))
    }
    let verdict =
      errors > 0
      ? (digestsOnly ? "The file is not what was written." : "The file is not valid.")
      : (digestsOnly ? "Every digest is right." : "The file is valid.")
    let title = digestsOnly ? "verification" : "validation"
    return (
      Report([
        ReportSection("findings", "findings", .table(table(of: findings))),
        ReportSection("result", title, .facts(facts), notes: [verdict]),
      ]), errors > 0
    )
  }

  /// The worst first.
  private static func table(of findings: [Finding]) -> ReportTable {
    let columns = [
      ReportColumn("severity"), ReportColumn("rule"), ReportColumn("path"),
      ReportColumn("message", "what"), ReportColumn("remedy"),
    ]
    let order: [Severity] = [.error, .warning, .note]
    let sorted = order.flatMap { severity in findings.filter { $0.severity == severity } }
    return ReportTable(
      columns,
      rows: sorted.map { finding in
        [
          .text(finding.severity.rawValue), .text(finding.rule.rawValue), .text(finding.path),
          .text(finding.message), .text(finding.remedy),
        ]
      })
  }
}
