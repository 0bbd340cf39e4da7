import CMKTFormat
import Codecs

/// The names of the samples of one split, as the file spells them.
struct PickledNames: Sendable {
  let split: Split?
  /// How many samples there are.
  let count: Int
  /// `[count, columnCount]`; empty where the file has none.
  let texts: [String]
  let columnCount: Int

  /// Samples that are counted, as they have no names.
  init(split: Split?, count: Int) {
    self.init(split: split, count: count, texts: [], columnCount: 0)
  }

  /// Samples that have one name each.
  init(split: Split?, _ names: [String]) {
    self.init(split: split, count: names.count, texts: names, columnCount: 1)
  }

  private init(split: Split?, count: Int, texts: [String], columnCount: Int) {
    self.split = split
    self.count = count
    self.texts = texts
    self.columnCount = columnCount
  }

  /// An id has at most this many columns, such as name, start and end.
  private static let mostColumns = 16

  /// The names of the `count` samples of `part`.
  ///
  /// - Throws: `ImportFailure`.
  init(_ part: SplitPart, count: Int, _ source: PickledSource) throws(ImportFailure) {
    guard let key = ["id", "ids"].first(where: { part.members[$0] != nil }),
      let value = part.members[key]
    else {
      self.init(split: part.split, count: count)
      return
    }
    let (texts, columnCount) = try source.texts(
      value, count: count, "\(part.place)['\(key)']", limit: PickledSource.longestID,
      mostColumns: Self.mostColumns)
    self.init(split: part.split, count: count, texts: texts, columnCount: columnCount)
  }

  /// The first column.
  var first: [String] {
    columnCount == 0 ? [] : (0..<count).map { texts[$0 * columnCount] }
  }

  /// All columns of sample `index` as one name.
  func joined(_ index: Int) -> String {
    texts[(index * columnCount)..<((index + 1) * columnCount)].joined(separator: "_")
  }
}

/// The samples of all splits as entries, in file order.
struct PickledEntries: Sendable {
  private(set) var entries: [Entry] = []
  /// By entry.
  private(set) var places: [PickledPlace] = []

  /// The samples of `parts`, whose names are spelled alike in the whole file.
  init(_ parts: [PickledNames]) {
    let several = parts.filter { $0.columnCount > 1 }.flatMap(\.first)
    // Name, start and end: a name that comes twice is that of the recording.
    let joinsColumns = Set(several).count < several.count
    let spelling = PickledIDs.spelling(
      of: parts.filter { !joinsColumns || $0.columnCount == 1 }.flatMap(\.first))
    for (number, part) in parts.enumerated() {
      let names = part.first
      let numbered =
        names.isEmpty ? PickledIDs.numbered(part.split?.rawValue ?? "sample", part.count) : []
      for index in 0..<part.count {
        var entry: Entry
        if names.isEmpty {
          entry = Entry(id: numbered[index], split: part.split)
        } else if joinsColumns, part.columnCount > 1 {
          entry = Entry(id: EntryID(recording: part.joined(index)), split: part.split)
          entry.recording = names[index]
        } else {
          entry = Entry(id: EntryID(names[index], spelling: spelling), split: part.split)
        }
        entries.append(entry)
        places.append(PickledPlace(part: number, sample: index))
      }
    }
  }
}
