import CMKTFormat

/// Which arrays of a file play which part, judged by their names; see `Formats/import/arrays.md`.
struct ArrayRoles {
  /// Names of arrays that describe others, in any case of letters; of two, the first is read.
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

    /// By name.
    static let named = Dictionary(
      uniqueKeysWithValues: allCases.flatMap { part in part.names.map { ($0, part) } })
  }

  /// More modalities than any file of features has; each costs time in every step.
  static let mostArrays = 1024
  /// Names that containers give where nobody chose one.
  static let generic: Set<String> = ["data", "d1", "arr_0"]

  private var parts: [Part: String] = [:]
  /// Features or labels, in the order of the file.
  private(set) var data: [ArrayDescription] = []
  /// Arrays of texts beside the ids: words, transcripts.
  private(set) var texts: [ArrayDescription] = []
  /// Why arrays play no part, by their names.
  private(set) var unused: [String: String] = [:]
  /// Lengths and word ids of one array, by its name.
  private var own: [String: [Part: String]] = [:]
  /// Whether the file was given as that of the labels.
  private let isLabels: Bool

  /// - Parameter only: the only array of features or labels to read; nil for all.
  init(
    _ container: any ArrayContainer, only: String?, isLabels: Bool
  ) throws(ImportFailure) {
    self.isLabels = isLabels
    let arrays = container.arrays
    if let only, !arrays.contains(where: { $0.name == only }) {
      throw .content(
        source: container.path, place: "'::/\(only)'", expected: Self.list(arrays),
        found: "no array of that name", remedy: "name one that is there")
    }
    let byName = Dictionary(arrays.map { ($0.name.lowercased(), $0) }) { first, _ in first }
    for part in Part.allCases {
      parts[part] = part.names.lazy.compactMap { byName[$0]?.name }.first { $0 != only }
    }
    for array in arrays { assign(array, byName, only: only) }
    guard data.count <= Self.mostArrays else {
      throw .content(
        source: container.path, place: "arrays", expected: "at most \(Self.mostArrays) of features",
        found: "\(data.count)",
        remedy: "choose one with FILE::/NAME, or save them as columns or entries of one array")
    }
  }

  private mutating func assign(
    _ array: ArrayDescription, _ byName: [String: ArrayDescription], only: String?
  ) {
    let name = array.name.lowercased()
    if array.name != only, let part = Part.named[name] {
      if let known = parts[part], known != array.name {
        unused[array.name] = "'\(known)' is read in its place"
      }
    } else if array.name != only, let (base, part) = Self.suffix(of: name),
      byName[base] != nil || part == .words || array.shape.count <= 1
    {
      if let owner = byName[base] {
        own[owner.name, default: [:]][part] = array.name
      } else {
        unused[array.name] = "there is no array '\(base)' that it could describe"
      }
    } else if array.shape.isEmpty {
      unused[array.name] = "a single value"
    } else if array.isText, !isTarget(array) {
      texts.append(array)
    } else if only == nil || only == array.name {
      data.append(array)
    } else {
      unused[array.name] = "another array was chosen"
    }
  }

  /// Names and extents, for messages.
  static func list(_ arrays: [ArrayDescription]) -> String {
    let shown = arrays.prefix(8).map {
      "\($0.name) \($0.type) \(DialogueSource.text($0.shape))"
    }
    let more = arrays.count - shown.count
    return shown.joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
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

  /// Whether `array` holds labels.
  func isTarget(_ array: ArrayDescription) -> Bool {
    let name = array.name.lowercased()
    let isNamed = DialogueLayout.isTargetName(name) || name == "y" || name.hasPrefix("y_")
    guard isLabels, !isNamed else { return isNamed }
    return !array.isText || Self.generic.contains(name)
  }
}
