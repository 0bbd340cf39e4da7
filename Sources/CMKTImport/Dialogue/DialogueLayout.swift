import CMKTFormat

/// Which array of an `npz-dialogue` file plays which part; see `Formats/import/npz-dialogue.md`.
struct DialogueLayout: Equatable {
  /// The arrays of one split, by the part of their names before the split.
  struct SplitArrays: Equatable {
    /// The spelling in the names, such as `dev`.
    let suffix: String
    let split: Split
    /// Base names in file order.
    var names: [String] = []

    /// The full name of the array called `base`.
    func arrayName(_ base: String) -> String { "\(base)_\(suffix)" }

    /// Whether there is an array called `base`.
    func has(_ base: String) -> Bool { names.contains(base) }
  }

  /// In the order train, valid, test, unlabelled.
  let splits: [SplitArrays]

  /// Spellings of the splits in array names.
  static let suffixes: [(suffix: String, split: Split)] = [
    ("train", .train), ("valid", .valid), ("val", .valid), ("dev", .valid), ("test", .test),
    ("unlabelled", .unlabelled), ("unlabeled", .unlabelled),
  ]

  /// Base names with a fixed meaning.
  static let reserved: Set<String> = ["id", "length", "interval", "speaker", "recording"]

  /// Three-dimensional arrays of these names are targets; so are those that begin with `target_`.
  static let targetNames: Set<String> = [
    "label", "labels", "sentiment", "emotion", "emotions", "arousal", "valence",
  ]

  /// Whether an array called `base` is a target even if it has three dimensions.
  static func isTargetName(_ base: String) -> Bool {
    targetNames.contains(base) || base.hasPrefix("target_")
  }

  /// Whether arrays called `names` are padded sequences with ids or lengths.
  static func isLaidOut(_ names: [String]) -> Bool {
    suffixes.contains { suffix, _ in
      names.contains("length_\(suffix)") || names.contains("id_\(suffix)")
    }
  }

  /// The layout of a file with arrays called `names`.
  ///
  /// - Throws: `ImportFailure.content`, `.unrecognised`.
  init(names: [String], source: String) throws(ImportFailure) {
    var splits: [SplitArrays] = []
    for (suffix, split) in Self.suffixes {
      let bases = names.compactMap { name -> String? in
        name.hasSuffix("_" + suffix) && name.utf8.count > suffix.utf8.count + 1
          ? String(name.dropLast(suffix.count + 1)) : nil
      }
      guard !bases.isEmpty else { continue }
      guard !splits.contains(where: { $0.split == split }) else {
        throw .content(
          source: source, place: "array names", expected: "one spelling of split \(split.rawValue)",
          found: "several", remedy: "rename the arrays")
      }
      splits.append(SplitArrays(suffix: suffix, split: split, names: bases))
    }
    guard splits.contains(where: { $0.has("length") || $0.has("id") }) else {
      let list = names.isEmpty ? "no arrays" : names.prefix(6).joined(separator: ", ")
      throw .unrecognised(
        source: source,
        found: "an .npz file without id_SPLIT and length_SPLIT arrays (it has \(list))",
        remedy: "write it in the layout of Formats/import/npz-dialogue.md")
    }
    let known = Set(splits.flatMap { split in split.names.map(split.arrayName) })
    if let stray = names.first(where: { !known.contains($0) }) {
      throw .content(
        source: source, place: "array '\(stray)'",
        expected: "a name that ends in _train, _valid, _dev, _test or _unlabelled",
        found: "none of them", remedy: "rename the array or leave it out")
    }
    for split in splits {
      for base in ["id", "length"] where !split.has(base) {
        throw .content(
          source: source, place: "split \(split.suffix)",
          expected: "an array '\(split.arrayName(base))'", found: "none",
          remedy: "add it; see Formats/import/npz-dialogue.md")
      }
    }
    self.splits = splits
    try checkAgreement(source)
  }

  /// What all splits must share: intervals, speakers and recordings are given for all or none.
  private func checkAgreement(_ source: String) throws(ImportFailure) {
    for base in Self.reserved.sorted() where splits.contains(where: { $0.has(base) }) {
      if let lacking = splits.first(where: { !$0.has(base) }) {
        throw .content(
          source: source, place: "split \(lacking.suffix)",
          expected: "an array '\(lacking.arrayName(base))', as other splits have one",
          found: "none", remedy: "give it for every split or for none")
      }
    }
  }
}
