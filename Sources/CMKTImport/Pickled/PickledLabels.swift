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
  private static let polarityName = "classification_labels"
  /// Of these only the first that is there is read.
  private static let plainNames = ["labels", "label"]
  /// The order of MulT's IEMOCAP.
  private static let pairedEmotions = ["neutral", "happy", "sad", "angry"]
  /// The order of MOSEI's label columns after the sentiment.
  private static let scaledEmotions = ["happy", "sad", "anger", "surprise", "disgust", "fear"]

  /// Whether labels called `key` are read.
  static func knows(_ key: String) -> Bool {
    plainNames.contains(key) || key == polarityName || standardNames.contains { $0.0 == key }
  }

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
    if let column = try column(Self.polarityName) {
      tracks.append(try polarity(column))
    }
    for key in Self.plainNames {
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
      && column.values.allSatisfy { $0.isNaN || (0...2).contains($0) }
    if isTernary {
      description.kind = .classes
      description.names = ["negative", "neutral", "positive"]
    }
    return try column.track(
      "polarity", columnNames: columnNames("polarity", column), description)
  }

  /// The labels called `key` of all splits; nil where none has them.
  private func column(_ key: String) throws(ImportFailure) -> LabelColumn? {
    guard parts.contains(where: { $0.split != .unlabelled && $0.members[key] != nil }) else {
      return nil
    }
    var column = LabelColumn()
    for (part, count) in zip(parts, counts) {
      let place = "\(part.place)['\(key)']"
      // What an unlabelled split holds as labels only fills the place.
      guard part.split != .unlabelled, let value = part.members[key] else {
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
      let name = column.isFlag || column.isIntegral ? "label" : "sentiment"
      if name == "sentiment" { description.kind = .regression }
      return [try column.track(name, columnNames: [name], description)]
    }
    if let classes = column.oneHotClasses() {
      description.isIntegral = true
      if column.columnCount > 2 { description.kind = .classes }
      return [try classes.track("label", columnNames: ["label"], description)]
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
    let names = (0..<column.columnCount).map { "label_\($0)" }
    return [try column.track("label", columnNames: names, description)]
  }
}
