/// Opens sources and gives what they hold the names that the user gave.
enum SourceReading {
  /// The dump that `argument` holds, under the user's name for it.
  ///
  /// - Parameter format: the name of the format, or nil for detection by content.
  /// - Throws: `ImportFailure`.
  static func dump(
    of argument: SourceArgument, format: String?, _ options: ReadingOptions
  ) throws(ImportFailure) -> Dump {
    let probe = try SourceProbe(argument)
    let chosen: ImportFormat
    if let format {
      chosen = try ImportFormat.named(format)
    } else {
      chosen = try ImportFormat.detect(probe)
    }
    var options = options
    options.name = argument.name
    var dump = try chosen.open(probe, options)
    if let pattern = options.idPattern, !dump.lacksIDs {
      try read(&dump.entries, by: IDPattern(pattern), argument.path)
    }
    if let name = argument.name { try apply(name, to: &dump, argument.path) }
    try checkNames(dump, argument.path)
    try checkIDs(dump, argument.path)
    return dump
  }

  /// Reads the ids of `entries`, as the source spells them, by the user's pattern.
  private static func read(
    _ entries: inout [Entry], by pattern: IDPattern, _ source: String
  ) throws(ImportFailure) {
    for index in entries.indices {
      let read = try pattern.entry(entries[index].id.original, source: source)
      entries[index].id = read.id
      entries[index].recording = nil
      if !read.speaker.isEmpty { entries[index].speaker = read.speaker }
    }
  }

  /// Makes the tracks of `dump` play the part that `name` asks for.
  private static func apply(
    _ name: String, to dump: inout Dump, _ source: String
  ) throws(ImportFailure) {
    switch name {
    case "labels":
      let targets = dump.tracks.filter { $0.role.isTarget }
      dump.tracks = targets.isEmpty ? dump.tracks.flatMap(ColumnTrack.labels) : targets
    case "words", "transcripts":
      let texts = dump.tracks.filter { $0.role == .text }
      dump.tracks = texts.count == 1 ? [RetypedTrack(texts[0], name: name)] : texts
    case "folds", "ids":
      // Read by those who need them.
      return
    default:
      try applyModality(name, to: &dump, source)
      return
    }
    guard !dump.tracks.isEmpty else {
      throw .content(
        source: source, place: "source '\(name)'", expected: "\(name)", found: "none",
        remedy: "give a file that holds \(name)")
    }
  }

  private static func applyModality(
    _ name: String, to dump: inout Dump, _ source: String
  ) throws(ImportFailure) {
    let modalities = dump.tracks.filter { $0.role.isModality }
    let others = dump.tracks.filter { !$0.role.isModality }
    if let track = modalities.first(where: { $0.name == name }) {
      dump.tracks = [track] + others
    } else if modalities.count == 1 {
      dump.tracks = [RetypedTrack(modalities[0], name: name)] + others
      dump.ledger.rename(modalities[0].name, to: name)
    } else if modalities.isEmpty, others.count == 1, others[0].role == .text {
      dump.tracks = [RetypedTrack(others[0], name: name)]
    } else {
      throw .content(
        source: source, place: "modality '\(name)'", expected: "one modality, or one of that name",
        found: modalities.isEmpty ? "none" : modalities.map(\.name).joined(separator: ", "),
        remedy: "name one of them, or give the source without a name")
    }
  }

  private static func checkNames(_ dump: Dump, _ source: String) throws(ImportFailure) {
    for track in dump.tracks where !PlainName.isPlain(track.name) {
      throw .content(
        source: source, place: "track '\(track.name)'",
        expected: "a name of 1 to 64 letters, digits, '_', '-', '.'", found: "another",
        remedy: "give it one: NAME=SOURCE")
    }
  }

  private static func checkIDs(_ dump: Dump, _ source: String) throws(ImportFailure) {
    for (index, entry) in dump.entries.enumerated() {
      let name = entry.id.recording
      guard name.isEmpty || name.utf8.contains(0) else { continue }
      throw .content(
        source: source, place: "entry \(index + 1)",
        expected: "an id of characters other than NUL", found: name.isEmpty ? "none" : "NUL in one",
        remedy: "correct the id, or read ids with --id-pattern")
    }
  }
}

extension TrackRole {
  var isModality: Bool { if case .modality = self { true } else { false } }
  var isTarget: Bool { if case .target = self { true } else { false } }
}

/// A track under another name, or in another role.
struct RetypedTrack: Track {
  let base: any Track
  let name: String
  let role: TrackRole

  /// Columns that have no names of their own are numbered under the new name.
  let columnNames: [String]

  var axis: TrackAxis { base.axis }

  init(_ base: any Track, name: String, role: TrackRole? = nil) {
    self.base = base
    self.name = name
    self.role = role ?? base.role
    let count = base.columnNames.count
    let isNumbered = base.columnNames == ColumnNames.numbered(base.name, count: count)
    columnNames = isNumbered ? ColumnNames.numbered(name, count: count) : base.columnNames
  }

  func rows(of entry: Int) throws(ImportFailure) -> TrackRows? { try base.rows(of: entry) }
}
