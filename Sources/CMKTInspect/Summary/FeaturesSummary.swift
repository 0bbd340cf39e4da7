import CMKTFormat
import Tensors

/// The summary of a features file.
struct FeaturesSummary {
  private let inspected: InspectedFile
  private let outline: FeaturesOutline
  private var file: FeaturesFile { outline.file }

  init(_ inspected: InspectedFile) throws(InspectFailure) {
    self.inspected = inspected
    outline = try formatting { () throws(FormatFailure) in
      let reader = try FeaturesReader(path: inspected.path)
      defer { reader.close() }
      return reader.outline
    }
  }

  var report: Report {
    Report(
      [fileSection, splitSection, modalitySection, targetSection] + segmentSections
        + Summary.provenanceSections(file.provenance))
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
      ],
      verified: (
        false,
        "\(outline.verifiedObjectCount) of \(outline.objectCount) objects; values and times were"
          + " not read (cmkt-inspect verify does)"
      ))
  }

  private var splitSection: ReportSection {
    let columns =
      [
        ReportColumn("split"), ReportColumn("sequences", isNumeric: true),
        ReportColumn("groups", isNumeric: true), ReportColumn("frames", isNumeric: true),
        ReportColumn("labelled", "labelled rows", isNumeric: true),
      ] + targetNames.map { ReportColumn("labelled_\($0)", isNumeric: true, isDetail: true) }
    let labelled = targetNames.map { name in
      file.targets[name].map { RowSplits(of: $0, in: file).validCounts } ?? [:]
    }
    let rows = Split.allCases.compactMap { split -> [ReportCell]? in
      let members = file.sequences.splits.indices.filter { file.sequences.splits[$0] == split }
      guard !members.isEmpty else { return nil }
      let groups = Set(members.map(file.sequences.group(of:))).count
      let frames = members.reduce(0) { $0 + file.sequences.frames(of: $1).count }
      let counts = labelled.map { $0[split] ?? 0 }
      return [
        .text(split.rawValue), .count(members.count), .count(groups), .count(frames),
        ReportCell(.list(counts.map(ReportValue.integer)), words(forLabelled: counts)),
      ] + counts.map { .count($0) }
    }
    return ReportSection(
      "splits", "splits",
      .table(ReportTable(columns, rows: rows, shownWidth: Summary.shownWidth)))
  }

  /// One number where it is the same for all targets.
  private func words(forLabelled counts: [Int]) -> String {
    guard let first = counts.first else { return "–" }
    if counts.allSatisfy({ $0 == first }) { return Wording.count(first) }
    return zip(targetNames, counts).map { "\($0) \(Wording.count($1))" }.joined(separator: ", ")
  }

  private var targetNames: [String] { file.targets.keys.sorted() }

  /// For people, what is said of no modality is left out.
  private var modalitySection: ReportSection {
    func lacks(_ text: (Modality) -> String) -> Bool {
      file.modalities.values.allSatisfy { text($0).isEmpty }
    }
    let columns = [
      ReportColumn("name", "modality"), ReportColumn("level"),
      ReportColumn("features", isNumeric: true), ReportColumn("rows", isNumeric: true),
      ReportColumn("rate_hz", "rate / Hz", isNumeric: true),
      ReportColumn("missing_values", "missing", isNumeric: true),
      ReportColumn("valid_share", isNumeric: true, isDetail: true),
      ReportColumn("constant_columns", "constant", isNumeric: true),
      ReportColumn(
        "fitted_on", "fitted on", isNumeric: true,
        isDetail: file.modalities.values.allSatisfy { $0.fittedOn.isEmpty }),
      ReportColumn("units", isDetail: lacks(\.units)),
      ReportColumn("extractor", isDetail: lacks(\.extractor)),
    ]
    let rows = file.modalities.keys.sorted().compactMap { name in
      file.modalities[name].map { modalityRow($0, name) }
    }
    return ReportSection(
      "modalities", "modalities",
      .table(
        ReportTable(
          columns, rows: rows, shownRowCount: Summary.shownRowCount,
          shownWidth: Summary.shownWidth)))
  }

  private func modalityRow(_ modality: Modality, _ name: String) -> [ReportCell] {
    let rowCount = outline.rowCounts[name] ?? 0
    let statistics = outline.statistics[name]
    // Sums and products of what a file states may be beyond any integer.
    let all = Double(rowCount) * Double(modality.featureCount)
    let valid = (statistics?.count ?? []).reduce(0) { $0 + Double($1) }
    let share = all > 0 ? valid / all : 0
    let missing = Int(exactly: all - valid)
    let constant = statistics.map { statistics in
      statistics.count.indices.count {
        statistics.count[$0] > 0 && statistics.minimum[$0] == statistics.maximum[$0]
      }
    }
    return [
      .text(name), .text(modality.level.description), .count(modality.featureCount),
      .count(rowCount), .number(modality.hopSeconds.map { 1 / $0 }),
      ReportCell(
        missing.map(ReportValue.integer) ?? .missing,
        (missing.map(Wording.count) ?? "–")
          + (all == valid ? "" : " (\(Wording.percent(1 - share)))")),
      .share(share), .count(constant),
      ReportCell(
        .integer(modality.fittedOn.count),
        modality.fittedOn.isEmpty ? "–" : "\(Wording.count(modality.fittedOn.count)) seq."),
      .text(modality.units), .text(modality.extractor),
    ]
  }

  /// For people, what is the same for all targets or said of none is left out.
  private var targetSection: ReportSection {
    let targets = targetNames.compactMap { name in file.targets[name].map { (name, $0) } }
    let levels = Set(targets.map(\.1.level.description))
    let isComplete = targets.allSatisfy { $0.1.valid.allSatisfy { $0 } }
    let title =
      "targets" + (levels.count == 1 ? ", one row per \(levels.first ?? "")" : "")
      + (isComplete ? ", no label missing" : "")
    guard !targets.isEmpty else {
      return ReportSection("targets", "targets", .facts([]), notes: ["There are no targets."])
    }
    let columns = [
      ReportColumn("name", "target"),
      ReportColumn("column", isDetail: targets.allSatisfy { $0.1.columnCount == 1 }),
      ReportColumn("kind"), ReportColumn("level", isDetail: levels.count == 1),
      ReportColumn("rows", isNumeric: true, isDetail: true),
      ReportColumn("missing_rows", "missing", isNumeric: true, isDetail: isComplete),
      ReportColumn("valid_share", isNumeric: true, isDetail: true),
      ReportColumn("scale", isNumeric: true, isDetail: true),
      ReportColumn("minimum", "min", isNumeric: true), ReportColumn("mean", isNumeric: true),
      ReportColumn("maximum", "max", isNumeric: true),
      ReportColumn("histogram", isNumeric: true),
      ReportColumn(
        "delay_seconds", "delay / s", isNumeric: true,
        isDetail: targets.allSatisfy { $0.1.delaySeconds == 0 }),
      ReportColumn("raters", isNumeric: true, isDetail: targets.allSatisfy { $0.1.raters == nil }),
    ]
    return ReportSection(
      "targets", title,
      .table(
        ReportTable(
          columns, rows: targets.flatMap { rows(of: $0.1, $0.0) },
          shownRowCount: Summary.shownRowCount, shownWidth: Summary.shownWidth)))
  }

  private func rows(of target: Target, _ name: String) -> [[ReportCell]] {
    let validCount = target.valid.count { $0 }
    return (0..<target.columnCount).map { column in
      let histogram = Histogram(
        target.values.elements, column: column, width: target.columnCount, where: target.valid)
      return [
        .text(name), .text(columnName(column, of: target)),
        ReportCell(.text(target.kind.rawValue), kind(of: target)),
        .text(target.level.description), .count(target.rowCount),
        .count(target.rowCount - validCount),
        .share(Double(validCount) / Double(max(1, target.rowCount))), scale(of: target),
        .number(histogram?.minimum), .number(histogram?.mean), .number(histogram?.maximum),
        ReportCell(
          .list((histogram?.counts ?? []).map(ReportValue.integer)),
          histogram.map { "│\(Blocks.histogram($0.counts))│" } ?? "–"),
        .number(target.delaySeconds), .count(target.raters?.names.count ?? 0),
      ]
    }
  }

  /// The kind, and what the values may be.
  private func kind(of target: Target) -> String {
    if let range = target.range {
      return "\(target.kind.rawValue) \(Wording.number(range.lowerBound)) … "
        + Wording.number(range.upperBound)
    }
    return target.kind == .classes ? "\(target.classCount) classes" : target.kind.rawValue
  }

  /// What the values may be: the ends of the stated range, or the number of classes.
  private func scale(of target: Target) -> ReportCell {
    if let range = target.range {
      return ReportCell(.list([.number(range.lowerBound), .number(range.upperBound)]), "")
    }
    return .count(target.classCount > 0 ? target.classCount : nil)
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
    return [
      ReportSection(
        "segments", "segments", .table(ReportTable(columns, rows: rows, shownRowCount: 4)))
    ]
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
