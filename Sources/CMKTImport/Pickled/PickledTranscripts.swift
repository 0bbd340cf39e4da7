import CMKTFormat
import Codecs

/// One text for each entry, read when it is wanted.
struct PickledTranscripts: Track {
  /// The texts of one split.
  private enum Storage: Sendable {
    case missing
    case values([PickleValue])
    case array(PickleArray)
  }

  let name = "transcripts"
  private let source: PickledSource
  private let storage: [Storage]
  /// By split, for messages.
  private let partPlaces: [String]
  /// By entry.
  private let places: [PickledPlace]

  var role: TrackRole { .text }
  var axis: TrackAxis { .entry }
  var columnNames: [String] { [] }

  static let key = "raw_text"
  private static let longestText = 65_536

  /// The texts of `parts`, which have `counts` samples; nil where no split has any.
  ///
  /// - Throws: `ImportFailure.content` where their number is another.
  init?(
    _ source: PickledSource, _ parts: [SplitPart], _ counts: [Int], _ entries: PickledEntries
  ) throws(ImportFailure) {
    self.source = source
    places = entries.places
    partPlaces = parts.map { "\($0.place)['\(Self.key)']" }
    var storage: [Storage] = []
    for (index, part) in parts.enumerated() {
      storage.append(
        try Self.storage(part.members[Self.key], counts[index], source, partPlaces[index]))
    }
    self.storage = storage
    let isEmpty = storage.allSatisfy {
      if case .missing = $0 { true } else { false }
    }
    if isEmpty { return nil }
  }

  private static func storage(
    _ value: PickleValue?, _ count: Int, _ source: PickledSource, _ place: String
  ) throws(ImportFailure) -> Storage {
    guard let value, source.document.content(value) != .none else { return .missing }
    if case .array(let array) = source.document.content(value), array.shape.first == count,
      array.rowElementCount == 1
    {
      switch array.elementType {
      case .bytes, .unicode: return .array(array)
      default: break
      }
    }
    if let rows = try source.rows(of: value, count: count), rows.width == 1 {
      return .values(rows.elements)
    }
    throw source.failure(place, expected: "\(count) texts", found: value)
  }

  func rows(of entry: Int) throws(ImportFailure) -> TrackRows? {
    let (part, sample) = (places[entry].part, places[entry].sample)
    let place = "\(partPlaces[part])[\(sample)]"
    switch storage[part] {
    case .missing: return nil
    case .values(let values):
      return try source.optionalText(values[sample], Self.longestText, place).map {
        TrackRows(texts: [$0])
      }
    case .array(let array):
      let read = try source.reading { document throws(CodecFailure) in
        try document.read(array, rows: sample..<(sample + 1))
      }
      try source.charge(array.rowByteCount, place)
      return read.texts.map { TrackRows(texts: $0) }
    }
  }
}
