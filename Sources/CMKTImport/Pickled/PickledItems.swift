import CMKTFormat
import Codecs

/// Reads MISA, MMIM and MAG-BERT files: lists of `((words, visual, acoustic, …), label, id)`, whose
/// arrays have no padding.
struct PickledItems {
  /// The lists, by split; nil where the file does not tell.
  private let parts: [(name: String, split: Split?, value: PickleValue)]
  private let source: PickledSource

  private var names: [PickledNames] = []
  private var words: [PickleValue?] = []
  private var labels = LabelColumn()
  private var isAligned = true
  private var arrays: [(vision: [PickleArray], audio: [PickleArray])] = []

  /// Whether `value` is one sample of such a list.
  static func isItem(_ value: PickleValue, _ document: PickleDocument) -> Bool {
    guard [.tuple(count: 3), .list(count: 3)].contains(document.content(value)) else {
      return false
    }
    switch document.content(document.element(value, 0)) {
    case .tuple(let count), .list(let count): return (3...6).contains(count)
    default: return false
    }
  }

  /// The list that a file is; its split follows from the file's name, as nothing else tells it.
  init(_ source: PickledSource, split: Split?) throws(ImportFailure) {
    try self.init(
      source, [(split?.rawValue ?? "samples", split, source.document.root)])
  }

  /// The lists of a dictionary of splits.
  init(_ source: PickledSource, _ parts: [SplitPart]) throws(ImportFailure) {
    try self.init(source, parts.map { ($0.place, $0.split, $0.value) })
  }

  private init(
    _ source: PickledSource, _ parts: [(name: String, split: Split?, value: PickleValue)]
  ) throws(ImportFailure) {
    self.source = source
    self.parts = parts
    var sampleCount = 0
    for (name, split, value) in parts {
      let count = source.document.elementCount(value)
      sampleCount += count ?? 0
      guard let count, sampleCount <= PickledSource.mostSamples else {
        throw source.failure(
          name, expected: "a list, of at most \(PickledSource.mostSamples) samples in all",
          found: value)
      }
      var ids: [String] = []
      var seen: Set<String> = []
      arrays.append(([], []))
      for index in 0..<count {
        let id = try read(source.document.element(value, index), split, "\(name)[\(index)]")
        guard seen.insert(id).inserted else {
          throw source.failure(
            "\(name)[\(index)][2]", expected: "each id once", found: "'\(id)' a second time",
            remedy: "make the ids unique")
        }
        ids.append(id)
      }
      names.append(PickledNames(split: split, ids))
    }
  }

  /// Reads one sample and returns its id.
  private mutating func read(
    _ item: PickleValue, _ split: Split?, _ place: String
  ) throws(ImportFailure) -> String {
    let document = source.document
    guard Self.isItem(item, document) else {
      throw source.failure(
        place, expected: "((words, visual, acoustic, ...), label, id)", found: item)
    }
    let fields = document.element(item, 0)
    let vision = try array(document.element(fields, 1), "\(place)[0][1]")
    let audio = try array(document.element(fields, 2), "\(place)[0][2]")
    arrays[arrays.count - 1].vision.append(vision)
    arrays[arrays.count - 1].audio.append(audio)
    let text = try texts(fields)
    words.append(text)
    isAligned =
      isAligned && vision.shape[0] == audio.shape[0]
      && text.map { document.elementCount($0) == vision.shape[0] } ?? true
    try checkLengths(fields, vision, audio, place)
    if split == .unlabelled {
      labels.appendMissing(1)
    } else {
      try readLabel(document.element(item, 1), "\(place)[1]")
    }
    guard let id = try source.text(document.element(item, 2), PickledSource.longestID) else {
      throw source.failure("\(place)[2]", expected: "an id", found: document.element(item, 2))
    }
    return id
  }

  private func array(_ value: PickleValue, _ place: String) throws(ImportFailure) -> PickleArray {
    guard let array = source.numbers(value), array.shape.count == 2,
      (1...PickledSource.mostFeatures).contains(array.shape[1])
    else {
      throw source.failure(place, expected: "an array of rows of features", found: value)
    }
    return array
  }

  /// The words of a sample: in MISA the fourth field, as the first holds indices; in MAG the first.
  private func texts(_ fields: PickleValue) throws(ImportFailure) -> PickleValue? {
    let document = source.document
    let fieldCount = document.elementCount(fields) ?? 0
    for index in [3, 0] where index < fieldCount {
      let value = document.element(fields, index)
      guard let count = document.elementCount(value), count > 0 else { continue }
      if case .text = document.content(document.element(value, 0)) { return value }
    }
    return nil
  }

  /// MMIM repeats the numbers of rows; they must be what is there.
  private func checkLengths(
    _ fields: PickleValue, _ vision: PickleArray, _ audio: PickleArray, _ place: String
  ) throws(ImportFailure) {
    guard source.document.elementCount(fields) == 6 else { return }
    for (index, array) in [(4, vision), (5, audio)] {
      let value = source.document.element(fields, index)
      let length = try source.reading { document throws(CodecFailure) in
        try document.number(value)
      }
      guard length == Double(array.shape[0]) else {
        throw source.failure(
          "\(place)[0][\(index)]", expected: "\(array.shape[0]), the number of rows",
          found: length.map { "\($0)" } ?? source.document.noun(value),
          remedy: "write arrays without padding")
      }
    }
  }

  private mutating func readLabel(
    _ value: PickleValue, _ place: String
  ) throws(ImportFailure) {
    var matrix: PickledMatrix
    if let array = source.numbers(value), array.count <= 64 {
      let read = try source.reading { document throws(CodecFailure) in try document.read(array) }
      matrix = PickledMatrix(
        values: read.floats ?? [], columnCount: array.count,
        isIntegral: !read.type.isFloatingPoint)
    } else if let number = try source.reading({ document throws(CodecFailure) in
      try document.number(value)
    }) {
      var isIntegral = false
      if case .integer = source.document.content(value) { isIntegral = true }
      matrix = PickledMatrix(values: [Float(number)], columnCount: 1, isIntegral: isIntegral)
    } else {
      throw source.failure(place, expected: "a label", found: value)
    }
    try source.charge(matrix.values.count * MemoryLayout<Float>.stride, place)
    guard !matrix.values.isEmpty, labels.append(matrix) else {
      throw source.failure(
        place, expected: "\(labels.columnCount) labels, as the samples before have",
        found: "\(matrix.columnCount)")
    }
  }

  /// The dump that the file is.
  ///
  /// - Throws: `ImportFailure.content`.
  func dump(name: String) throws(ImportFailure) -> Dump {
    var tracks: [any Track] = []
    var ledger = Ledger()
    let axis: TrackAxis = isAligned ? .frames : .own
    let entries = PickledEntries(names)
    for (modality, path) in [
      ("audio", \(vision: [PickleArray], audio: [PickleArray]).audio),
      ("vision", \(vision: [PickleArray], audio: [PickleArray]).vision),
    ] {
      tracks.append(try track(modality, arrays.map { $0[keyPath: path] }, axis, entries, &ledger))
    }
    if words.contains(where: { $0 != nil }) {
      tracks.append(PickledTexts(name: "words", axis: axis, source: source, values: words))
    }
    tracks += try PickledLabels.targets(labels)
    return Dump(
      name: name, entries: entries.entries, tracks: tracks, files: [source.file], ledger: ledger)
  }

  private func track(
    _ name: String, _ parts: [[PickleArray]], _ axis: TrackAxis, _ entries: PickledEntries,
    _ ledger: inout Ledger
  ) throws(ImportFailure) -> PickledTrack {
    let columnCount = parts.lazy.flatMap { $0 }.first?.shape[1] ?? 1
    var rows: [PickledTrack.Part?] = []
    for (part, arrays) in zip(self.parts, parts) {
      if let wrong = arrays.firstIndex(where: { $0.shape[1] != columnCount }) {
        throw source.failure(
          "\(part.name)[\(wrong)]", expected: "\(columnCount) columns of \(name), as before",
          found: "\(arrays[wrong].shape[1])", remedy: "write the samples alike")
      }
      let samples = PickledSamples(arrays, columnCount: columnCount, source, part.name)
      let ranges = arrays.map { 0..<$0.shape[0] }
      let count = ranges.reduce(0) { $0 + $1.count }
      ledger.add("read", modality: name, "rows", .incoming, count: count)
      ledger.add("read", modality: name, "rows", .kept, count: count)
      rows.append(PickledTrack.Part(samples: samples, ranges: ranges))
    }
    try source.checkSharing(rows.compactMap { $0?.samples })
    return PickledTrack(
      name: name, axis: axis, columnCount: columnCount, parts: rows, places: entries.places)
  }
}
