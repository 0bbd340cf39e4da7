import CMKTFormat
import HDF5

/// A file at a glance.
package enum Summary {
  /// What people see at once: the widest lines, in characters, and the most rows of a table.
  static let shownWidth = 100
  static let shownRowCount = 8

  /// What the file at `path` holds, on about one screen.
  ///
  /// Values of modalities are not read; the digests of all that is read are recomputed.
  package static func report(of path: String) throws(InspectFailure) -> Report {
    let file = try InspectedFile(path)
    defer { file.reader.close() }
    switch file.kind {
    case .features: return try FeaturesSummary(file).report
    case .model: return try ModelSummary(file).report
    }
  }

  /// What both kinds of file begin with.
  ///
  /// - Parameter verified: whether all was read and verified, and what was, in words.
  static func fileSection(
    _ file: InspectedFile, _ more: [ReportFact], verified: (isWhole: Bool, text: String)
  ) -> ReportSection {
    let digests = (file.text("content", of: "/digests"), file.text("file", of: "/digests"))
    return ReportSection(
      "file", "\(file.kind.rawValue) file, format \(file.text("format_version"))",
      .facts(
        [ReportFact("kind", "kind", .text(file.kind.rawValue))] + more + [
          ReportFact("licence", "licence", .text(file.text("licence"), limit: 80)),
          ReportFact("redistribution", "redistribution", .text(file.text("redistribution"))),
          ReportFact("format_version", "format", .text(file.text("format_version"))),
          ReportFact(
            "stored_bytes", "stored",
            ReportCell(
              .integer(file.storedByteCount), Wording.byteCount(file.storedByteCount))),
          ReportFact(
            "content_digest", "content digest",
            ReportCell(.text(digests.0), Wording.shortDigest(digests.0))),
          ReportFact(
            "file_digest", "file digest",
            ReportCell(.text(digests.1), Wording.shortDigest(digests.1))),
          ReportFact(
            "payload_verified", "verified", ReportCell(.flag(verified.isWhole), verified.text)),
        ]))
  }

  /// Sources and steps, and what was lost on the way.
  static func provenanceSections(_ provenance: Provenance) -> [ReportSection] {
    let sources = ReportTable(
      [
        ReportColumn("name", "source"), ReportColumn("format"),
        ReportColumn("bytes", "size", isNumeric: true), ReportColumn("sha256"),
      ],
      rows: provenance.sources.map { source in
        [
          .text(source.name, limit: 48), .text(source.format),
          ReportCell(.integer(source.byteCount), Wording.byteCount(source.byteCount)),
          ReportCell(.text(source.sha256), Wording.shortDigest(source.sha256)),
        ]
      }, shownRowCount: 4, shownWidth: shownWidth)
    let steps = ReportTable(
      [ReportColumn("tool"), ReportColumn("version"), ReportColumn("command")],
      rows: provenance.steps.map { [.text($0.tool), .text($0.version), .text($0.command)] },
      shownRowCount: 4, shownWidth: shownWidth)
    return [
      ReportSection("sources", "sources", .table(sources)),
      ReportSection("lineage", "lineage", .table(steps)),
    ] + ledgerSection(provenance.ledger)
  }

  private static func ledgerSection(_ ledger: [LedgerRow]) -> [ReportSection] {
    let losses = ledger.filter { $0.action != "kept" }
    guard !losses.isEmpty else { return [] }
    let table = ReportTable(
      [
        ReportColumn("stage"), ReportColumn("action"),
        ReportColumn("count", isNumeric: true), ReportColumn("unit"), ReportColumn("modality"),
        ReportColumn("reason"), ReportColumn("examples"),
      ],
      rows: losses.map { row in
        [
          .text(row.stage), .text(row.action), .count(row.count), .text(row.unit),
          .text(row.modality), .text(row.reason), .text(row.examples, limit: 40),
        ]
      }, shownRowCount: 5, shownWidth: shownWidth)
    return [ReportSection("ledger", "dropped and changed on the way in", .table(table))]
  }
}
