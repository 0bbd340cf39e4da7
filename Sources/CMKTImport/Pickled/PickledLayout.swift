import CMKTFormat
import Codecs

/// The structures that pickles of features circulate in, told apart by what stands in them.
enum PickledLayout: String, Sendable {
  /// Splits of arrays with `regression_labels`.
  case mmsa
  /// Splits of arrays with `labels` (MulT, MultiBench).
  case mult
  /// Splits of arrays called `covarep`, `facet`, `glove`, perhaps one level deeper by emotion.
  case lmf
  /// A list of `((words, visual, acoustic, …), label, id)` (MISA, MMIM).
  case misa
  /// Splits of such lists (MAG-BERT).
  case mag
  /// A tuple of padded dialogues and their lengths.
  case dialogue

  /// The split that a key or a file's name stands for, such as `dev`.
  static func split(_ name: String) -> Split? {
    switch name.lowercased() {
    case "train", "trn", "training": .train
    case "valid", "dev", "val", "validation": .valid
    case "test", "tst", "testing": .test
    default: nil
    }
  }

  /// The layout of `document`; nil for none that is known.
  ///
  /// - Throws: `ImportFailure` where the file cannot be read any more.
  static func recognised(in source: PickledSource) throws(ImportFailure) -> PickledLayout? {
    let document = source.document
    switch document.content(document.root) {
    case .dictionary: return try ofDictionary(source)
    case .list, .array: return isItemList(document.root, source) ? .misa : nil
    case .tuple(let count):
      guard let form = PickledDialogue.Form(count: count), form.fits(source) else { return nil }
      return .dialogue
    default: return nil
    }
  }

  private static func ofDictionary(
    _ source: PickledSource
  ) throws(ImportFailure) -> PickledLayout? {
    let parts = try SplitPart.all(of: source.document.root, source)
    guard let first = parts.first else {
      // IEMOCAP of LMF: emotions, each with splits.
      let emotions = try source.reading { document throws(CodecFailure) in
        try document.members(document.root)
      }
      guard let emotion = emotions.first?.value else { return nil }
      let inner = try SplitPart.all(of: emotion, source)
      return inner.first?.layout == .lmf ? .lmf : nil
    }
    if isItemList(first.value, source) { return .mag }
    return first.layout
  }

  /// Whether `value` is a list that begins with `((words, visual, acoustic, …), label, id)`.
  private static func isItemList(_ value: PickleValue, _ source: PickledSource) -> Bool {
    let document = source.document
    guard let count = document.elementCount(value), count > 0 else { return false }
    return PickledItems.isItem(document.element(value, 0), document)
  }
}

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
