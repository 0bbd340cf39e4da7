import CMKTFormat

/// Which arrays of a file play which part, judged by their names; see `Formats/import/arrays.md`.
struct ArrayRoles {
  /// Names of arrays that describe others, in any case of letters.
  enum Part: CaseIterable {
    case ids, splits, speakers, lengths, offsets, words, intervals, times

    var names: [String] {
      switch self {
      case .ids: ["id", "ids", "key", "keys", "name", "names"]
      case .splits: ["split", "splits"]
      case .speakers: ["speaker", "speakers"]
      case .lengths: ["length", "lengths"]
      case .offsets: ["offset", "offsets"]
      case .words: ["word_id", "word_ids"]
      case .intervals: ["interval", "intervals"]
      case .times: ["time", "times", "timestamp", "timestamps"]
      }
    }
  }

  private var parts: [Part: String] = [:]
  /// Arrays of numbers that hold features or labels, in the order of the file.
  private(set) var data: [ArrayDescription] = []
  /// Arrays of texts beside the ids: words, transcripts.
  private(set) var texts: [ArrayDescription] = []
  /// Lengths and word ids of one array, by its name.
  private var own: [String: [Part: String]] = [:]

  init(_ container: any ArrayContainer, only: String?) throws(ImportFailure) {
    let arrays = container.arrays
    if let only, !arrays.contains(where: { $0.name == only }) {
      throw .unknownName(kind: "array", name: only, known: arrays.map(\.name))
    }
    for array in arrays where !array.shape.isEmpty {
      let name = array.name.lowercased()
      if let part = Part.allCases.first(where: { $0.names.contains(name) }), array.name != only {
        parts[part] = array.name
      } else if let (base, part) = Self.suffix(of: name),
        let owner = arrays.first(where: { $0.name.lowercased() == base })
      {
        own[owner.name, default: [:]][part] = array.name
      } else if array.isText {
        texts.append(array)
      } else if only == nil || only == array.name {
        data.append(array)
      }
    }
  }

  /// `audio_lengths` as `audio` and `lengths`.
  private static func suffix(of name: String) -> (base: String, part: Part)? {
    for part in [Part.lengths, .words] {
      for suffix in part.names where name.hasSuffix("_" + suffix) {
        return (String(name.dropLast(suffix.utf8.count + 1)), part)
      }
    }
    return nil
  }

  /// The array that plays `part`.
  func name(_ part: Part) -> String? { parts[part] }

  /// The array that plays `part` for the array `name` alone, or for all.
  func name(_ part: Part, of name: String) -> String? { own[name]?[part] ?? parts[part] }

  /// Whether an array called `name` holds labels.
  static func isTarget(_ name: String) -> Bool {
    let name = name.lowercased()
    return DialogueLayout.isTargetName(name) || name == "y" || name.hasPrefix("y_")
  }
}
