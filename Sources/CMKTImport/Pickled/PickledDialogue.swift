import CMKTFormat
import Codecs

/// Reads bc-LSTM files: one modality of dialogues of utterances, padded at the end, as a tuple
/// `(X_train, y_train, X_test, y_test, length, train_lengths, test_lengths)`.
struct PickledDialogue {
  /// Where things stand in the tuple.
  struct Form: Sendable {
    let count: Int
    /// For training and test: features, labels, lengths.
    let parts: [(split: Split, features: Int, labels: Int, lengths: Int)]

    init?(count: Int) {
      self.count = count
      switch count {
      case 7: parts = [(.train, 0, 1, 5), (.test, 2, 3, 6)]
      // MOSEI: further fields repeat what is there.
      case 13: parts = [(.train, 0, 1, 7), (.test, 4, 5, 9)]
      default: return nil
      }
    }

    /// Whether the file has arrays of three axes where the features must be.
    func fits(_ source: PickledSource) -> Bool {
      let document = source.document
      return document.content(document.root) == .tuple(count: count)
        && parts.allSatisfy { part in
          source.numbers(document.element(document.root, part.features))?.shape.count == 3
        }
    }
  }

  private let source: PickledSource
  private let form: Form

  init(_ source: PickledSource) throws(ImportFailure) {
    self.source = source
    guard case .tuple(let count) = source.document.content(source.document.root),
      let form = Form(count: count), form.fits(source)
    else {
      throw source.failure(
        "the file", expected: "a tuple of 7 or 13 with padded dialogues",
        found: source.document.root)
    }
    self.form = form
  }

  /// The dump that the file is: its modality is called `name`.
  ///
  /// - Throws: `ImportFailure`.
  func dump(name: String) throws(ImportFailure) -> Dump {
    var names: [PickledNames] = []
    var parts: [PickledTrack.Part?] = []
    var labels = LabelColumn()
    var offsets = [0]
    var ledger = Ledger()
    for part in form.parts {
      let samples = try samples(part.features)
      let lengths = try lengths(part.lengths, samples)
      guard samples.count <= PickledSource.mostSamples else {
        throw source.failure(
          samples.place, expected: "at most \(PickledSource.mostSamples) dialogues",
          found: "\(samples.count)")
      }
      names.append(PickledNames(split: part.split, count: samples.count))
      parts.append(PickledTrack.Part(samples: samples, ranges: lengths.map { 0..<$0 }))
      try appendLabels(part.labels, samples, lengths, &labels)
      for length in lengths { offsets.append(offsets[offsets.count - 1] + length) }
      try count(samples, lengths, name, &ledger)
    }
    guard let width = parts.first??.samples.columnCount,
      parts.allSatisfy({ $0?.samples.columnCount == width })
    else {
      throw source.failure(
        "[\(form.parts[1].features)]", expected: "as many features as in training",
        found: "another number")
    }
    let entries = PickledEntries(names)
    let track = PickledTrack(
      name: name, axis: .frames, columnCount: width, parts: parts, places: entries.places)
    var description = TargetDescription()
    description.isIntegral = labels.isWhole
    let label = ArrayTrack(
      name: "label", role: .target(description), axis: .frames, columnNames: ["label"],
      rows: TrackRows(values: labels.values), offsets: offsets)
    var dump = Dump(
      name: name, entries: entries.entries, tracks: [track, label], files: [source.file],
      ledger: ledger)
    dump.lacksIDs = true
    return dump
  }

  private func samples(_ index: Int) throws(ImportFailure) -> PickledSamples {
    let value = source.document.element(source.document.root, index)
    guard let samples = PickledFinding(value, source, "[\(index)]").samples, !samples.isFlat else {
      throw source.failure(
        "[\(index)]", expected: "dialogues x utterances x features", found: value)
    }
    return samples
  }

  private func lengths(
    _ index: Int, _ samples: PickledSamples
  ) throws(ImportFailure) -> [Int] {
    let value = source.document.element(source.document.root, index)
    let matrix = try source.matrix(value, count: samples.count, "[\(index)]", mostColumns: 1)
    var lengths: [Int] = []
    for (sample, number) in matrix.values.enumerated() {
      guard let length = Int(exactly: number),
        (0...samples.rowCount(sample)).contains(length)
      else {
        throw source.failure(
          "[\(index)][\(sample)]", expected: "a length of 0 to \(samples.rowCount(sample))",
          found: "\(number)", remedy: "write the number of utterances of each dialogue there")
      }
      lengths.append(length)
    }
    return lengths
  }

  /// Labels of each utterance, as numbers `[V, T]` or one-hot `[V, T, C]`.
  private func appendLabels(
    _ index: Int, _ samples: PickledSamples, _ lengths: [Int], _ labels: inout LabelColumn
  ) throws(ImportFailure) {
    let value = source.document.element(source.document.root, index)
    let padded = samples.paddedLength ?? 0
    guard let array = source.numbers(value), (2...3).contains(array.shape.count),
      array.shape[0] == samples.count, array.shape[1] == padded
    else {
      throw source.failure(
        "[\(index)]", expected: "labels of \(samples.count) x \(padded) utterances", found: value)
    }
    let width = array.shape.count == 3 ? array.shape[2] : 1
    try source.charge(2 * array.count * MemoryLayout<Float>.stride, "[\(index)]")
    let read = try source.reading { document throws(CodecFailure) in try document.read(array) }
    let values = read.floats ?? []
    for (sample, length) in lengths.enumerated() {
      let first = sample * padded * width
      var own = LabelColumn()
      _ = own.append(
        PickledMatrix(
          values: Array(values[first..<(first + length * width)]), columnCount: width,
          isIntegral: false))
      if width > 1 {
        guard let classes = own.oneHotClasses() ?? (length == 0 ? own.picking(0..<1) : nil) else {
          throw source.failure(
            "[\(index)][\(sample)]", expected: "a class, or one 1 among 0 for each utterance",
            found: "other values", remedy: "write the class of each utterance as a number")
        }
        own = classes
      }
      _ = labels.append(PickledMatrix(values: own.values, columnCount: 1, isIntegral: false))
    }
  }

  private func count(
    _ samples: PickledSamples, _ lengths: [Int], _ name: String, _ ledger: inout Ledger
  ) throws(ImportFailure) {
    let padded = samples.paddedLength ?? 0
    for (sample, length) in lengths.enumerated() {
      let place = "\(samples.place)[\(sample)]"
      ledger.add("read", modality: name, "rows", .incoming, count: padded)
      ledger.add("read", modality: name, "rows", .kept, count: length)
      ledger.add(
        "read", modality: name, "rows", .dropped, "padding at the end", count: padded - length,
        example: place)
      let rest = try samples.values(sample).dropFirst(length * samples.columnCount)
      if rest.contains(where: { $0 != 0 }) {
        ledger.add(
          "read", modality: name, "samples", .noted, "values beyond its length were not read",
          example: place)
      }
    }
  }
}
