import CMKTFormat

/// Settings that were given and change nothing in an import; each is worth a sentence.
struct IdleSettings {
  private let plan: AssemblyPlan
  private var request: ImportRequest { plan.request }
  private var members: [JoinedDump.Member] { plan.joined.members }

  init(_ plan: AssemblyPlan) { self.plan = plan }

  /// A sentence for each.
  var notes: [String] { tableNotes + alignmentNotes + rowNotes }

  /// Those for tables, where no source is one that they are for.
  private var tableNotes: [String] {
    let formats = Set(plan.joined.files.map(\.format))
    let tables: Set = ["opensmile", "openface", "facet", "table"]
    let options = request.reading.table
    let settings: [(name: String, isGiven: Bool, formats: Set<String>)] = [
      ("time-column", options.timeColumn != nil, ["table"]),
      ("time-unit", options.timeUnit != .s, ["table", "facet"]),
      ("columns", !options.columns.isEmpty, tables),
      ("missing-value", options.missingValue != nil, tables),
      ("max-gap", options.maximumGapSeconds != nil, ["table"]),
    ]
    return settings.filter { $0.isGiven && formats.isDisjoint(with: $0.formats) }.map {
      "--\($0.name) has no effect: no source is read as \($0.formats.sorted().joined(separator: ", "))"
    }
  }

  /// Those that say how rows meet frames in time, where none do, or in another way.
  private var alignmentNotes: [String] {
    let aligned = members.indices.filter {
      plan.level(of: $0) == .frame && plan.alignsByTime($0) && members[$0].track.role != .text
    }
    let names = Set(aligned.map { members[$0].track.name })
    let meets = !aligned.isEmpty || !plan.segmenters.isEmpty
    var notes: [String] = []
    if request.rule != .sdk, !meets {
      notes.append("--align-rule has no effect: nothing is aligned by time; add --align MODALITY")
    }
    if request.minimumOverlap > 0, request.rule == .sdk || !meets {
      notes.append("--min-overlap has no effect without --align-rule overlap")
    }
    let collapsed = aligned.filter { !plan.resamples(members[$0].track) }
    if request.collapse.others != .mean, collapsed.isEmpty {
      notes.append("--collapse has no effect: no rows are collapsed to frames")
    }
    for name in request.collapse.named.keys.sorted()
    where !collapsed.contains(where: { members[$0].track.name == name }) {
      notes.append(
        "--collapse \(name)=… has no effect: its rows are "
          + (names.contains(name) ? "resampled" : "not aligned to others"))
    }
    return notes
  }

  private var rowNotes: [String] {
    var notes: [String] = []
    let count = request.sources.count { !["folds", "ids", "transcripts"].contains($0.name) }
    if request.join != nil, count == 1 {
      notes.append("--join has no effect: there is one source")
    }
    if request.sequenceUnit == .video, !plan.mergesClips, plan.segmenters.isEmpty {
      notes.append("--sequence has no effect: no source has segments of recordings")
    }
    for name in request.shiftRows.named.keys.sorted()
    where members.contains(where: { $0.track.name == name && $0.track.axis == .entry }) {
      notes.append("--shift-features \(name)=… has no effect: it has one row for each recording")
    }
    return notes
  }
}
