import CMKTFormat

/// Several dumps as one: entries meet by their ids.
struct JoinedDump: Sendable {
  /// A track, and for each joined entry the entry of its own dump.
  struct Member: Sendable {
    let track: any Track
    /// The path of the source that holds it, or its first part.
    let source: String
    /// Nil where the track's dump does not know the entry.
    let entries: [Int?]

    /// The rows for joined entry `entry`.
    func rows(of entry: Int) throws(ImportFailure) -> TrackRows? {
      guard let index = entries[entry] else { return nil }
      return try track.rows(of: index)
    }
  }

  let name: String
  /// The path of the first source.
  let source: String
  /// In the order of the first dump, then of those that follow.
  private(set) var entries: [Entry]
  private(set) var members: [Member]
  let files: [SourceFile]
  private(set) var ledger: Ledger
  let notes: [String]
  let licence: String
  let redistribution: Redistribution

  /// Joins `dumps`.
  ///
  /// Tracks of the same name in several dumps are parts of one, and may share no entry.
  ///
  /// - Throws: `ImportFailure.content`.
  init(_ dumps: [Dump], sources: [SourceArgument]) throws(ImportFailure) {
    name = dumps.first?.name ?? ""
    source = sources.first?.path ?? ""
    files = dumps.flatMap(\.files)
    notes = dumps.flatMap(\.notes)
    licence = dumps.lazy.map(\.licence).first { !$0.isEmpty } ?? ""
    redistribution =
      dumps.lazy.map(\.redistribution).first { $0 != .unknown } ?? .unknown
    ledger = Ledger()
    entries = []
    members = []
    for dump in dumps { ledger.add(dump.ledger) }
    let places = try joinEntries(dumps, sources)
    try joinTracks(dumps, places, sources)
  }

  /// For each dump, the joined entry of each of its entries.
  private mutating func joinEntries(
    _ dumps: [Dump], _ sources: [SourceArgument]
  ) throws(ImportFailure) -> [[Int]] {
    var index: [EntryID: Int] = [:]
    var places: [[Int]] = []
    for (dump, source) in zip(dumps, sources) {
      var seen: Set<EntryID> = []
      var mine: [Int] = []
      var meetsOthers = places.isEmpty || dump.entries.isEmpty || isPart(dump, of: dumps)
      for entry in dump.entries {
        guard seen.insert(entry.id).inserted else {
          throw .content(
            source: source.path, place: "ids", expected: "each id once",
            found: "'\(entry.id.original)' a second time", remedy: "make the ids unique")
        }
        if let place = index[entry.id] {
          try merge(entry, into: place, source)
          mine.append(place)
          meetsOthers = true
        } else {
          index[entry.id] = entries.count
          mine.append(entries.count)
          entries.append(entry)
        }
      }
      guard meetsOthers else {
        throw .content(
          source: source.path, place: "ids",
          expected: "ids of the other sources, such as '\(entries[0].id)'",
          found: "such as '\(dump.entries[0].id)'",
          remedy: "bring the ids to one form with --id-pattern, or give an ids source")
      }
      places.append(mine)
    }
    return places
  }

  /// Whether another dump has a track of the same name, so that their entries are disjoint.
  private func isPart(_ dump: Dump, of dumps: [Dump]) -> Bool {
    dump.tracks.contains { track in
      dumps.count { $0.tracks.contains { $0.name == track.name } } > 1
    }
  }

  private mutating func merge(
    _ entry: Entry, into place: Int, _ source: SourceArgument
  ) throws(ImportFailure) {
    if let split = entry.split {
      if let known = entries[place].split, known != split {
        throw .content(
          source: source.path, place: "'\(entry.id)'", expected: "split \(known.rawValue)",
          found: split.rawValue, remedy: "let the sources agree, or give --split FILE")
      }
      entries[place].split = split
    }
    if entries[place].speaker.isEmpty { entries[place].speaker = entry.speaker }
    if entries[place].recording == nil { entries[place].recording = entry.recording }
  }

  private mutating func joinTracks(
    _ dumps: [Dump], _ places: [[Int]], _ sources: [SourceArgument]
  ) throws(ImportFailure) {
    for (number, dump) in dumps.enumerated() {
      for track in dump.tracks {
        var indices = [Int?](repeating: nil, count: entries.count)
        for (own, place) in places[number].enumerated() { indices[place] = own }
        let member = Member(track: track, source: sources[number].path, entries: indices)
        guard let known = members.firstIndex(where: { $0.track.name == track.name }) else {
          members.append(member)
          continue
        }
        members[known] = try members[known].joined(with: member, sources[number])
      }
    }
  }
}

extension JoinedDump.Member {
  /// The two as one track; each has the entries that the other does not.
  fileprivate func joined(
    with other: JoinedDump.Member, _ source: SourceArgument
  ) throws(ImportFailure) -> JoinedDump.Member {
    guard track.columnNames.count == other.track.columnNames.count, track.axis == other.track.axis
    else {
      throw .content(
        source: source.path, place: "'\(track.name)'",
        expected: "\(track.columnNames.count) columns, as in the part before",
        found: "\(other.track.columnNames.count)",
        remedy: "give parts of one modality, or other names: NAME=SOURCE")
    }
    if case .target(let mine) = track.role, case .target(let others) = other.track.role {
      guard mine.kind != .classes || mine.names == others.names else {
        throw .content(
          source: source.path, place: "'\(track.name)'",
          expected: "the classes of the part before: \(mine.names.joined(separator: ", "))",
          found: others.names.joined(separator: ", "),
          remedy: "give labels as numbers, or all in one file")
      }
      return JoinedDump.Member(
        track: AgreedTrack(
          first: self, second: other, secondSource: source.path), source: self.source,
        entries: entries.indices.map { index in
          entries[index] == nil && other.entries[index] == nil ? nil : index
        })
    }
    if zip(entries, other.entries).contains(where: { $0 != nil && $1 != nil }) {
      throw .content(
        source: source.path, place: "'\(track.name)'", expected: "a name of its own",
        found: "one that another source has for the same recordings",
        remedy: "give another: NAME=SOURCE")
    }
    let parts = zip(entries, other.entries).map { first, second in
      first.map { (0, $0) } ?? second.map { (1, $0) }
    }
    let placed = PartedTrack(
      parts: [track, other.track],
      places: parts.map { $0.map { PartedTrack.Place(part: $0.0, entry: $0.1) } })
    return JoinedDump.Member(
      track: placed, source: self.source, entries: parts.indices.map { parts[$0] == nil ? nil : $0 }
    )
  }
}

/// A track that lies in several dumps.
private struct PartedTrack: Track {
  struct Place: Sendable {
    let part: Int
    let entry: Int
  }

  let parts: [any Track]
  let places: [Place?]

  var name: String { parts[0].name }
  var role: TrackRole { parts[0].role }
  var axis: TrackAxis { parts[0].axis }
  var columnNames: [String] { parts[0].columnNames }

  func rows(of entry: Int) throws(ImportFailure) -> TrackRows? {
    guard let place = places[entry] else { return nil }
    return try parts[place.part].rows(of: place.entry)
  }
}

/// Labels that several dumps repeat: where two have an entry, they must agree.
private struct AgreedTrack: Track {
  let first: JoinedDump.Member
  let second: JoinedDump.Member
  let secondSource: String

  var name: String { first.track.name }
  var role: TrackRole { first.track.role }
  var axis: TrackAxis { first.track.axis }
  var columnNames: [String] { first.track.columnNames }

  func rows(of entry: Int) throws(ImportFailure) -> TrackRows? {
    guard let rows = try first.rows(of: entry) else { return try second.rows(of: entry) }
    guard let others = try second.rows(of: entry) else { return rows }
    let isEqual =
      rows.values.count == others.values.count
      && zip(rows.values, others.values).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) }
    guard isEqual else {
      throw .content(
        source: secondSource, place: "'\(name)' of entry \(entry)",
        expected: "the values that another source has for it", found: "others",
        remedy: "give sources of the same data, or choose labels with labels=SOURCE")
    }
    return rows
  }
}
