import CMKTFormat
import Tensors

/// Statistics of every column of a features file, or of every weight of a model file.
package enum Statistics {
  /// Reads the file at `path`, verifies its digests and describes its numbers.
  ///
  /// - Throws: `unknownName` where `modality` is none of the file.
  package static func report(
    of path: String, modality: String? = nil
  ) throws(InspectFailure) -> Report {
    switch try InspectedFile(path).kind {
    case .features: return try features(path, modality)
    case .model: return try model(path)
    }
  }

  private static func features(
    _ path: String, _ only: String?
  ) throws(InspectFailure) -> Report {
    let known = try InspectedFile(path).inventory.names(in: "/modalities")
    if let only, !known.contains(only) {
      throw .unknownName(kind: "modality", name: only, known: known)
    }
    var sections: [ReportSection] = []
    // One at a time, so that no more than one modality is in memory.
    for name in known where only == nil || only == name {
      let file = try formatting { () throws(FormatFailure) in
        try FeaturesFile.read(path, modalities: [name]).file
      }
      if let modality = file.modalities[name] { sections.append(section(of: modality, name)) }
    }
    return Report(sections)
  }

  private static func section(of modality: Modality, _ name: String) -> ReportSection {
    let statistics = ColumnStatistics(of: modality)
    let rows = (0..<modality.featureCount).map { column -> [ReportCell] in
      let count = statistics.count[column]
      let isEmpty = count == 0
      let invalid = 1 - Double(count) / Double(max(1, modality.rowCount))
      let isConstant = !isEmpty && statistics.minimum[column] == statistics.maximum[column]
      return [
        .count(column), .text(modality.featureNames[column]),
        .number(isEmpty ? nil : statistics.mean[column]),
        .number(isEmpty ? nil : statistics.standardDeviation[column]),
        .number(isEmpty ? nil : statistics.minimum[column]),
        .number(isEmpty ? nil : statistics.maximum[column]),
        .share(invalid), ReportCell(.flag(isConstant), isConstant ? "constant" : ""),
      ]
    }
    return ReportSection(
      name, "modality \(name): \(modality.featureCount) features, \(modality.rowCount) rows",
      .table(
        ReportTable(
          [ReportColumn("column", isNumeric: true), ReportColumn("name", "feature")]
            + numberColumns + [
              ReportColumn("invalid_share", "invalid", isNumeric: true),
              ReportColumn("constant", ""),
            ], rows: rows)))
  }

  private static let numberColumns = [
    ReportColumn("mean", isNumeric: true),
    ReportColumn("standard_deviation", "sd", isNumeric: true),
    ReportColumn("minimum", "min", isNumeric: true),
    ReportColumn("maximum", "max", isNumeric: true),
  ]

  private static func model(_ path: String) throws(InspectFailure) -> Report {
    let model = try formatting { () throws(FormatFailure) in
      try ModelFile.read(path).file
    }
    let rows = model.weights.map { weight -> [ReportCell] in
      let values = weight.tensor.elements.map { Double($0) }
      let count = Double(max(1, values.count))
      let mean = values.reduce(0, +) / count
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
      return [
        .text(weight.name), .text("\(weight.tensor.shape)"), .number(mean),
        .number(variance.squareRoot()), .number(values.min()), .number(values.max()),
      ]
    }
    let columns = [ReportColumn("name", "weight"), ReportColumn("shape")] + numberColumns
    return Report([ReportSection("weights", "weights", .table(ReportTable(columns, rows: rows)))])
  }
}
