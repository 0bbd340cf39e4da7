import CMKTFormat

/// Numbers in memory, row-major.
struct MemoryNumbers: NumberArray {
  let shape: [Int]
  let isIntegral: Bool
  let values: [Float]

  func floats(in range: Range<Int>) throws(ImportFailure) -> [Float] { Array(values[range]) }
}

/// Labels that are texts: numbers where all are spelled as such, else the names of classes.
struct TextLabels {
  let values: [Float]
  let isIntegral: Bool
  /// In the order of their bytes; empty where the labels are numbers.
  let names: [String]

  /// Nil where there are too many different ones to be classes.
  ///
  /// An empty text is no label: NaN.
  init?(_ texts: [String]) {
    let labels = Set(texts.filter { !$0.isEmpty })
    if labels.allSatisfy({ Double($0) != nil }) {
      values = texts.map { Double($0).map { Float($0) } ?? .nan }
      isIntegral = labels.allSatisfy { Int($0) != nil }
      names = []
      return
    }
    guard labels.count < TargetCollector.mostClasses else { return nil }
    names = labels.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    isIntegral = true
    let codes = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, Float($0)) })
    values = texts.map { codes[$0] ?? .nan }
  }
}

extension ArrayDump {
  private static let traces: Set<String> = ["arousal", "valence"]

  /// The numbers of the array `name`, or for texts their numbers as labels.
  ///
  /// Asked for again, they are not read again.
  ///
  /// - Throws: `ImportFailure`.
  mutating func numbers(_ array: ArrayDescription) throws(ImportFailure) -> any NumberArray {
    if let known = opened[array.name] { return known }
    let numbers: any NumberArray
    if array.isText {
      let texts = try container.texts(array.name)
      guard array.shape.count == 1, let labels = TextLabels(texts) else {
        throw container.failure(
          array.name,
          expected: "numbers, or one of fewer than \(TargetCollector.mostClasses) "
            + "classes for each row", found: "texts of shape \(DialogueSource.text(array.shape))",
          remedy: "save labels as numbers")
      }
      numbers = MemoryNumbers(
        shape: array.shape, isIntegral: labels.isIntegral, values: labels.values)
      classNames[array.name] = labels.names
    } else {
      numbers = try container.numbers(array.name)
    }
    opened[array.name] = numbers
    return numbers
  }

  /// What is known of the labels in `array`, whose numbers were opened.
  func targetDescription(of array: ArrayDescription) -> TargetDescription {
    var description = TargetDescription()
    description.isIntegral = opened[array.name]?.isIntegral ?? false
    if let names = classNames[array.name], !names.isEmpty {
      description.kind = .classes
      description.names = names
    }
    return description
  }

  /// Whether an array of labels `[N, C]`, beside padded modalities of C rows, has a label for each
  /// row rather than C labels for each entry.
  ///
  /// Padding tells: beyond the lengths, labels of rows are all the same. Else the name does, where
  /// it names one quantity.
  ///
  /// - Throws: `ImportFailure.content` where neither tells.
  mutating func labelsRows(
    _ array: ArrayDescription, _ paddedLengths: Set<Int>
  ) throws(ImportFailure) -> Bool {
    let shape = array.shape
    guard shape.count == 2, shape[1] > 1, paddedLengths.contains(shape[1]) else { return false }
    let name = array.name.lowercased()
    // One quantity, whatever is beyond the lengths.
    if Self.traces.contains(name) { return true }
    let isPlural = name.hasSuffix("s") || name.hasPrefix("target_") || name.hasPrefix("y_")
    var beyond: Set<UInt32> = []
    if let lengths = try lengths(of: array.name, count: shape[0], length: shape[1]) {
      let numbers = try numbers(array)
      for (entry, length) in lengths.enumerated() where beyond.count < 2 {
        let rows = entry * shape[1] + length..<(entry + 1) * shape[1]
        // All that is not a number is the same; and so are the zeros.
        for value in try numbers.floats(in: rows) {
          beyond.insert(value.isNaN ? Float.nan.bitPattern : (value == 0 ? 0 : value).bitPattern)
        }
      }
    }
    if beyond.count == 1 || (beyond.isEmpty && !isPlural) { return true }
    if isPlural, !beyond.isEmpty { return false }
    throw container.failure(
      array.name, expected: "labels of rows, or of entries",
      found: "shape \(DialogueSource.text(shape)), which may be either"
        + (beyond.isEmpty ? "" : ": there are labels beyond the lengths"),
      remedy: "save it as (\(shape[0]), \(shape[1]), 1) for a label per row, or as "
        + "(\(shape[0]), 1, \(shape[1])) for several per entry")
  }
}
