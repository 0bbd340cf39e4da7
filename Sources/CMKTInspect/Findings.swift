package import CMKTFormat

/// Which findings are shown, and which decide.
package struct FindingFilter: Sendable, Equatable {
  /// Beginnings of rule ids, such as `CMKT-F`; none selects all.
  package let selected: [String]
  package let ignored: [String]
  /// Findings of this severity and above decide.
  package let threshold: Severity

  /// - Throws: `unknownName` where a name begins no rule.
  package init(
    selected: [String] = [], ignored: [String] = [], threshold: Severity = .error
  ) throws(InspectFailure) {
    self.selected = try Self.prefixes(selected)
    self.ignored = try Self.prefixes(ignored)
    self.threshold = threshold
  }

  private init() {
    (selected, ignored, threshold) = ([], [], .error)
  }

  /// All findings; errors decide.
  package static let standard = FindingFilter()

  /// The family may be left out: `F022` is `CMKT-F022`.
  private static func prefixes(_ names: [String]) throws(InspectFailure) -> [String] {
    let rules = RuleID.allCases.map(\.rawValue)
    var prefixes: [String] = []
    for name in names {
      let upper = name.uppercased()
      let prefix = upper.hasPrefix("CMKT") ? upper : "CMKT-" + upper
      guard !name.isEmpty, rules.contains(where: { $0.hasPrefix(prefix) }) else {
        throw .unknownName(
          kind: "rule", name: upper.hasPrefix("CMKT") ? name : prefix, known: rules)
      }
      prefixes.append(prefix)
    }
    return prefixes
  }

  /// Whether findings of `rule` are shown: the longest beginning decides, and of equals ignoring.
  func shows(_ rule: RuleID) -> Bool {
    func longest(_ prefixes: [String]) -> Int? {
      prefixes.filter { rule.rawValue.hasPrefix($0) }.map(\.count).max()
    }
    let selection = selected.isEmpty ? 0 : longest(selected)
    guard let selection else { return false }
    return selection > longest(ignored) ?? -1
  }
}

/// Findings of the validator as reports.
package enum Findings {
  /// A report of findings, and what it comes to.
  package struct Result: Sendable {
    package let report: Report
    package let hasErrors: Bool
    /// Whether a finding is at the threshold or above.
    package let decides: Bool
  }

  /// The findings of the file at `path`, or of its digests alone.
  ///
  /// - Parameters:
  ///   - features: the features that trained the model at `path`; nil where unknown.
  ///   - memory: the most bytes of rows to hold; nil for as many as there are.
  package static func report(
    of path: String, digestsOnly: Bool, filter: FindingFilter = .standard,
    trainedOn features: String? = nil, threads: Int = processorCount, memory: RowMemory? = nil
  ) throws(InspectFailure) -> Result {
    if let features { try check(features, trained: path) }
    let validation = try formatting { () throws(FormatFailure) in
      digestsOnly
        ? try Validator.verify(path)
        : try Validator.validate(
          path, trainedOn: features, threads: threads, memory: memory)
    }
    let findings = validation.findings.filter { filter.shows($0.rule) }
    let hasErrors = findings.contains { $0.severity == .error }
    return Result(
      report: Report([
        ReportSection("findings", "findings", .table(table(of: findings))),
        resultSection(validation, findings, digestsOnly: digestsOnly),
      ]), hasErrors: hasErrors, decides: findings.contains { $0.severity >= filter.threshold })
  }

  /// Throws where the file at `features` is not what trained the model at `path`.
  private static func check(
    _ features: String, trained path: String
  ) throws(InspectFailure) {
    let model = try InspectedFile(path)
    guard model.kind == .model else {
      throw .format(.wrongKind(file: path, expected: .model, found: model.kind.rawValue))
    }
    let found = try InspectedFile(features).text("content", of: "/digests")
    let expected = model.text("data_fingerprint", of: "/training")
    guard found == expected else {
      throw .otherFeatures(file: features, model: path, expected: expected, found: found)
    }
  }

  private static func resultSection(
    _ validation: ValidationReport, _ findings: [Finding], digestsOnly: Bool
  ) -> ReportSection {
    func count(_ severity: Severity) -> Int { findings.count { $0.severity == severity } }
    var facts = [
      ReportFact("kind", "kind", .text(validation.kind.rawValue)),
      ReportFact("errors", "errors", .count(count(.error))),
      ReportFact("warnings", "warnings", .count(count(.warning))),
      ReportFact("notes", "notes", .count(count(.note))),
    ]
    let hidden = validation.findings.count - findings.count
    if hidden > 0 { facts.append(ReportFact("ignored", "left out", .count(hidden))) }
    if let digests = validation.digests {
      facts.append(ReportFact("content_digest", "content digest", .text(digests.content)))
      facts.append(ReportFact("file_digest", "file digest", .text(digests.file)))
    }
    func hasErrors(_ findings: [Finding]) -> Bool { findings.contains { $0.severity == .error } }
    let verdict =
      if hasErrors(findings) {
        digestsOnly ? "The file is not what was written." : "The file is not valid."
      } else if hasErrors(validation.findings) {
        "The file breaks none of the rules that are looked at; it is not valid by those left out."
      } else {
        digestsOnly ? "Every digest is right." : "The file is valid."
      }
    return ReportSection(
      "result", digestsOnly ? "verification" : "validation", .facts(facts), notes: [verdict])
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
      }, stackedFrom: 3)
  }

  /// Every rule that `filter` shows.
  package static func rules(_ filter: FindingFilter) -> Report {
    let rules = RuleID.allCases.filter(filter.shows)
    let columns = [
      ReportColumn("rule"), ReportColumn("severity"), ReportColumn("summary", "what holds"),
      ReportColumn("remedy", "else"),
    ]
    return Report([
      ReportSection(
        "rules", "rules",
        .table(
          ReportTable(
            columns,
            rows: rules.map { rule in
              [
                .text(rule.rawValue), .text(rule.severity.rawValue),
                .text(rule.summary.replacing("`", with: "")), .text(rule.remedy),
              ]
            }, stackedFrom: 2)))
    ])
  }
}
