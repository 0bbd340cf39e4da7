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
    case "unlabelled", "unlabeled": .unlabelled
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
    guard !parts.isEmpty else {
      // IEMOCAP of LMF: emotions, each with splits.
      let emotions = try source.reading { document throws(CodecFailure) in
        try document.members(document.root)
      }
      guard let emotion = emotions.first?.value else { return nil }
      return try SplitPart.all(of: emotion, source).contains { $0.layout == .lmf } ? .lmf : nil
    }
    if parts.contains(where: { isItemList($0.value, source) }) { return .mag }
    // A split may lack what tells the layout, such as the labels of those that have none.
    let layouts = parts.compactMap(\.layout)
    return [.mmsa, .lmf, .mult].first { layouts.contains($0) }
  }

  /// Whether `value` is a list that begins with `((words, visual, acoustic, …), label, id)`.
  private static func isItemList(_ value: PickleValue, _ source: PickledSource) -> Bool {
    let document = source.document
    guard let count = document.elementCount(value), count > 0 else { return false }
    return PickledItems.isItem(document.element(value, 0), document)
  }
}
