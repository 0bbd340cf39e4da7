import CMKTFormat
import Codecs

/// The labels of a dictionary of splits as targets, one row for each sample.
struct PickledLabels {
  private let source: PickledSource
  private let parts: [SplitPart]
  private let counts: [Int]

  /// Names of MMSA and CH-SIMS, and what they are called here.
  private static let standardNames = [
    ("regression_labels", "sentiment"), ("regression_labels_T", "sentiment.text"),
    ("regression_labels_A", "sentiment.audio"), ("regression_labels_V", "sentiment.vision"),
  ]
  /// The order of MulT's IEMOCAP.
  private static let pairedEmotions = ["neutral", "happy", "sad", "angry"]
  /// The order of MOSEI's label columns after the sentiment.
  private static let scaledEmotions = ["happy", "sad", "anger", "surprise", "disgust", "fear"]

  init(_ source: PickledSource, _ parts: [SplitPart], _ counts: [Int]) {
    self.source = source
    self.parts = parts
    self.counts = counts
  }

  /// All targets of the file.
  ///
  /// - Throws: `ImportFailure.content`.
  func tracks() throws(ImportFailure) -> [ArrayTrack] {
    var tracks: [ArrayTrack] = []
    for (key, name) in Self.standardNames {
      guard let column = try column(key) else { continue }
      var description = TargetDescription()
      description.kind = .regression
      tracks.append(try column.track(name, columnNames: columnNames(name, column), description))
    }
    if let column = try column("classification_labels") {
      tracks.append(try polarity(column))
    }
    for key in ["labels", "label"] {
      guard let column = try column(key) else { continue }
      tracks += try Self.targets(column)
      break
    }
    return tracks
  }

  private func columnNames(_ name: String, _ column: LabelColumn) -> [String] {
    column.columnCount == 1 ? [name] : (0..<column.columnCount).map { "\(name)_\($0)" }
  }

  private func polarity(_ column: LabelColumn) throws(ImportFailure) -> ArrayTrack {
    var description = TargetDescription()
    description.isIntegral = column.isWhole
    let isTernary =
      column.columnCount == 1 && column.isWhole
      && column.values.allSatisfy { (0...2).contains($0) }
    if isTernary {
      description.kind = .classes
      description.names = ["negative", "neutral", "positive"]
    }
    return try column.track(
      "polarity", columnNames: columnNames("polarity", column), description)
  }

  /// The labels called `key` of all splits; nil where none has them.
  private func column(_ key: String) throws(ImportFailure) -> LabelColumn? {
    guard parts.contains(where: { $0.members[key] != nil }) else { return nil }
    var column = LabelColumn()
    for (part, count) in zip(parts, counts) {
      let place = "\(part.place)['\(key)']"
      guard let value = part.members[key] else {
        column.appendMissing(count)
        continue
      }
      let matrix = try source.matrix(value, count: count, place)
      let shape = source.numbers(value)?.shape ?? []
      guard column.append(matrix, isPaired: shape.count == 3 && shape[2] == 2 && shape[1] > 1)
      else {
        throw source.failure(
          place, expected: "\(column.columnCount) columns, as in the split before",
          found: "\(matrix.columnCount)", remedy: "give labels the same form in every split")
      }
    }
    return column
  }

  /// What labels without further names are, by their form.
  static func targets(_ column: LabelColumn) throws(ImportFailure) -> [ArrayTrack] {
    var description = TargetDescription()
    if column.isPaired {
      let flags = column.pairsAsFlags()
      let names =
        flags.columnCount == pairedEmotions.count
        ? pairedEmotions : (0..<flags.columnCount).map { "emotion_\($0)" }
      description.kind = .multilabel
      description.names = names
      return [try flags.track("emotions", columnNames: names, description)]
    }
    if column.columnCount == 1 {
      description.isIntegral = column.isWhole
      let isFlag = column.values.allSatisfy { $0 == 0 || $0 == 1 }
      let name = isFlag || column.isIntegral ? "label" : "sentiment"
      if name == "sentiment" { description.kind = .regression }
      return [try column.track(name, columnNames: [name], description)]
    }
    if column.columnCount == scaledEmotions.count + 1 {
      description.kind = .regression
      let (sentiment, emotions) = (column.picking(0..<1), column.picking(1..<7))
      var named = description
      named.names = scaledEmotions
      return [
        try sentiment.track("sentiment", columnNames: ["sentiment"], description),
        try emotions.track("emotions", columnNames: scaledEmotions, named),
      ]
    }
    if let classes = column.oneHotClasses() {
      description.isIntegral = true
      if column.columnCount > 2 { description.kind = .classes }
      return [try classes.track("label", columnNames: ["label"], description)]
    }
    let names = (0..<column.columnCount).map { "label_\($0)" }
    return [try column.track("label", columnNames: names, description)]
  }
}

/// Labels of all samples, row-major, as they stand in the file.
struct LabelColumn {
  private(set) var values: [Float] = []
  private(set) var valid: [Bool] = []
  private(set) var columnCount = 0
  /// Whether the file stores whole numbers as such.
  private(set) var isIntegral = true
  /// Whether columns come in pairs of "no" and "yes".
  private(set) var isPaired = false

  /// Whether all values are whole numbers, however they are stored.
  var isWhole: Bool { values.allSatisfy { $0.rounded() == $0 } }

  /// Appends the labels of a split; false where they have another form than those before.
  mutating func append(
    _ matrix: (values: [Float], columnCount: Int, isIntegral: Bool), isPaired: Bool = false
  ) -> Bool {
    if columnCount == 0 {
      columnCount = matrix.columnCount
      self.isPaired = isPaired
      // Splits before had none.
      values = [Float](repeating: 0, count: valid.count * columnCount)
    }
    guard columnCount == matrix.columnCount else { return false }
    values += matrix.values
    valid += [Bool](repeating: true, count: matrix.values.count / max(1, columnCount))
    isIntegral = isIntegral && matrix.isIntegral
    return true
  }

  /// Appends samples without a label.
  mutating func appendMissing(_ count: Int) {
    values += [Float](repeating: 0, count: count * columnCount)
    valid += [Bool](repeating: false, count: count)
  }

  /// The columns `range` alone.
  func picking(_ range: Range<Int>) -> LabelColumn {
    var picked = self
    picked.columnCount = range.count
    picked.values = valid.indices.flatMap { row in
      values[(row * columnCount + range.lowerBound)..<(row * columnCount + range.upperBound)]
    }
    return picked
  }

  /// One flag for each pair: whether its second value is the greater.
  func pairsAsFlags() -> LabelColumn {
    var flags = self
    flags.columnCount = columnCount / 2
    flags.isPaired = false
    flags.values = stride(from: 0, to: values.count - 1, by: 2).map {
      values[$0 + 1] > values[$0] ? 1 : 0
    }
    return flags
  }

  /// The column of the one 1 in each row, where each row is so.
  func oneHotClasses() -> LabelColumn? {
    guard columnCount > 1, valid.contains(true) else { return nil }
    var classes = self
    classes.columnCount = 1
    classes.values = []
    for row in valid.indices {
      let own = values[(row * columnCount)..<((row + 1) * columnCount)]
      guard valid[row] else {
        classes.values.append(0)
        continue
      }
      guard own.count(where: { $0 == 1 }) == 1, own.count(where: { $0 == 0 }) == columnCount - 1,
        let place = own.firstIndex(of: 1)
      else { return nil }
      classes.values.append(Float(place - own.startIndex))
    }
    return classes
  }

  /// A target with one row for each sample.
  func track(
    _ name: String, columnNames: [String], _ description: TargetDescription
  ) throws(ImportFailure) -> ArrayTrack {
    let isLabelled = !valid.contains(false)
    return ArrayTrack(
      name: name, role: .target(description), axis: .entry, columnNames: columnNames,
      rows: TrackRows(values: values, validity: isLabelled ? .all : .rows(valid)),
      offsets: Array(0...valid.count))
  }
}
