import CMKTFormat
import Codecs

/// The samples of all splits as entries, in file order.
struct PickledEntries: Sendable {
  private(set) var entries: [Entry] = []
  /// By entry.
  private(set) var places: [PickledPlace] = []
  private(set) var partCount = 0

  /// Adds the samples of one split.
  mutating func append(_ added: [Entry]) {
    for index in added.indices {
      places.append(PickledPlace(part: partCount, sample: index))
    }
    entries += added
    partCount += 1
  }

  /// The entries of `part`, whose ids stand in `id` or, without, are counted.
  static func entries(
    of part: SplitPart, count: Int, _ source: PickledSource
  ) throws(ImportFailure) -> [Entry] {
    guard let value = part.members["id"] ?? part.members["ids"] else {
      return PickledIDs.numbered(part.split.rawValue, count).map {
        Entry(id: $0, split: part.split)
      }
    }
    let (texts, columnCount) = try source.texts(
      value, count: count, "\(part.place)['id']", limit: PickledSource.longestID)
    let names = (0..<count).map { texts[$0 * columnCount] }
    if columnCount > 1, Set(names).count < count {
      // Name, start and end: the name alone is that of the recording.
      return (0..<count).map { index in
        let fields = texts[(index * columnCount)..<((index + 1) * columnCount)]
        var entry = Entry(
          id: EntryID(recording: fields.joined(separator: "_")), split: part.split)
        entry.recording = names[index]
        return entry
      }
    }
    return PickledIDs.parse(names).map { Entry(id: $0, split: part.split) }
  }
}
