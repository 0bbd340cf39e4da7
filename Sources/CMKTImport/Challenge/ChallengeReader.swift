import CMKTFormat
import Codecs

/// Makes a dump of a challenge's folder.
///
/// Names sort the files, times in the files put rows on the frames of their recording, and what
/// differs is counted. Labels are read at once; features when they are wanted.
struct ChallengeReader {
  static let formatName = "recola"

  let folder: String
  let options: ReadingOptions
  let tree: ChallengeTree
  /// The targets whose branches of the features are read; empty for all.
  let branches: Set<String>
  var ledger = Ledger()
  var notes: [String] = []

  /// Reads the folder that `probe` looked at.
  ///
  /// - Throws: `ImportFailure`.
  static func read(
    _ probe: SourceProbe, _ options: ReadingOptions
  ) throws(ImportFailure) -> Dump {
    var reader = try ChallengeReader(probe, options)
    let selected = reader.select()
    let files = try reader.open(selected)
    let features = try reader.sets(of: files) { $0.part == .features }
    guard !features.isEmpty else {
      throw .content(
        source: reader.folder, place: "features",
        expected: "features for \(reader.branches.sorted().joined(separator: ", "))",
        found: "none", remedy: "ask for another --target")
    }
    let labels = try ChallengeLabels(
      gold: try reader.sets(of: files) { $0.part == .gold },
      ratings: try reader.sets(of: files) { $0.part != .features && $0.part != .gold })
    let frames = try ChallengeFrames(features: features, labels: labels)
    let entries = reader.entries(features, labels)
    var tracks: [any Track] = []
    for set in features { tracks.append(try reader.track(of: set, entries, frames)) }
    tracks += try labels.tracks(entries, frames, &reader.ledger)
    var dump = Dump(
      name: SourceArgument.stem(of: probe.argument.baseName), entries: entries.map(\.entry),
      tracks: tracks,
      files: files.map {
        SourceFile(path: $0.table.path, name: $0.file.path, format: Self.formatName)
      },
      ledger: reader.ledger)
    dump.redistribution = .restricted
    dump.notes = reader.notes
    return dump
  }

  private init(_ probe: SourceProbe, _ options: ReadingOptions) throws(ImportFailure) {
    folder = probe.argument.path
    self.options = options
    tree = ChallengeTree(probe.files)
    guard tree.hasFeatures else {
      throw .content(
        source: folder, place: "folders",
        expected: "features in a folder such as features_audio, named train_1.arff, dev_1.arff, …",
        found: "none", remedy: "give the folder that holds the tree")
    }
    let asked = Set(
      options.targets.map { target in
        target.split(separator: ".").last.map { $0.lowercased() } ?? target
      })
    let known = Set(tree.files.filter { $0.part == .gold }.map(\.branch))
    // An unknown target is the caller's to refuse, once it knows which there are.
    branches = known.isEmpty || !asked.isDisjoint(with: known) ? asked : []
  }

  // MARK: Files

  /// The files to read; counts them all.
  private mutating func select() -> [ChallengeTree.File] {
    ledger.add("read", "files", .incoming, count: tree.files.count + tree.others.count)
    for (path, reason) in tree.others {
      ledger.add("read", "files", .dropped, reason, example: path)
    }
    let raw = Set(tree.files.filter { $0.part == .ratings(isCentred: false) }.map(\.branch))
    let selected = tree.files.filter { file in
      var reason = ""
      if !branches.isEmpty, !file.branch.isEmpty, !branches.contains(file.branch) {
        reason = "for \(file.branch), which was not asked for"
      } else if file.part == .ratings(isCentred: true), raw.contains(file.branch) {
        reason = "centred ratings, beside the ratings themselves"
      }
      if !reason.isEmpty { ledger.add("read", "files", .dropped, reason, example: file.path) }
      return reason.isEmpty
    }
    ledger.add("read", "files", .kept, count: selected.count)
    return selected
  }

  /// Looks through all files, several at once.
  private mutating func open(
    _ selected: [ChallengeTree.File]
  ) throws(ImportFailure) -> [ChallengeFile] {
    var files: [ChallengeFile] = []
    let folder = folder
    try OrderedWork.run(count: selected.count, threads: options.threads) {
      (index) throws(ImportFailure) in
      try ChallengeFile(selected[index], folder: folder)
    } deliver: { (_, file) throws(ImportFailure) in
      files.append(file)
    }
    try refuseUnparted(files)
    for file in files {
      guard let named = file.contradiction else { continue }
      let culture = named.culture.isEmpty ? "" : ", culture \(named.culture)"
      notes.append(
        "\(file.file.path): its rows are named after recording \(named.number) of split "
          + "\(named.split.rawValue)\(culture); the name of the file is taken")
    }
    return files
  }

  /// A file without names and times tells no recordings apart: `train_123` is no recording 123
  /// where 1, 2 and 3 are known and 123 is not.
  private func refuseUnparted(_ files: [ChallengeFile]) throws(ImportFailure) {
    var known: Set<ChallengeRecording> = []
    for file in files where file.table.timeColumn != nil || file.table.nameColumn != nil {
      for (recording, _) in file.pieces { known.insert(recording) }
    }
    for file in files where file.table.timeColumn == nil && file.table.nameColumn == nil {
      let name = file.file.name
      let digits = name.digits.utf8.count
      guard digits > 1, let (recording, _) = file.pieces.first, !known.contains(recording),
        (0..<digits).allSatisfy({ name.recording(at: $0).map(known.contains) ?? false })
      else { continue }
      throw .content(
        source: file.table.path, place: "columns",
        expected: "the name of the instance or the time, to tell \(digits) recordings apart",
        found: "neither", remedy: "add one of them, or put each recording into a file")
    }
  }

  /// The sets of the files that `belongs` chooses, by title in the order of names.
  private func sets(
    of files: [ChallengeFile], _ belongs: (ChallengeTree.File) -> Bool
  ) throws(ImportFailure) -> [ChallengeSet] {
    var groups: [String: [ChallengeFile]] = [:]
    for file in files where belongs(file.file) {
      groups[title(of: file.file), default: []].append(file)
    }
    var sets: [ChallengeSet] = []
    for (title, members) in groups.sorted(by: { $0.key < $1.key }) {
      sets.append(try ChallengeSet(title, members))
    }
    return sets
  }

  /// The name of the modality or target that `file` is a part of.
  private func title(of file: ChallengeTree.File) -> String {
    guard file.part == .features else {
      let title = [file.set, file.branch].filter { !$0.isEmpty }.joined(separator: ".")
      return title.isEmpty ? "labels" : title
    }
    return file.branch.isEmpty || branches.count == 1 ? file.set : "\(file.set).\(file.branch)"
  }

  // MARK: Entries

  /// The recordings that features are there for, in order.
  private mutating func entries(
    _ features: [ChallengeSet], _ labels: ChallengeLabels
  ) -> [ChallengeEntry] {
    var spellings: [ChallengeRecording: String] = [:]
    for set in labels.sets + features {
      for (recording, place) in set.places {
        let name = place.file.file.name
        let number = place.file.isConcatenated ? String(recording.number) : name.digits
        spellings[recording] = name.lead + number
      }
    }
    let present = features.reduce(into: Set<ChallengeRecording>()) {
      $0.formUnion($1.places.keys)
    }
    ledger.add("read", "recordings", .incoming, count: spellings.count)
    ledger.add("read", "recordings", .kept, count: present.count)
    for recording in spellings.keys.sorted() where !present.contains(recording) {
      ledger.add(
        "read", "recordings", .dropped, "no features", example: spellings[recording])
    }
    return present.sorted().map { recording in
      let id = EntryID(recording: spellings[recording] ?? "")
      return ChallengeEntry(recording: recording, entry: Entry(id: id, split: recording.split))
    }
  }

  // MARK: Features

  private mutating func track(
    of set: ChallengeSet, _ entries: [ChallengeEntry],
    _ frames: ChallengeFrames
  ) throws(ImportFailure) -> ChallengeTrack {
    let columnNames = try set.columnNames()
    let table = set.files[0].table
    ledger.add(
      "read", modality: set.title, "columns", .incoming, count: table.table.columns.count)
    ledger.add("read", modality: set.title, "columns", .kept, count: columnNames.count)
    for (index, column) in table.table.columns.enumerated()
    where !table.valueColumns.contains(index) {
      ledger.add(
        "read", modality: set.title, "columns", .dropped, "no feature, by name or type",
        example: column.name.isEmpty ? "column \(index + 1)" : column.name)
    }
    ledger.add(
      "read", modality: set.title, "rows", .incoming,
      count: set.files.reduce(0) { $0 + $1.pieces.reduce(0) { $0 + $1.piece.rows.count } })
    ledger.add(
      "read", modality: set.title, "rows", .dropped,
      "the recording again, beside a file of its own", count: set.repeatedRowCount)
    ledger.add("read", modality: set.title, "rows", .kept, count: 0)
    let isFramed = frames.holds(set)
    var places: [ChallengeTrack.Place?] = []
    for entry in entries {
      guard let place = set.places[entry.recording] else {
        places.append(nil)
        continue
      }
      let map = isFramed ? try frames.map(place.piece, set.stepSeconds, place.file) : nil
      let count = frames.counts[entry.recording] ?? 0
      places.append(
        ChallengeTrack.Place(
          file: place.file, piece: place.piece, map: map, frameCount: count))
      if let map {
        ledger.addRows(map, below: count, of: set.title, entry.id)
      } else {
        ledger.add("read", modality: set.title, "rows", .kept, count: place.piece.rows.count)
      }
    }
    return ChallengeTrack(
      name: set.title, role: .modality(description(of: set, columnNames.count, frames)),
      axis: isFramed ? .frames : .time, columnNames: columnNames, places: places,
      stepSeconds: isFramed ? frames.stepSeconds : set.stepSeconds ?? frames.stepSeconds,
      zerosAreMissing: Self.isOfFaces(set.title))
  }

  /// Whether features of this name are 0 where no face was found; bags of words are 0 otherwise.
  private static func isOfFaces(_ title: String) -> Bool {
    let name = title.lowercased()
    return name.hasPrefix("video") && !name.contains("bow") && !name.contains("bovw")
  }

  private func description(
    of set: ChallengeSet, _ featureCount: Int, _ frames: ChallengeFrames
  ) -> ModalityDescription {
    var description = ModalityDescription()
    let file = set.files[0].file
    description.hopSeconds = set.stepSeconds ?? frames.stepSeconds
    if let window = file.name.window {
      // Windows of AVEC 2018 begin at the time of their row.
      description.windowSeconds = window.length
      description.anchor = "start"
    } else if let known = KnownFeatures.known(file.set, featureCount: featureCount) {
      description.extractor = known.extractor
      description.windowSeconds = known.windowSeconds[file.branch]
      description.anchor = "centre"
    }
    return description
  }
}

/// A recording as an entry of the dump.
struct ChallengeEntry: Sendable {
  let recording: ChallengeRecording
  let entry: Entry

  var id: String { entry.id.description }
}

extension Ledger {
  /// Counts the rows that `map` puts on the first `count` frames of `recording`.
  mutating func addRows(
    _ map: FrameMap, below count: Int, of title: String, _ recording: String
  ) {
    let covered = map.coverage(below: count)
    add("read", modality: title, "rows", .kept, count: covered.frames)
    add(
      "read", modality: title, "rows", .merged, "averaged with others of the same frame",
      count: covered.rows - covered.frames, example: recording)
    add(
      "read", modality: title, "rows", .dropped, "after the last frame of the recording",
      count: map.rowCount - covered.rows, example: recording)
    add(
      "read", modality: title, "rows", .masked, "no row for the frame",
      count: count - covered.frames, example: recording)
  }
}
