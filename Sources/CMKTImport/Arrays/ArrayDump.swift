import CMKTFormat
import Codecs

/// Makes a dump of the arrays of one file; what their axes mean follows from names and extents.
struct ArrayDump {
  private let container: any ArrayContainer
  private let argument: SourceArgument
  private let format: String
  private let roles: ArrayRoles
  /// Whether an array of labels alone has a row for each entry, rather than for each frame.
  private let labelsEntries: Bool
  private var ledger = Ledger()

  /// More features than any extractor makes; guards against absurd extents.
  private static let mostFeatures = 1 << 20
  private static let mostEntries = 1 << 24

  init(
    _ container: any ArrayContainer, _ argument: SourceArgument, _ options: ReadingOptions,
    format: String, only: String?
  ) throws(ImportFailure) {
    self.container = container
    self.argument = argument
    self.format = format
    labelsEntries = argument.name == "labels" && !options.joinsByIndex
    roles = try ArrayRoles(container, only: only)
  }

  /// How the first axis of the arrays is to be read.
  private enum Axis {
    /// One recording: rows in the order of time.
    case rows(count: Int)
    /// An entry each.
    case entries(count: Int)
    /// Rows of all entries, one after the other.
    case packed(offsets: [Int])
  }

  /// - Throws: `ImportFailure`.
  consuming func dump() throws(ImportFailure) -> Dump {
    guard !roles.data.isEmpty else {
      let list = container.arrays.prefix(6).map { "\($0.name) \($0.type) \($0.shape)" }
      throw .content(
        source: container.path, place: "arrays", expected: "at least one array of numbers",
        found: list.isEmpty ? "none" : list.joined(separator: ", "),
        remedy: "see Formats/import/arrays.md, and npz-dialogue.md for id_SPLIT and length_SPLIT")
    }
    let axis = try axis()
    let (entries, lacksIDs) = try entries(axis)
    var tracks: [any Track] = []
    for array in roles.data {
      let name = roles.data.count == 1 ? argument.name ?? array.name : array.name
      let isTarget = argument.name == "labels" || ArrayRoles.isTarget(array.name)
      tracks.append(
        try track(
          array, isTarget && array.name != argument.name ? array.name : name, isTarget, axis))
    }
    for array in roles.texts {
      if let track = try texts(array, axis) { tracks.append(track) }
    }
    var dump = Dump(
      name: argument.stem, entries: entries, tracks: tracks,
      files: [SourceFile(path: container.path, format: format)], ledger: ledger)
    dump.lacksIDs = lacksIDs
    return dump
  }

  // MARK: Entries

  private func axis() throws(ImportFailure) -> Axis {
    if let name = roles.name(.offsets) {
      let offsets = try container.integers(name)
      guard offsets.first == 0, offsets.count <= Self.mostEntries,
        zip(offsets, offsets.dropFirst()).allSatisfy({ $0 <= $1 })
      else {
        throw container.failure(
          name, expected: "numbers that start at 0 and never fall", found: "others",
          remedy: "entry i has the rows offset[i] ..< offset[i + 1]")
      }
      return .packed(offsets: offsets)
    }
    let cube = roles.data.first { $0.shape.count == 3 }
    guard roles.name(.ids) != nil || cube != nil || labelsEntries else {
      return .rows(count: roles.data[0].shape[0])
    }
    let ids = roles.name(.ids).flatMap { name in container.arrays.first { $0.name == name } }
    let count = (ids ?? cube ?? roles.data[0]).shape[0]
    guard count <= Self.mostEntries else {
      throw container.failure(
        (ids ?? cube ?? roles.data[0]).name, expected: "at most \(Self.mostEntries) entries",
        found: "\(count)")
    }
    return .entries(count: count)
  }

  private func entries(_ axis: Axis) throws(ImportFailure) -> ([Entry], lacksIDs: Bool) {
    let split = ArraySplit.ofFile(argument.stem)
    let count: Int
    switch axis {
    case .rows:
      var entry = Entry(id: EntryID(recording: argument.stem), split: split)
      if let name = roles.name(.speakers) { entry.speaker = try container.texts(name).first ?? "" }
      return ([entry], true)
    case .entries(let number): count = number
    case .packed(let offsets): count = offsets.count - 1
    }
    func column(_ part: ArrayRoles.Part) throws(ImportFailure) -> [String]? {
      guard let name = roles.name(part) else { return nil }
      let texts = try container.texts(name)
      guard texts.count == count else {
        throw container.failure(name, expected: "\(count), one per entry", found: "\(texts.count)")
      }
      return texts
    }
    let splits = try column(.splits)
    let speakers = try column(.speakers)
    let ids = try column(.ids).map(PickledIDs.parse)
    var entries: [Entry] = []
    let numbered = PickledIDs.numbered(split?.rawValue ?? "entry", ids == nil ? count : 0)
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

  // MARK: Tracks

  private mutating func track(
    _ array: ArrayDescription, _ name: String, _ isTarget: Bool, _ axis: Axis
  ) throws(ImportFailure) -> any Track {
    let numbers = try container.numbers(array.name)
    let shape = numbers.shape
    let (trackAxis, width, layout) = try self.layout(of: array.name, shape, isTarget, axis)
    guard (1...Self.mostFeatures).contains(width) else {
      throw container.failure(
        array.name, expected: "1 to \(Self.mostFeatures) features", found: "\(width)")
    }
    let role: TrackRole
    if isTarget {
      var description = TargetDescription()
      description.isIntegral = numbers.isIntegral
      role = .target(description)
    } else {
      role = .modality(ModalityDescription())
    }
    return NumberTrack(
      name: name, role: role, axis: trackAxis,
      columnNames: width == 1 ? [name] : ColumnNames.numbered(name, count: width),
      numbers: numbers, layout: layout)
  }

  /// What the axes of an array of `shape` mean.
  private mutating func layout(
    of name: String, _ shape: [Int], _ isTarget: Bool, _ axis: Axis
  ) throws(ImportFailure) -> (TrackAxis, width: Int, NumberTrack.Layout) {
    func refused(_ expected: String) -> ImportFailure {
      container.failure(
        name, expected: expected, found: "shape \(DialogueSource.text(shape))",
        remedy: "choose one array with FILE::/NAME, or see Formats/import/arrays.md")
    }
    let width = shape.count == 1 ? 1 : shape[shape.count - 1]
    switch axis {
    case .rows(let count):
      guard shape.count <= 2, shape[0] == count else {
        throw refused("\(count) rows, or \(count) x features")
      }
      let intervals = try intervals(count)
      return (
        intervals != nil ? .time : roles.data.count > 1 ? .frames : .own, width,
        NumberTrack.Layout(ranges: [0..<count], intervals: intervals.map { [$0] })
      )
    case .packed(let offsets):
      let total = offsets.last ?? 0
      guard shape.count <= 2 else { throw refused("rows x features") }
      if shape[0] == offsets.count - 1, shape[0] != total {
        return (.entry, width, .singles(shape[0]))
      }
      guard shape[0] == total else { throw refused("\(total) rows, as the offsets say") }
      let ranges = zip(offsets, offsets.dropFirst()).map { $0..<$1 }
      guard let words = roles.name(.words, of: name), !isTarget else {
        return (roles.data.count > 1 ? .frames : .own, width, NumberTrack.Layout(ranges: ranges))
      }
      return (.frames, width, try collapsed(ranges, words, rowCount: total, name))
    case .entries(let count):
      guard shape[0] == count, shape.count <= 3 else { throw refused("\(count) entries") }
      let padded = roles.data.first { $0.shape.count == 3 }?.shape[1]
      if shape.count == 2, isTarget, shape[1] == padded, shape[1] > 1 {
        return (.frames, 1, try padded3(name, count, shape[1], 1, isTarget))
      }
      if shape.count < 3 || shape[1] == 1 { return (.entry, width, .singles(count)) }
      let isShared = roles.data.allSatisfy { $0.shape.count != 3 || $0.shape[1] == shape[1] }
      if let words = roles.name(.words, of: name), !isTarget {
        let ranges = (0..<count).map { $0 * shape[1]..<($0 + 1) * shape[1] }
        return (.frames, width, try collapsed(ranges, words, rowCount: count * shape[1], name))
      }
      return (
        isShared ? .frames : .own, width, try padded3(name, count, shape[1], width, isTarget)
      )
    }
  }

  /// Rows of entries that are padded to `length`: by lengths, or by rows of zeros.
  private mutating func padded3(
    _ name: String, _ count: Int, _ length: Int, _ width: Int, _ isTarget: Bool
  ) throws(ImportFailure) -> NumberTrack.Layout {
    let whole = (0..<count).map { $0 * length..<($0 + 1) * length }
    guard let lengthName = roles.name(.lengths, of: name) else {
      guard !isTarget else { return NumberTrack.Layout(ranges: whole) }
      let numbers = try container.numbers(name)
      var runs = ZeroRows()
      for range in whole {
        runs.append(try numbers.floats(in: range.scaled(by: width)), columnCount: width)
      }
      return NumberTrack.Layout(ranges: whole, filled: runs.filled)
    }
    let lengths = try container.integers(lengthName)
    guard lengths.count == count, lengths.allSatisfy({ (0...length).contains($0) }) else {
      throw container.failure(
        lengthName, expected: "\(count) lengths from 0 to \(length)", found: "others")
    }
    if !isTarget {
      let kept = lengths.reduce(0, +)
      ledger.add("read", modality: name, "rows", .incoming, count: count * length)
      ledger.add("read", modality: name, "rows", .kept, count: kept)
      ledger.add(
        "read", modality: name, "rows", .dropped, "padding at the end",
        count: count * length - kept)
    }
    return NumberTrack.Layout(
      ranges: zip(whole, lengths).map { $0.lowerBound..<$0.lowerBound + $1 })
  }

  /// Rows of sub-words that become one row per word.
  private mutating func collapsed(
    _ ranges: [Range<Int>], _ wordName: String, rowCount: Int, _ name: String
  ) throws(ImportFailure) -> NumberTrack.Layout {
    let words = try container.integers(wordName)
    guard words.count == rowCount else {
      throw container.failure(
        wordName, expected: "\(rowCount) numbers, one per row of '\(name)'",
        found: "\(words.count)")
    }
    var groups: [[Range<Int>]] = []
    var kept = 0
    for range in ranges {
      var own: [Range<Int>] = []
      var last = -1
      for row in range where words[row] >= 0 {
        kept += 1
        if words[row] == last, own.last?.upperBound == row {
          own[own.count - 1] = own[own.count - 1].lowerBound..<row + 1
        } else {
          guard words[row] > last else {
            throw container.failure(
              wordName, expected: "words that never fall within an entry",
              found: "\(words[row])"
                + " after \(last) at row \(row)",
              remedy: "number the words of each entry from 0; special tokens and padding are -1")
          }
          own.append(row..<row + 1)
          last = words[row]
        }
      }
      groups.append(own)
    }
    let count = groups.reduce(0) { $0 + $1.count }
    ledger.add("read", modality: name, "sub-words", .incoming, count: rowCount)
    ledger.add("read", modality: name, "sub-words", .kept, count: count)
    ledger.add(
      "read", modality: name, "sub-words", .merged, "averaged into their word",
      count: kept - count)
    ledger.add(
      "read", modality: name, "sub-words", .dropped, "special tokens and padding",
      count: rowCount - kept)
    return NumberTrack.Layout(ranges: ranges, groups: groups)
  }

  /// Start and end of each row of the only recording; nil where no array tells.
  private func intervals(_ count: Int) throws(ImportFailure) -> [Double]? {
    if let name = roles.name(.intervals) {
      let numbers = try container.doubles(name)
      guard numbers.count == 2 * count else {
        throw container.failure(
          name, expected: "\(count) x 2 seconds", found: "\(numbers.count) numbers")
      }
      return numbers
    }
    guard let name = roles.name(.times) else { return nil }
    let times = try container.doubles(name)
    guard times.count == count, times.allSatisfy(\.isFinite),
      zip(times, times.dropFirst()).allSatisfy({ $0 <= $1 })
    else {
      throw container.failure(
        name, expected: "\(count) times in seconds that never fall", found: "others")
    }
    let step = times.count > 1 ? times[times.count - 1] - times[times.count - 2] : 0
    var intervals: [Double] = []
    for (index, time) in times.enumerated() {
      intervals.append(time)
      intervals.append(index + 1 < times.count ? times[index + 1] : time + step)
    }
    return intervals
  }

  private func texts(
    _ array: ArrayDescription, _ axis: Axis
  ) throws(ImportFailure) -> (any Track)? {
    guard array.shape.count == 1, case .entries(let count) = axis, array.shape[0] == count else {
      return nil
    }
    return ArrayTrack(
      name: array.name, role: .text, axis: .entry, columnNames: [],
      rows: TrackRows(texts: try container.texts(array.name)), offsets: Array(0...count))
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
