import CMKTFormat
import Codecs

extension ImportFormat {
  static let mmsa = pickled(
    "mmsa", "MMSA and MMSA-FET pickle: splits of arrays, aligned or not, with regression_labels",
    .mmsa)
  static let mult = pickled(
    "mult", "MulT or MultiBench pickle: splits of padded arrays with labels", .mult)
  static let lmf = pickled(
    "lmf", "LMF pickle: splits of covarep, facet and glove arrays", .lmf)
  static let misa = pickled(
    "misa", "MISA or MMIM pickle: a list of ((words, visual, acoustic, ...), label, id)", .misa)
  static let mag = pickled(
    "mag", "MAG-BERT pickle: splits of lists of ((words, visual, acoustic), label, id)", .mag)
  static let bcLSTM = pickled(
    "bc-lstm-pickle", "bc-LSTM pickle: a tuple of padded dialogues, labels and lengths", .dialogue)

  /// Any other pickle: says what it holds, or which name in it is refused.
  static let otherPickle = ImportFormat(
    "pickle", "another Python pickle: is never executed, only told what it holds"
  ) { probe in
    probe.signature == .pickle
  } open: { (probe, _) throws(ImportFailure) in
    let source = try PickledSource(probe, format: "pickle")
    if let layout = try PickledLayout.recognised(in: source) {
      return try source.dump(layout, probe.argument)
    }
    throw .unrecognised(
      source: probe.argument.path,
      found: "a Python pickle in no layout that is known here: it holds "
        + source.document.noun(source.document.root),
      remedy: "save its arrays with numpy.savez; see Formats/import/pickle.md")
  }

  private static func pickled(
    _ name: String, _ summary: String, _ layout: PickledLayout
  ) -> ImportFormat {
    ImportFormat(name, summary) { probe in
      guard probe.signature == .pickle, let source = try? PickledSource(probe, format: name) else {
        return false
      }
      return (try? PickledLayout.recognised(in: source)) == layout
    } open: { (probe, _) throws(ImportFailure) in
      try PickledSource(probe, format: name).dump(layout, probe.argument)
    }
  }
}

extension PickledSource {
  /// The pickle that `probe` looked at, interpreted once for all formats.
  fileprivate init(_ probe: SourceProbe, format: String) throws(ImportFailure) {
    let argument = probe.argument
    guard probe.signature == .pickle else {
      throw .unrecognised(
        source: argument.path, found: probe.isFolder ? "a folder" : probe.signature.noun,
        remedy: probe.signature.remedy.isEmpty
          ? "leave out --as, so that the format is detected" : probe.signature.remedy)
    }
    do throws(CodecFailure) {
      self.init(
        path: argument.path, document: try probe.pickle.document(at: argument.path),
        format: format)
    } catch {
      throw ImportFailure(error, source: argument.path)
    }
  }

  /// The dump that the pickle is, read as `layout`.
  fileprivate func dump(
    _ layout: PickledLayout, _ argument: SourceArgument
  ) throws(ImportFailure) -> Dump {
    let stem = argument.stem
    switch layout {
    case .misa: return try PickledItems(self, split: PickledLayout.split(stem)).dump(name: stem)
    case .dialogue:
      return try PickledDialogue(self).dump(
        name: argument.name ?? PlainName.made(of: stem, or: "features"))
    case .mag:
      return try splits(argument.inside) { parts throws(ImportFailure) in
        try PickledItems(self, parts).dump(name: stem)
      }
    case .mmsa, .mult: return try dictionary(argument.inside, stem)
    case .lmf: return try dictionary(try emotion(argument) ?? argument.inside, stem)
    }
  }

  private func dictionary(_ inside: String?, _ name: String) throws(ImportFailure) -> Dump {
    try splits(inside) { parts throws(ImportFailure) in
      try SplitDictionary(self, parts).dump(name: name)
    }
  }

  /// What `read` makes of the splits at the top, or in the dictionary called `inside`.
  private func splits(
    _ inside: String?, read: ([SplitPart]) throws(ImportFailure) -> Dump
  ) throws(ImportFailure) -> Dump {
    var root = document.root
    var place = ""
    if let inside {
      let key = String(inside.drop { $0 == "/" })
      guard let member = try member(root, key) else {
        let known = try reading { document throws(CodecFailure) in try document.members(root) }
        throw .unknownName(kind: "key", name: key, known: known.map(\.key))
      }
      root = member
      place = "['\(key)']"
    }
    let parts = try SplitPart.all(of: root, self, under: place)
    guard !parts.isEmpty else {
      throw failure(
        place.isEmpty ? "the file" : place, expected: "splits: train, valid or dev, test",
        found: root)
    }
    var dump = try read(parts)
    var unread = PickledUnread()
    for name in try SplitPart.otherNames(of: root, self) {
      unread.add("\(place)['\(name)']", "not the name of a split")
    }
    unread.tell(in: &dump)
    return dump
  }

  /// LMF's IEMOCAP has a level of emotions above the splits: the only one; nil for files without.
  private func emotion(_ argument: SourceArgument) throws(ImportFailure) -> String? {
    guard argument.inside == nil, try SplitPart.all(of: document.root, self).isEmpty else {
      return nil
    }
    let known = try SplitPart.otherNames(of: document.root, self)
    guard known.count == 1 else {
      throw failure(
        "the file", expected: "one set of splits",
        found: "one for each of " + known.prefix(12).joined(separator: ", "),
        remedy: "choose one: '\(argument.path)::\(known.first ?? "")'")
    }
    return known[0]
  }
}
