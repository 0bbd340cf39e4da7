import CMKTFormat
import Codecs

/// The gold standards of a challenge, and what single raters gave.
struct ChallengeLabels: Sendable {
  let gold: [ChallengeSet]
  let ratings: [ChallengeSet]

  /// Targets of SEWA in the order of its tables without names.
  private static let unnamed = ["arousal", "valence", "liking"]

  /// - Throws: `ImportFailure.content` for ratings without a gold standard.
  init(gold: [ChallengeSet], ratings: [ChallengeSet]) throws(ImportFailure) {
    self.gold = gold
    self.ratings = ratings
    guard gold.isEmpty, let lone = ratings.first?.files.first else { return }
    throw .content(
      source: lone.table.path, place: "its folder",
      expected: "a gold standard beside individual ratings, such as ratings_gold_standard",
      found: "none", remedy: "put the gold standard there, or leave the ratings out")
  }

  /// All sets, for the recordings that they name.
  var sets: [ChallengeSet] { gold + ratings }

  /// One target of a gold standard: its name, and its column among the values.
  private struct Quantity {
    let name: String
    let branch: String
    let column: Int
  }

  /// One track for each target, for `entries` in that order.
  ///
  /// - Throws: `ImportFailure`.
  func tracks(
    _ entries: [ChallengeEntry], _ frames: ChallengeFrames, _ ledger: inout Ledger
  ) throws(ImportFailure) -> [any Track] {
    var tracks: [any Track] = []
    let standards = Set(gold.map { $0.files[0].file.set })
    for set in gold {
      let file = set.files[0].file
      let prefix = standards.count > 1 && !file.set.isEmpty ? file.set + "." : ""
      for quantity in try quantities(of: set, prefix) {
        let ratings = ratings.first { $0.files[0].file.branch == quantity.branch }
        let raters = try ratings.map { set throws(ImportFailure) in
          try ChallengeRaters(set)
        }
        tracks.append(try track(of: set, quantity, raters, entries, frames, &ledger))
      }
    }
    return tracks
  }

  /// The targets that the columns of `set` hold.
  private func quantities(
    of set: ChallengeSet, _ prefix: String
  ) throws(ImportFailure) -> [Quantity] {
    let file = set.files[0]
    let names = try set.columnNames()
    if !file.file.branch.isEmpty {
      guard names.count == 1 else {
        throw .content(
          source: file.table.path, place: "columns",
          expected: "one column of labels for \(file.file.branch)",
          found: names.joined(separator: ", "), remedy: "remove the others")
      }
      let branch = file.file.branch
      return [Quantity(name: prefix + branch, branch: branch, column: 0)]
    }
    var titles = names.map { $0.lowercased() }
    if !file.table.table.hasNames {
      guard names.count == Self.unnamed.count else {
        throw .content(
          source: file.table.path, place: "columns",
          expected: "labels for \(Self.unnamed.joined(separator: ", ")), or a line of names",
          found: "\(names.count) columns", remedy: "name the columns in a first line")
      }
      titles = Self.unnamed
    }
    return titles.enumerated().map { index, title in
      Quantity(name: prefix + title, branch: title, column: index)
    }
  }

  private func track(
    of set: ChallengeSet, _ quantity: Quantity, _ raters: ChallengeRaters?,
    _ entries: [ChallengeEntry], _ frames: ChallengeFrames, _ ledger: inout Ledger
  ) throws(ImportFailure) -> ArrayTrack {
    var rows = TrackRows(values: [], intervals: [], validity: .rows([]))
    var flags: [Bool] = []
    var offsets = [0]
    ledger.add(
      "read", modality: quantity.name, "rows", .incoming,
      count: set.files.reduce(0) { $0 + $1.pieces.reduce(0) { $0 + $1.piece.rows.count } })
    ledger.add(
      "read", modality: quantity.name, "rows", .dropped,
      "the recording again, beside a file of its own", count: set.repeatedRowCount)
    ledger.add("read", modality: quantity.name, "rows", .kept, count: 0)
    let present = Set(entries.map(\.recording))
    for (recording, place) in set.places where !present.contains(recording) {
      ledger.add(
        "read", modality: quantity.name, "rows", .dropped, "no features for the recording",
        count: place.piece.rows.count)
    }
    for entry in entries {
      let count = frames.counts[entry.recording] ?? 0
      guard let place = set.places[entry.recording] else {
        offsets.append(flags.count)
        continue
      }
      let map = try frames.map(place.piece, set.stepSeconds, place.file)
      var found = FrameRows(frameCount: count, width: 1)
      try place.file.readRows(of: place.piece) { row, values in
        found.add([values[quantity.column]], to: map[row])
      }
      ledger.addRows(map, below: count, of: quantity.name, entry.id)
      rows.values += found.values
      rows.intervals?.append(contentsOf: FrameRows.intervals(count, frames.stepSeconds))
      flags += found.hasRow
      if let raters {
        rows.raters += try raters.values(of: entry, count, frames, quantity.name, &ledger)
      }
      offsets.append(flags.count)
    }
    rows.validity = .rows(flags)
    var description = TargetDescription()
    description.kind = .regression
    let isScaled = rows.values.allSatisfy { $0.isNaN || (-1...1).contains($0) }
    description.range = isScaled ? -1...1 : nil
    description.raterNames = raters?.names ?? []
    return ArrayTrack(
      name: quantity.name, role: .target(description), axis: .frames,
      columnNames: [quantity.name], rows: rows, offsets: offsets)
  }
}
