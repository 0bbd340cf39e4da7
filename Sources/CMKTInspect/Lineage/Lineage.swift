import CMKTFormat

/// Where files come from, joined by the digests that they state.
package enum Lineage {
  /// The chain of each of the files at `paths` from its sources on, and where it is broken.
  ///
  /// A file that several of `paths` lead to is one file.
  ///
  /// - Throws: where a file cannot be read, or is not what it says.
  package static func report(
    of paths: [String]
  ) throws(InspectFailure) -> (report: Report, fits: Bool) {
    var files: [LineageFile] = []
    var seen: Set<String> = []
    for path in paths where seen.insert(LineageFile.resolvedPath(path)).inserted {
      files.append(try LineageFile.read(path))
    }
    let silent = files.filter(\.statesNothing).map(\.name)
    let findings = LineageChecks(files).findings
    let rows = LineageTree(files).rows
    let facts = [
      ReportFact("fits", "the files fit together", .flag(findings.isEmpty)),
      ReportFact("files", "files", .count(files.count)),
      ReportFact("findings_count", "findings", .count(findings.count)),
      ReportFact("without_digest", "files that state no digest", .count(silent.count)),
    ]
    let report = Report([
      ReportSection("lineage", "lineage", .table(LineageTree.table(rows))),
      ReportSection("steps", "steps", .table(steps(of: files))),
      ReportSection("findings", "findings", .table(LineageChecks.table(findings))),
      ReportSection(
        "result", "result", .facts(facts),
        notes: ["Digests are those that the files state; 'cmkt-inspect verify' reads all values."]
          + silent.map { "\($0) states no digest: nothing tells whether it belongs here." }),
    ])
    return (report, findings.isEmpty)
  }

  /// What was done, oldest first: models repeat the steps of their features.
  private static func steps(of files: [LineageFile]) -> ReportTable {
    var steps: [ProvenanceStep] = []
    for step in files.flatMap(\.steps) where !steps.contains(step) { steps.append(step) }
    return ReportTable(
      [ReportColumn("tool"), ReportColumn("version"), ReportColumn("command")],
      rows: steps.map { [.text($0.tool), .text($0.version), .text($0.command)] },
      shownWidth: shownWidth)
  }

  /// The widest that lines are for people, in characters.
  static let shownWidth = 110
}

/// The chains of some files as a tree: each file above what it was made from.
struct LineageTree {
  /// One line of the tree.
  struct Row {
    /// Lines that lead to the name.
    var prefix: String
    var relation: String
    var name: String
    var kind: LineageFile.Kind
    var digest: String
    var detail: String
    var command: String
    var isGiven: Bool
    var depth: Int
    /// Whether what it was made from stands above already.
    var isRepeated: Bool
  }

  private let files: [LineageFile]
  private(set) var rows: [Row] = []
  private var shown: Set<String> = []

  init(_ files: [LineageFile]) {
    self.files = files
    let used = Set(files.flatMap { file in Self.digests(of: file.origins) })
    // What others were made from stands below these.
    let tops = files.filter { $0.digest.isEmpty || !used.contains($0.digest) || $0.isExport }
    for file in tops.isEmpty ? files : tops { add(file, relation: "", prefix: "", "", depth: 0) }
  }

  private static func digests(of origins: [LineageOrigin]) -> [String] {
    origins.flatMap { [$0.digest] + digests(of: $0.origins) }
  }

  private mutating func add(
    _ file: LineageFile, relation: String, prefix: String, _ below: String, depth: Int
  ) {
    let isRepeated = !shown.insert(file.path).inserted
    rows.append(
      Row(
        prefix: prefix, relation: relation, name: file.name, kind: file.kind,
        digest: file.digest, detail: file.detail, command: file.steps.last?.command ?? "",
        isGiven: true,
        depth: depth, isRepeated: isRepeated && !file.origins.isEmpty))
    // A file that was made from itself cannot be, and would never end.
    guard !isRepeated, depth < 16 else { return }
    add(file.origins, below, depth: depth + 1)
  }

  private mutating func add(_ origins: [LineageOrigin], _ below: String, depth: Int) {
    for (index, origin) in origins.enumerated() {
      let isLast = index + 1 == origins.count
      let prefix = below + (isLast ? "└─ " : "├─ ")
      let next = below + (isLast ? "   " : "│  ")
      if let file = files.first(where: { $0.digest == origin.digest && !$0.isExport }) {
        add(file, relation: origin.relation, prefix: prefix, next, depth: depth)
        continue
      }
      let key = origin.digest
      let isRepeated = !shown.insert(key).inserted
      rows.append(
        Row(
          prefix: prefix, relation: origin.relation, name: origin.name, kind: origin.kind,
          digest: origin.digest, detail: origin.detail, command: "", isGiven: false, depth: depth,
          isRepeated: isRepeated && !origin.origins.isEmpty))
      if !isRepeated, depth < 16 { add(origin.origins, next, depth: depth + 1) }
    }
  }

  static func table(_ rows: [Row]) -> ReportTable {
    ReportTable(
      [
        ReportColumn("name", "file"), ReportColumn("depth", isNumeric: true, isDetail: true),
        ReportColumn("relation", isDetail: true), ReportColumn("kind"),
        ReportColumn("detail", "what"),
        ReportColumn("digest"), ReportColumn("given", ""), ReportColumn("command", isDetail: true),
      ],
      rows: rows.map { row in
        let relation = row.relation.isEmpty ? "" : row.relation + " "
        let name = row.name.isEmpty ? "(no name recorded)" : row.name
        let words = [row.isGiven ? "" : "not given", row.isRepeated ? "as above" : ""]
        return [
          ReportCell(.text(row.name), row.prefix + relation + name), .count(row.depth),
          .text(row.relation), .text(row.kind.rawValue), .text(row.detail),
          ReportCell(
            .text(row.digest), row.digest.isEmpty ? "–" : Wording.shortDigest(row.digest)),
          ReportCell(.flag(row.isGiven), words.filter { !$0.isEmpty }.joined(separator: ", ")),
          .text(row.command),
        ]
      }, shownWidth: Lineage.shownWidth)
  }
}

extension LineageFile {
  /// Whether nothing is made from it.
  var isExport: Bool { kind == .export }
}
