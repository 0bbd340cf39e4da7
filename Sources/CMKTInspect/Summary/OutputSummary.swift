import CMKTFormat

extension ModelFile {
  /// What the predictions of each target pass through last; none without post-processing.
  var outputSections: [ReportSection] {
    guard !postprocessing.isEmpty else { return [] }
    let columns = [
      ReportColumn("target"), ReportColumn("step"), ReportColumn("column"),
      ReportColumn("frames", isNumeric: true), ReportColumn("value", isNumeric: true),
    ]
    let rows = postprocessing.sorted { $0.key < $1.key }.flatMap { target, chain in
      chain.map { step -> [ReportCell] in
        let usesFrames = step.kind == "median" || step.kind == "shift"
        return [
          .text(target), .text(step.kind), .text(step.column.map { "\($0)" } ?? "all"),
          .count(usesFrames ? step.frames : nil), .number(usesFrames ? nil : step.value),
        ]
      }
    }
    return [
      ReportSection(
        "postprocessing", "post-processing, fitted on validation",
        .table(ReportTable(columns, rows: rows)),
        notes: ["'cmkt-train evaluate --no-postprocessing' leaves it out."])
    ]
  }
}
