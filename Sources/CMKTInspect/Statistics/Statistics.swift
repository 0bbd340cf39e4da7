package import CMKTFormat
import Codecs
import Tensors

/// What statistics are asked for.
package struct StatisticsRequest: Sendable {
  package var path: String
  /// The only modality, or target, to describe; nil for all.
  package var modality: String?
  package var target: String?
  package var order: StatisticsOrder
  package var threads: Int
  /// The most bytes of rows to hold; nil for as many as there are.
  package var memory: RowMemory?

  package init(
    path: String, modality: String? = nil, target: String? = nil,
    order: StatisticsOrder = .column, threads: Int = processorCount, memory: RowMemory? = nil
  ) {
    self.path = path
    self.modality = modality
    self.target = target
    self.order = order
    self.threads = threads
    self.memory = memory
  }
}

/// Statistics of every column of a features file, or of every weight of a model file.
package enum Statistics {
  /// Reads the file of `request`, verifies what it reads, and describes its numbers.
  ///
  /// Of a features file, no more than one modality is in memory, and none that exceeds
  /// `request.memory`.
  ///
  /// - Throws: `unknownName` where the modality or target is none of the file; `usage`
  ///   where one is asked of a model.
  package static func report(_ request: StatisticsRequest) throws(InspectFailure) -> Report {
    switch try InspectedFile(request.path).kind {
    case .features: return try features(request)
    case .model:
      guard request.modality == nil, request.target == nil else {
        throw .usage(
          reason: "\(request.path): is a model, which has weights, and no modality or target",
          remedy: "leave --modality and --target out, or give a features file")
      }
      return try model(request.path)
    }
  }

  private static func features(_ request: StatisticsRequest) throws(InspectFailure) -> Report {
    let reader = try formatting { () throws(FormatFailure) in
      try FeaturesReader(path: request.path)
    }
    defer { reader.close() }
    let file = reader.outline.file
    let (modalities, targets) = try names(request, in: file)
    var sections: [ReportSection] = []
    for name in modalities {
      guard let modality = file.modalities[name],
        let columns = try formatting({ () throws(FormatFailure) in
          try reader.columns(of: name, memory: request.memory)
        })
      else { continue }
      let table = ColumnTable(
        // Names in a file may be any, and those of the document must not meet them.
        key: "modality_\(name)",
        title: "modality \(name): \(columns.columnCount) features, \(columns.rowCount) rows",
        names: modality.featureNames, columns: columns,
        places: RowPlaces(
          of: modality.level, rowCount: columns.rowCount, ownOffsets: modality.ownAxis?.offsets,
          in: file))
      sections.append(try section(table, request))
    }
    for name in targets {
      guard let target = file.targets[name] else { continue }
      let table = ColumnTable(
        key: "target_\(name)",
        title: "target \(name): \(target.kind.rawValue), \(target.rowCount) rows",
        names: columnNames(of: target), columns: ColumnValues(target.values, valid: target.valid),
        places: RowPlaces(
          of: target.level, rowCount: target.rowCount, ownOffsets: nil, in: file))
      sections.append(try section(table, request))
    }
    return Report(sections)
  }

  private static func section(
    _ table: ColumnTable, _ request: StatisticsRequest
  ) throws(InspectFailure) -> ReportSection {
    do throws(ScratchFailure) {
      return try table.section(
        order: request.order, threads: request.threads, memory: request.memory)
    } catch {
      throw .scratch(error)
    }
  }

  /// The modalities and targets that are asked for.
  private static func names(
    _ request: StatisticsRequest, in file: FeaturesFile
  ) throws(InspectFailure) -> (modalities: [String], targets: [String]) {
    let (modalities, targets) = (file.modalities.keys.sorted(), file.targets.keys.sorted())
    if let name = request.modality, !modalities.contains(name) {
      throw .unknownName(kind: "modality", name: name, known: modalities)
    }
    if let name = request.target, !targets.contains(name) {
      throw .unknownName(kind: "target", name: name, known: targets)
    }
    let isForAll = request.modality == nil && request.target == nil
    return (
      modalities.filter { isForAll || $0 == request.modality },
      targets.filter { isForAll || $0 == request.target }
    )
  }

  /// Names of classes are not names of columns.
  private static func columnNames(of target: Target) -> [String] {
    target.names.count == target.columnCount && target.classCount == 0
      ? target.names : (0..<target.columnCount).map(String.init)
  }

  private static func model(_ path: String) throws(InspectFailure) -> Report {
    let model = try formatting { () throws(FormatFailure) in
      try ModelFile.read(path).file
    }
    let rows = model.weights.map { weight -> [ReportCell] in
      let values = weight.tensor.elements[...]
      let profile = ColumnProfile(
        of: values, where: Array(repeating: true, count: values.count)[...])
      let zeros = values.count { $0 == 0 }
      return [
        .text(weight.name), .text("\(weight.tensor.shape)"), .number(profile.mean),
        .number(profile.standardDeviation), .number(profile.minimum), .number(profile.maximum),
        .share(Double(zeros) / Double(max(1, values.count))),
      ]
    }
    let columns = [
      ReportColumn("name", "weight"), ReportColumn("shape"), ReportColumn("mean", isNumeric: true),
      ReportColumn("standard_deviation", "sd", isNumeric: true),
      ReportColumn("minimum", "min", isNumeric: true),
      ReportColumn("maximum", "max", isNumeric: true),
      ReportColumn("zero_share", "zeros", isNumeric: true),
    ]
    return Report([ReportSection("weights", "weights", .table(ReportTable(columns, rows: rows)))])
  }
}
