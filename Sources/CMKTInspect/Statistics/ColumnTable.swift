import CMKTFormat
import Codecs

/// The columns of a modality or a target as a section of a report.
struct ColumnTable {
  let key: String
  let title: String
  let names: [String]
  let columns: ColumnValues
  let places: RowPlaces

  /// - Parameter memory: bounds how many columns are described at a time.
  /// - Throws: `ScratchFailure`, where columns are not in memory.
  func section(
    order: StatisticsOrder, threads: Int, memory: RowMemory?
  ) throws(ScratchFailure) -> ReportSection {
    let descriptions = try parallelMap(
      columns.columnCount, threads: threadCount(threads, memory)
    ) { (column) throws(ScratchFailure) in
      ColumnDescription(
        of: try columns.values(of: column), where: try columns.flags(of: column), places)
    }
    let duplicates = try DuplicateColumns.find(in: columns)
    let compared = [Split.valid, .test].filter { split in
      descriptions.contains { $0.drift[split] != nil }
    }
    let rows = order.sorted(descriptions, names).map { column in
      row(column, descriptions[column], duplicates[column], compared)
    }
    return ReportSection(
      key, title, .table(ReportTable(header(compared), rows: rows)), notes: notes(compared))
  }

  /// A column that is described has about so many bytes in memory for each row: values, flags, values
  /// sorted, and the buffers of sorting.
  private static let bytesPerRow = 24

  private func threadCount(_ threads: Int, _ memory: RowMemory?) -> Int {
    guard let memory else { return threads }
    return max(1, min(threads, memory.byteCount / max(1, columns.rowCount * Self.bytesPerRow)))
  }

  private func header(_ compared: [Split]) -> [ReportColumn] {
    let quantiles = ColumnDescription.shares.map { share in
      let isShown = share == 0.05 || share == 0.5 || share == 0.95
      let percent = Wording.number(share * 100)
      return ReportColumn("q\(percent)", "\(percent) %", isNumeric: true, isDetail: !isShown)
    }
    return [
      ReportColumn("column", isNumeric: true), ReportColumn("name", "name"),
      ReportColumn("rows", isNumeric: true, isDetail: true),
      ReportColumn("count", isNumeric: true, isDetail: true),
      ReportColumn("mean", isNumeric: true),
      ReportColumn("standard_deviation", "sd", isNumeric: true),
      ReportColumn("minimum", "min", isNumeric: true),
    ] + quantiles + [
      ReportColumn("maximum", "max", isNumeric: true),
      ReportColumn("not_finite", isNumeric: true, isDetail: true),
      ReportColumn("invalid_share", "invalid", isNumeric: true),
    ]
      + compared.flatMap { split in
        [
          ReportColumn("smd_\(split.rawValue)", "smd \(split.rawValue)", isNumeric: true),
          ReportColumn("ks_\(split.rawValue)", "ks \(split.rawValue)", isNumeric: true),
          ReportColumn("ks_groups_\(split.rawValue)", isNumeric: true, isDetail: true),
        ]
      } + [
        ReportColumn("constant", isDetail: true), ReportColumn("duplicate_of", isDetail: true),
        ReportColumn("remarks"),
      ]
  }

  private func row(
    _ column: Int, _ description: ColumnDescription, _ duplicate: Int?, _ compared: [Split]
  ) -> [ReportCell] {
    let profile = description.profile
    let hasValues = profile.count > profile.notFiniteCount
    func number(_ value: Double) -> ReportCell { .number(hasValues ? value : nil) }
    let name = names.indices.contains(column) ? names[column] : ""
    let twin = duplicate.map { names.indices.contains($0) ? names[$0] : "\($0)" }
    var remarks: [String] = []
    if !hasValues { remarks.append("no values") }
    if profile.isConstant { remarks.append("constant") }
    if let twin { remarks.append("equals \(twin)") }
    if profile.notFiniteCount > 0 { remarks.append("\(profile.notFiniteCount) not finite") }
    let invalid = 1 - Double(profile.count) / Double(max(1, description.rowCount))
    return [
      .count(column), .text(name), .count(description.rowCount), .count(profile.count),
      number(profile.mean), number(profile.standardDeviation), number(profile.minimum),
    ] + description.quantiles.map { .number($0) } + [
      number(profile.maximum), .count(profile.notFiniteCount),
      .share(description.rowCount == 0 ? 0 : invalid),
    ]
      + compared.flatMap { split in
        let drift = description.drift[split]
        return [
          ReportCell.fixed(drift?.standardisedDifference, 2), .fixed(drift?.distance, 2),
          .fixed(drift?.groupDistance, 2),
        ]
      } + [
        .flag(profile.isConstant), twin.map { .text($0) } ?? ReportCell(.missing, "–"),
        ReportCell(.text(remarks.joined(separator: ", ")), remarks.joined(separator: ", ")),
      ]
  }

  /// What the drift is worth: rows of a group are not independent, so groups are what counts.
  private func notes(_ compared: [Split]) -> [String] {
    guard let trainCount = places.groupCounts[.train], !compared.isEmpty else { return [] }
    return compared.compactMap { split in
      guard let count = places.groupCounts[split] else { return nil }
      // Smirnov's asymptotic critical value at 5 %.
      let limit = 1.358 * (1 / Double(trainCount) + 1 / Double(count)).squareRoot()
      return "\(split.rawValue) against train: n is \(count) and \(trainCount) groups, not rows; by"
        + " chance, ks of group means (--json, --csv: ks_groups) exceeds "
        + "\(Wording.fixed(min(1, limit), 2)) in one column of 20"
    }
  }
}
