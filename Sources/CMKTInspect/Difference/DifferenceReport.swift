extension FileDifference {
  /// What differs, as a table, and a verdict.
  package var report: Report {
    let columns = [
      ReportColumn("path"), ReportColumn("aspect", "what"), ReportColumn("place"),
      ReportColumn("first"), ReportColumn("second"),
      ReportColumn("differing", isNumeric: true), ReportColumn("values", "of", isNumeric: true),
      ReportColumn("largest_absolute", "largest", isNumeric: true),
      ReportColumn("largest_relative", "relative", isNumeric: true),
    ]
    let rows = differences.map { difference in
      [
        ReportCell.text(difference.path), .text(difference.aspect.rawValue),
        .text(difference.place), .text(difference.first, limit: 40),
        .text(difference.second, limit: 40), .count(difference.differingCount),
        .count(difference.valueCount), .number(difference.largestAbsolute),
        .number(difference.largestRelative),
      ]
    }
    let facts = [
      ReportFact("same", "same", .flag(differences.isEmpty)),
      ReportFact("differences", "differences", .count(differences.count)),
      ReportFact("objects", "objects compared", .count(objectCount)),
      ReportFact("attributes", "attributes compared", .count(attributeCount)),
      ReportFact("values_compared", "values compared", .count(valueCount)),
      ReportFact("tolerated", "differ within the tolerance", .count(toleratedCount)),
      ReportFact("ignored", "objects and attributes ignored", .count(ignoredCount)),
    ]
    return Report([
      ReportSection("differences", "differences", .table(ReportTable(columns, rows: rows))),
      ReportSection("result", "comparison", .facts(facts)),
    ])
  }
}
