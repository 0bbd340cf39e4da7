import CMKTFormat
import Codecs

/// Makes a dump of the arrays of one file; what their axes mean follows from names and extents.
struct ArrayDump {
  let container: any ArrayContainer
  let argument: SourceArgument
  private let format: String
  let roles: ArrayRoles
  /// Whether an array of labels alone has a row for each entry, rather than for each frame.
  private let labelsEntries: Bool
  var ledger = Ledger()
  /// The names of the arrays that were read for what they are.
  var used: Set<String> = []
  /// Why an array that plays a part by its name was not read.
  var reasons: [String: String] = [:]
  /// Arrays that were opened, and what the texts of labels stand for, by name.
  var opened: [String: any NumberArray] = [:]
  var classNames: [String: [String]] = [:]
  /// The entries in words.
  var places: [String] = []

  /// More features than any extractor makes; guards against absurd extents.
  static let mostFeatures = 1 << 20
  static let mostEntries = 1 << 24
  /// One entry is held in memory.
  static let mostValuesPerEntry = 1 << 28

  init(
    _ container: any ArrayContainer, _ argument: SourceArgument, _ options: ReadingOptions,
    format: String, only: String?
  ) throws(ImportFailure) {
    self.container = container
    self.argument = argument
    self.format = format
    labelsEntries = argument.name == "labels" && !options.joinsByIndex
    roles = try ArrayRoles(container, only: only, isLabels: argument.name == "labels")
  }

  /// How the first axis of the arrays is to be read.
  enum Axis {
    /// One recording: rows in the order of time.
    case rows(count: Int)
    /// An entry each.
    case entries(count: Int)
    /// Rows of all entries, one after the other.
    case packed(offsets: [Int])
  }

  /// - Throws: `ImportFailure`.
  consuming func dump() throws(ImportFailure) -> Dump {
    guard !roles.data.isEmpty else { throw nothing() }
    let axis = try axis()
    let (entries, lacksIDs) = try entries(axis)
    places = entries.map(\.id.description)
    let frames = try frames(axis)
    var tracks: [any Track] = []
    for array in roles.data {
      tracks.append(try track(array, axis, frames))
      used.insert(array.name)
    }
    for array in roles.texts {
      guard let track = try texts(array, axis) else { continue }
      tracks.append(track)
      used.insert(array.name)
    }
    let notes = tellUnused()
    var dump = Dump(
      name: argument.stem, entries: entries, tracks: tracks,
      files: [SourceFile(path: container.path, format: format)], ledger: ledger)
    dump.lacksIDs = lacksIDs
    dump.notes = notes
    return dump
  }

  private func nothing() -> ImportFailure {
    let groups = container.unread.filter(\.isGroup).map(\.name)
    let unread = container.unread.prefix(8).map { "\($0.name) (\($0.reason))" }
    let list = (container.arrays.isEmpty ? [] : [ArrayRoles.list(container.arrays)]) + unread
    return .content(
      source: container.path, place: "arrays", expected: "at least one array of numbers",
      found: list.isEmpty ? "none" : list.joined(separator: ", "),
      remedy: groups.isEmpty
        ? "see Formats/import/arrays.md, and npz-dialogue.md for id_SPLIT and length_SPLIT"
        : "choose a group: FILE::\(groups[0])")
  }

  /// Counts the arrays that no part was found for; what the user should know of them.
  private mutating func tellUnused() -> [String] {
    var unused: [(name: String, reason: String)] = container.unread.map { ($0.name, $0.reason) }
    for array in container.arrays where !used.contains(array.name) {
      let reason =
        reasons[array.name] ?? roles.unused[array.name] ?? "no part for this name and shape"
      unused.append((array.name, reason))
    }
    guard !unused.isEmpty else { return [] }
    ledger.add(
      "read", "arrays", .incoming, count: container.arrays.count + container.unread.count)
    ledger.add("read", "arrays", .kept, count: used.count)
    for (name, reason) in unused {
      ledger.add("read", "arrays", .dropped, reason, example: name)
    }
    let told = unused.filter { $0.reason != "another array was chosen" }
    let most = 8
    var notes = told.prefix(most).map { name, reason in
      "'\(container.path)': '\(name)' is left out: \(reason)"
    }
    if told.count > most {
      notes.append("'\(container.path)': \(told.count - most) more arrays are left out")
    }
    return notes
  }

  // MARK: Entries

  private mutating func axis() throws(ImportFailure) -> Axis {
    if let name = roles.name(.offsets) {
      let offsets = try integers(name, most: Self.mostEntries)
      guard offsets.first == 0 else {
        throw container.failure(
          name, expected: "numbers that start at 0", found: offsets.first.map { "\($0)" } ?? "none",
          remedy: "entry i has the rows offset[i] ..< offset[i + 1]")
      }
      if let fall = offsets.indices.dropFirst().first(where: { offsets[$0] < offsets[$0 - 1] }) {
        throw container.failure(
          name, expected: "numbers that never fall",
          found: "\(offsets[fall]) after \(offsets[fall - 1]) at [\(fall)]",
          remedy: "entry i has the rows offset[i] ..< offset[i + 1]")
      }
      return .packed(offsets: offsets)
    }
    let cube = roles.data.first { $0.shape.count == 3 }
    if cube == nil, let offsets = try packedLengths() { return .packed(offsets: offsets) }
    guard roles.name(.ids) != nil || cube != nil || labelsEntries else {
      return .rows(count: roles.data[0].shape[0])
    }
    let ids = roles.name(.ids).flatMap { name in container.arrays.first { $0.name == name } }
    let counted = ids ?? cube ?? roles.data[0]
    guard let count = counted.shape.first, count <= Self.mostEntries else {
      throw container.failure(
        counted.name, expected: "one axis of at most \(Self.mostEntries) entries",
        found: "shape \(DialogueSource.text(counted.shape))")
    }
    for array in roles.data where array.shape.first != count || array.shape.count > 3 {
      throw refused(array, expected: "\(count) entries")
    }
    return .entries(count: count)
  }

  /// The offsets that lengths of packed rows come to; nil where the lengths are of padded ones.
  private mutating func packedLengths() throws(ImportFailure) -> [Int]? {
    guard let name = roles.name(.lengths),
      let described = container.arrays.first(where: { $0.name == name }),
      roles.data.contains(where: { $0.shape[0] != described.shape.first })
    else { return nil }
    let lengths = try integers(name, most: Self.mostEntries)
    var offsets = [0]
    for (index, length) in lengths.enumerated() {
      let (sum, overflow) = offsets[index].addingReportingOverflow(length)
      guard length >= 0, !overflow else {
        throw container.failure(
          name, expected: "lengths of 0 and more", found: "\(length) at [\(index)]")
      }
      offsets.append(sum)
    }
    guard roles.data.contains(where: { $0.shape[0] == offsets[lengths.count] }) else {
      throw container.failure(
        name,
        expected: "lengths that come to the \(roles.data[0].shape[0]) rows of "
          + "'\(roles.data[0].name)'", found: "\(lengths.count) that come to \(offsets.last ?? 0)",
        remedy: "give a length for each entry, or leave them out")
    }
    return offsets
  }

  private mutating func entries(
    _ axis: Axis
  ) throws(ImportFailure) -> ([Entry], lacksIDs: Bool) {
    let split = ArraySplit.ofFile(argument.stem)
    let count: Int
    switch axis {
    case .rows: count = 1
    case .entries(let number): count = number
    case .packed(let offsets): count = offsets.count - 1
    }
    let splits = try column(.splits, count)
    let speakers = try column(.speakers, count)
    let ids = try column(.ids, count).map(PickledIDs.parse)
    var numbered = PickledIDs.numbered(split?.rawValue ?? "entry", ids == nil ? count : 0)
    if case .rows = axis { numbered = [EntryID(recording: argument.stem)] }
    var entries: [Entry] = []
    for index in 0..<count {
      var entry = Entry(id: ids?[index] ?? numbered[index], split: split)
      entry.speaker = speakers?[index] ?? ""
      if let word = splits?[index] {
        guard let known = ArraySplit.named(word) else {
          throw container.failure(
            roles.name(.splits) ?? "", expected: "train, valid, dev, test, unlabelled or none",
            found: "'\(word)' at [\(index)]")
        }
        entry.split = known
      }
      entries.append(entry)
    }
    return (entries, ids == nil)
  }

  /// The texts of the array that plays `part`, one for each entry.
  private mutating func column(
    _ part: ArrayRoles.Part, _ count: Int
  ) throws(ImportFailure) -> [String]? {
    guard let name = roles.name(part) else { return nil }
    let shape = container.arrays.first { $0.name == name }?.shape ?? []
    guard shape == [count] || (shape.isEmpty && count == 1) else {
      throw container.failure(
        name, expected: "\(count), one per entry", found: "shape \(DialogueSource.text(shape))")
    }
    used.insert(name)
    return try container.texts(name)
  }

  // MARK: Tracks

  private mutating func track(
    _ array: ArrayDescription, _ axis: Axis, _ frames: Padding?
  ) throws(ImportFailure) -> any Track {
    let (trackAxis, width, layout) = try layout(of: array, axis, frames)
    let numbers = try numbers(array)
    let most = layout.ranges.lazy.map(\.count).max() ?? 0
    guard most <= Self.mostValuesPerEntry / width else {
      throw container.failure(
        array.name, expected: "at most \(Self.mostValuesPerEntry) values in one entry",
        found: "\(most) rows of \(width)", remedy: "cut the entry into parts")
    }
    let name = name(of: array)
    return NumberTrack(
      name: name,
      role: roles.isTarget(array)
        ? .target(targetDescription(of: array)) : .modality(ModalityDescription()),
      axis: trackAxis, columnNames: width == 1 ? [name] : ColumnNames.numbered(name, count: width),
      numbers: numbers, layout: layout)
  }

  /// What a track is called: as its array, but the only one as the user said.
  private func name(of array: ArrayDescription) -> String {
    guard roles.isTarget(array) else {
      return roles.data.count == 1 ? argument.name ?? array.name : array.name
    }
    let isGeneric = ArrayRoles.generic.contains(array.name.lowercased())
    return isGeneric && roles.data.count == 1 ? "label" : array.name
  }

  private func texts(
    _ array: ArrayDescription, _ axis: Axis
  ) throws(ImportFailure) -> (any Track)? {
    var offsets: [Int]
    var trackAxis = TrackAxis.entry
    switch axis {
    case .entries(let count): offsets = Array(0...count)
    case .packed(let packed) where array.shape == [packed.last ?? 0]:
      offsets = packed
      trackAxis = .own
    case .packed(let packed): offsets = Array(0..<packed.count)
    case .rows(let count):
      offsets = [0, count]
      trackAxis = .own
    }
    guard array.shape == [offsets.last ?? 0] else { return nil }
    return ArrayTrack(
      name: array.name, role: .text, axis: trackAxis, columnNames: [],
      rows: TrackRows(texts: try container.texts(array.name)), offsets: offsets)
  }
}

/// Splits as files spell them.
enum ArraySplit {
  /// The split called `word`; nil where there is none.
  static func named(_ word: String) -> Split? {
    let word = word.lowercased()
    if word == "none" || word.isEmpty { return Split.none }
    return DialogueLayout.suffixes.first { $0.suffix == word }?.split
  }

  /// `X_train` and `audio_dev_emb` hold one split.
  static func ofFile(_ stem: String) -> Split? {
    stem.split(separator: "_").dropFirst().lazy.compactMap { word in
      DialogueLayout.suffixes.first { $0.suffix == word.lowercased() }?.split
    }.first
  }
}
