import CMKTFormat
import Codecs

/// One split of a dictionary of splits.
struct SplitPart: Sendable {
  /// As the file spells it.
  let name: String
  let split: Split
  let value: PickleValue
  /// What it holds by name, if it is a dictionary.
  let members: [String: PickleValue]
  /// The names in file order.
  let keys: [String]
  /// Where it stands, for messages.
  let place: String

  /// The splits in the dictionary `value`, in file order; none where other keys stand in it.
  static func all(
    of value: PickleValue, _ source: PickledSource, under place: String = ""
  ) throws(ImportFailure) -> [SplitPart] {
    let outer = try source.reading { document throws(CodecFailure) in try document.members(value) }
    var parts: [SplitPart] = []
    for (name, value) in outer {
      guard let split = PickledLayout.split(name) else { continue }
      let inner = try source.reading { document throws(CodecFailure) in
        try document.members(value)
      }
      parts.append(
        SplitPart(
          name: name, split: split, value: value,
          members: Dictionary(inner.map { ($0.key, $0.value) }) { $1 }, keys: inner.map(\.key),
          place: "\(place)['\(name)']"))
    }
    return parts
  }

  /// The names beside those of splits in the dictionary `value`.
  static func otherNames(
    of value: PickleValue, _ source: PickledSource
  ) throws(ImportFailure) -> [String] {
    try source.reading { document throws(CodecFailure) in try document.members(value) }
      .map(\.key).filter { PickledLayout.split($0) == nil }
  }

  /// The layout that the names speak of.
  var layout: PickledLayout? {
    if members["regression_labels"] != nil || members["text_bert"] != nil
      || members["raw_text"] != nil
    {
      return .mmsa
    }
    if members["covarep"] != nil || members["facet"] != nil || members["glove"] != nil {
      return .lmf
    }
    return members["labels"] != nil || members["label"] != nil ? .mult : nil
  }
}
