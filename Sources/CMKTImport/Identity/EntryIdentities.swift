import CMKTFormat
import Codecs

/// Gives the entries of a dump without ids those of another source; see `Formats/import/ids.md`.
///
/// Entries meet by content where both sources have the same features: an entry is the one whose
/// rows are equal, value by value, in single precision. Otherwise the k-th entry of a split is the
/// k-th of that split in the source of ids.
struct EntryIdentities {
  private let ids: Dump
  private let source: String

  /// - Parameter ids: what `ids=SOURCE` holds.
  init(_ ids: Dump, source: String) {
    self.ids = ids
    self.source = source
  }

  /// `dump` with ids; as it is where it has its own.
  ///
  /// - Throws: `ImportFailure.content` where an entry has no counterpart, or several.
  func naming(_ dump: Dump, _ path: String) throws(ImportFailure) -> Dump {
    guard dump.lacksIDs else { return dump }
    let shared = sharedTracks(dump)
    guard !shared.isEmpty else { return try matching(dump, path) }
    return try named(
      dump, try byContent(dump, shared, path), "ids by equal rows in \(name)", path)
  }

  /// `dump` with ids, entry by entry in their order; rows of its only entry are dealt out.
  ///
  /// - Throws: `ImportFailure.content` where the numbers differ.
  func matching(_ dump: Dump, _ path: String) throws(ImportFailure) -> Dump {
    let dealt = try dealingOut(dump)
    if dealt.entries.count == 1, ids.entries.count != 1,
      let track = dump.tracks.first as? any RegroupableTrack
    {
      let frameCount = try frameCounts().reduce(0, +)
      throw .content(
        source: path, place: "rows of '\(track.name)'",
        expected: "\(ids.entries.count), one for each entry of '\(source)'"
          + (frameCount > 0 ? ", or \(frameCount), one for each of its frames" : ""),
        found: "\(try track.onlyRowCount())",
        remedy: "give the rows of all entries, in their order, or rows with ids")
    }
    return try named(dealt, try byOrder(dealt, path), "ids by their order in \(name)", path)
  }

  private func named(
    _ dump: Dump, _ places: [Int], _ reason: String, _ path: String
  ) throws(ImportFailure) -> Dump {
    var named = dump
    var seen: Set<Int> = []
    for (index, place) in places.enumerated() {
      guard seen.insert(place).inserted else {
        throw .content(
          source: path, place: "entry \(index)", expected: "an entry of its own",
          found: "the same rows as another, '\(ids.entries[place].id)'",
          remedy: "remove the copy, or give ids without features, in the order of the entries")
      }
      let entry = ids.entries[place]
      named.entries[index].id = entry.id
      named.entries[index].recording = entry.recording
      if named.entries[index].speaker.isEmpty { named.entries[index].speaker = entry.speaker }
      if named.entries[index].split == nil { named.entries[index].split = entry.split }
    }
    named.lacksIDs = false
    named.notes.removeAll { $0 == Dump.noteOnMissingIDs }
    named.ledger.add("read", "entries", .noted, reason, count: places.count)
    return named
  }

  /// One entry whose rows are as many as there are ids, or as all of those have frames, as that
  /// many entries.
  private func dealingOut(_ dump: Dump) throws(ImportFailure) -> Dump {
    guard dump.entries.count == 1, ids.entries.count != 1 else { return dump }
    let tracks = dump.tracks.compactMap { $0 as? any RegroupableTrack }
    guard tracks.count == dump.tracks.count, let first = tracks.first else { return dump }
    let count = try first.onlyRowCount()
    var ranges: [Range<Int>] = []
    var axis = TrackAxis.entry
    if count == ids.entries.count {
      ranges = (0..<count).map { $0..<$0 + 1 }
    } else {
      axis = .frames
      let lengths = try frameCounts()
      let ends = lengths.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
      guard ends.last == count else { return dump }
      ranges = zip(ends, ends.dropFirst()).map { $0..<$1 }
    }
    for track in tracks where try track.onlyRowCount() != count { return dump }
    var dealt = dump
    dealt.tracks = tracks.map { $0.regrouped(ranges, axis: axis) }
    dealt.entries = ids.entries.map { Entry(id: $0.id, split: $0.split) }
    return dealt
  }

  /// Of the entries that give the ids.
  private func frameCounts() throws(ImportFailure) -> [Int] {
    let framed = ids.tracks.first { $0.axis == .frames || $0.axis == .time }
    guard let framed else { return [] }
    var counts: [Int] = []
    for entry in ids.entries.indices {
      counts.append(try framed.rows(of: entry)?.count(columnCount: framed.columnNames.count) ?? 0)
    }
    return counts
  }

  private var name: String { SourceArgument(path: source).baseName }

  /// Modalities of equal name and width in both; where there are none, the only two of equal width.
  private func sharedTracks(_ dump: Dump) -> [(own: any Track, other: any Track)] {
    let mine = dump.tracks.filter(\.role.isModality)
    let others = ids.tracks.filter(\.role.isModality)
    let byName = mine.compactMap { track in
      others.first { $0.name == track.name && $0.columnNames.count == track.columnNames.count }
        .map { (track, $0) }
    }
    if !byName.isEmpty { return byName }
    return mine.compactMap { track in
      let equals = others.filter { $0.columnNames.count == track.columnNames.count }
      return equals.count == 1 ? (track, equals[0]) : nil
    }
  }

  // MARK: By content

  private func byContent(
    _ dump: Dump, _ shared: [(own: any Track, other: any Track)], _ path: String
  ) throws(ImportFailure) -> [Int] {
    var candidates = [Set<Int>?](repeating: nil, count: dump.entries.count)
    for (own, other) in shared {
      var index: [[UInt8]: [Int]] = [:]
      for entry in ids.entries.indices {
        guard let key = try key(of: other, entry) else { continue }
        index[key, default: []].append(entry)
      }
      for entry in dump.entries.indices {
        guard let key = try key(of: own, entry) else { continue }
        let found = Set(index[key] ?? [])
        candidates[entry] = candidates[entry].map { $0.intersection(found) } ?? found
      }
    }
    var places: [Int] = []
    for (entry, found) in candidates.enumerated() {
      guard let found, found.count == 1, let place = found.first else {
        let names = shared.map(\.own.name).joined(separator: ", ")
        throw .content(
          source: path, place: "\(names) of \(dump.entries[entry].id)",
          expected: "rows that one recording of \(name) has",
          found: (found ?? []).isEmpty ? "rows that none has" : "rows that several have",
          remedy: "give an ids source of the same features, or the ids alone, in this order")
      }
      places.append(place)
    }
    return places
  }

  /// A digest of the rows of `entry`; nil where it has none.
  private func key(of track: any Track, _ entry: Int) throws(ImportFailure) -> [UInt8]? {
    guard let rows = try track.rows(of: entry), !rows.values.isEmpty else { return nil }
    var hash = SHA256()
    var bytes: [UInt8] = []
    bytes.reserveCapacity(4 * rows.values.count)
    for value in rows.values {
      // Both zeros are equal, and so is every NaN.
      let bits = value.isNaN ? Float.nan.bitPattern : value == 0 ? 0 : value.bitPattern
      for shift in [0, 8, 16, 24] as [UInt32] {
        bytes.append(UInt8(truncatingIfNeeded: bits >> shift))
      }
    }
    hash.update(bytes)
    return hash.finish()
  }

  // MARK: By order

  private func byOrder(_ dump: Dump, _ path: String) throws(ImportFailure) -> [Int] {
    let hasSplits =
      dump.entries.allSatisfy { $0.split != nil } && ids.entries.allSatisfy { $0.split != nil }
    guard hasSplits else {
      try checkCount(dump.entries.count, ids.entries.count, "in all", path)
      return Array(dump.entries.indices)
    }
    var bySplit: [Split: [Int]] = [:]
    for (index, entry) in ids.entries.enumerated() {
      bySplit[entry.split ?? .none, default: []].append(index)
    }
    var taken: [Split: Int] = [:]
    var places: [Int] = []
    for entry in dump.entries {
      let split = entry.split ?? .none
      let next = taken[split, default: 0]
      taken[split] = next + 1
      guard let known = bySplit[split], next < known.count else {
        places.append(0)
        continue
      }
      places.append(known[next])
    }
    for (split, count) in taken.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      try checkCount(count, bySplit[split]?.count ?? 0, "in split \(split.rawValue)", path)
    }
    return places
  }

  private func checkCount(
    _ count: Int, _ idCount: Int, _ place: String, _ path: String
  ) throws(ImportFailure) {
    guard count == idCount else {
      throw .content(
        source: source, place: "ids", expected: "\(count) \(place), as '\(path)' has entries",
        found: "\(idCount)", remedy: "give an id for each entry, in their order")
    }
  }
}

extension Dump {
  /// What the user is told where entries have no ids and no source of ids was given.
  static let noteOnMissingIDs =
    "the source names no recordings: they are numbered by split (such as train-0001); give their"
    + " ids with ids=SOURCE"
}
