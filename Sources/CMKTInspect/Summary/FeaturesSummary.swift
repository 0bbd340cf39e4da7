import CMKTFormat
import HDF5
import Tensors

/// The summary of a features file.
struct FeaturesSummary {
  private let inspected: InspectedFile
  /// Without the values of modalities.
  private let file: FeaturesFile

  init(_ inspected: InspectedFile) throws(InspectFailure) {
    self.inspected = inspected
    file = try formatting { () throws(FormatFailure) in
      try FeaturesFile.read(inspected.path, modalities: [], verify: false).file
    }
  }

  var report: Report {
    get throws(InspectFailure) {
      Report(
        [fileSection, splitSection] + (try modalitySections) + targetSections
          + segmentSections + Summary.provenanceSections(file.provenance))
    }
  }

  private var fileSection: ReportSection {
    let table = file.sequences
    return Summary.fileSection(
      inspected,
      [
        ReportFact("name", "name", .text(file.name)),
        ReportFact("sequences", "sequences", .count(table.count)),
        ReportFact("frames", "frames", .count(table.frameCount)),
        ReportFact("recordings", "recordings", .count(Set(table.recordings).count)),
        ReportFact(
          "speakers", "speakers",
          .count(Set(table.speakers.filter { !$0.isEmpty }).count)),
        ReportFact("time_base", "time base", .text(file.timeBase.rawValue)),
      ])
  }

  private var splitSection: ReportSection {
    let columns =
      [
        ReportColumn("split"), ReportColumn("sequences", isNumeric: true),
        ReportColumn("groups", isNumeric: true), ReportColumn("frames", isNumeric: true),
      ] + targetNames.map { ReportColumn("labelled_\($0)", "labelled \($0)", isNumeric: true) }
    let labelled = Dictionary(
      uniqueKeysWithValues: targetNames.compactMap { name in
        file.targets[name].map { (name, RowSplits(of: $0, in: file).validCounts) }
      })
    let rows = Split.allCases.compactMap { split -> [ReportCell]? in
      let members = file.sequences.splits.indices.filter { file.sequences.splits[$0] == split }
      guard !members.isEmpty else { return nil }
      let groups = Set(members.map(file.sequences.group(of:))).count
      let frames = members.reduce(0) { $0 + file.sequences.frames(of: $1).count }
      return [.text(split.rawValue), .count(members.count), .count(groups), .count(frames)]
        + targetNames.map { .count(labelled[$0]?[split] ?? 0) }
    }
    return ReportSection("splits", "splits", .table(ReportTable(columns, rows: rows)))
  }

  private var targetNames: [String] { file.targets.keys.sorted() }

  private var modalitySections: [ReportSection] {
    get throws(InspectFailure) {
      let columns = [
        ReportColumn("name", "modality"), ReportColumn("level"),
        ReportColumn("features", isNumeric: true), ReportColumn("rows", isNumeric: true),
        ReportColumn("rate_hz", "rate / Hz", isNumeric: true),
        ReportColumn("valid_share", "valid", isNumeric: true),
        ReportColumn("constant_columns", "constant", isNumeric: true),
        ReportColumn("extractor"), ReportColumn("units"),
      ]
      var rows: [[ReportCell]] = []
      for name in inspected.inventory.names(in: "/modalities") {
        rows.append(try modalityRow(name))
      }
      return [ReportSection("modalities", "modalities", .table(ReportTable(columns, rows: rows)))]
    }
  }

  private func modalityRow(_ name: String) throws(InspectFailure) -> [ReportCell] {
    let path = "/modalities/\(name)"
    let shape = inspected.shape(path + "/values")
    let (rowCount, columnCount) = (shape.first ?? 0, shape.last ?? 0)
    let hop = inspected.inventory.object(at: path)?.attribute("hop_s")?.number
    let counts = try inspected.numbers("/statistics/\(name)/count")
    let deviations = try inspected.numbers("/statistics/\(name)/standard_deviation")
    let all = Double(rowCount) * Double(columnCount)
    let valid = counts.reduce(0, +)
    return [
      .text(name), .text(inspected.text("level", of: path)), .count(columnCount),
      .count(rowCount), .number(hop.map { 1 / $0 }), .share(all > 0 ? valid / all : 0),
      .count(deviations.count { $0 == 0 }), .text(inspected.text("extractor", of: path), limit: 40),
      .text(inspected.text("units", of: path)),
    ]
  }

  private var targetSections: [ReportSection] {
    let columns = [
      ReportColumn("name", "target"), ReportColumn("column"), ReportColumn("kind"),
      ReportColumn("level"), ReportColumn("rows", isNumeric: true),
      ReportColumn("valid_share", "valid", isNumeric: true),
      ReportColumn("minimum", "min", isNumeric: true), ReportColumn("mean", isNumeric: true),
      ReportColumn("maximum", "max", isNumeric: true), ReportColumn("histogram"),
      ReportColumn("delay_seconds", "delay / s", isNumeric: true),
      ReportColumn("raters", isNumeric: true),
    ]
    let rows = targetNames.flatMap { name in
      file.targets[name].map { self.rows(of: $0, name) } ?? []
    }
    guard !rows.isEmpty else {
      return [ReportSection("targets", "targets", .facts([]), notes: ["There are no targets."])]
    }
    return [ReportSection("targets", "targets", .table(ReportTable(columns, rows: rows)))]
  }

  private func rows(of target: Target, _ name: String) -> [[ReportCell]] {
    (0..<target.columnCount).map { column in
      let values = (0..<target.rowCount).filter { target.valid[$0] }
        .map { Double(target.values.elements[$0 * target.columnCount + column]) }
      let histogram = Histogram(of: values)
      let mean = values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
      return [
        .text(name), .text(columnName(column, of: target)), .text(target.kind.rawValue),
        .text(target.level.description), .count(target.rowCount),
        .share(Double(values.count) / Double(max(1, target.rowCount))),
        .number(histogram?.minimum), .number(mean), .number(histogram?.maximum),
        ReportCell(
          .list((histogram?.counts ?? []).map(ReportValue.integer)),
          histogram.map { "│\(Blocks.histogram($0.counts))│" } ?? "–"),
        .number(target.delaySeconds), .count(target.raters?.names.count ?? 0),
      ]
    }
  }

  /// Names of classes are not names of columns.
  private func columnName(_ column: Int, of target: Target) -> String {
    guard target.kind == .regression || target.kind == .multilabel,
      target.names.indices.contains(column)
    else { return target.columnCount == 1 ? "" : "\(column)" }
    return target.names[column]
  }

  private var segmentSections: [ReportSection] {
    guard !file.segments.isEmpty else { return [] }
    let rows = file.segments.keys.sorted().map { name in
      [ReportCell.text(name), .count(file.segments[name]?.count)]
    }
    let columns = [ReportColumn("name", "segments"), ReportColumn("count", isNumeric: true)]
    return [ReportSection("segments", "segments", .table(ReportTable(columns, rows: rows)))]
  }
}

/// How many rows of a target have a label, by split.
private struct RowSplits {
  private(set) var validCounts: [Split: Int] = [:]

  init(of target: Target, in file: FeaturesFile) {
    let sequences = file.sequences
    switch target.level {
    case .frame:
      for index in 0..<sequences.count {
        let count = sequences.frames(of: index).count { target.valid[$0] }
        validCounts[sequences.splits[index], default: 0] += count
      }
    case .sequence:
      for index in 0..<sequences.count where target.valid[index] {
        validCounts[sequences.splits[index], default: 0] += 1
      }
    case .segment(let name):
      for (row, index) in (file.segments[name]?.sequence ?? []).enumerated() where target.valid[row]
      {
        validCounts[sequences.splits[index], default: 0] += 1
      }
    case .own: break
    }
  }
}
