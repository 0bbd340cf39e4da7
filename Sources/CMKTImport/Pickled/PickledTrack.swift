import CMKTFormat
import Codecs

/// Where the samples of an entry stand: a split and a place in it.
struct PickledPlace: Sendable {
  let part: Int
  let sample: Int
}

/// A modality of a pickle: rows are read when they are wanted.
struct PickledTrack: Track {
  /// The samples of one split and which of their rows are no padding.
  struct Part: Sendable {
    let samples: PickledSamples
    let ranges: [Range<Int>]
  }

  let name: String
  let axis: TrackAxis
  let columnNames: [String]
  /// By split; nil where a split lacks the modality.
  let parts: [Part?]
  /// By entry.
  let places: [PickledPlace]

  var role: TrackRole { .modality(ModalityDescription()) }

  init(name: String, axis: TrackAxis, columnCount: Int, parts: [Part?], places: [PickledPlace]) {
    self.name = name
    self.axis = axis
    columnNames = ColumnNames.numbered(name, count: columnCount)
    self.parts = parts
    self.places = places
  }

  func rows(of entry: Int) throws(ImportFailure) -> TrackRows? {
    let place = places[entry]
    guard let part = parts[place.part] else { return nil }
    let range = part.ranges[place.sample]
    guard !range.isEmpty else { return nil }
    let values = try part.samples.values(place.sample)
    guard range.count < part.samples.rowCount(place.sample) else {
      return TrackRows(values: values)
    }
    return TrackRows(values: Array(values[range.scaled(by: columnNames.count)]))
  }
}

/// Words or transcripts of a pickle, by entry.
struct PickledTexts: Track {
  let name: String
  let axis: TrackAxis
  let source: PickledSource
  /// By entry: a text, or a list of texts; nil for none.
  let values: [PickleValue?]

  var role: TrackRole { .text }
  var columnNames: [String] { [] }

  private static let longestText = 65_536
  private static let mostWords = 65_536

  func rows(of entry: Int) throws(ImportFailure) -> TrackRows? {
    guard let value = values[entry] else { return nil }
    if let count = source.document.elementCount(value) {
      guard count <= Self.mostWords else {
        throw source.failure(
          "\(name) of sample \(entry)", expected: "at most \(Self.mostWords) words",
          found: "\(count)")
      }
      return TrackRows(
        texts: try source.texts(
          value, count: count, "\(name) of sample \(entry)", limit: 1024
        ).texts)
    }
    let place = "\(name) of sample \(entry)"
    return try source.optionalText(value, Self.longestText, place).map { TrackRows(texts: [$0]) }
  }
}
