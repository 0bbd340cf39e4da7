import CMKTFormat

/// Labels of all samples, row-major, as they stand in the file.
struct LabelColumn {
  private(set) var values: [Float] = []
  private(set) var valid: [Bool] = []
  private(set) var columnCount = 0
  /// Whether the file stores whole numbers as such.
  private(set) var isIntegral = true
  /// Whether columns come in pairs of "no" and "yes".
  private(set) var isPaired = false

  /// Whether all values are whole numbers, however they are stored; NaN means "not labelled".
  var isWhole: Bool { values.allSatisfy { $0.isNaN || $0.rounded() == $0 } }
  /// Whether all values are 0 or 1; NaN means "not labelled".
  var isFlag: Bool { values.allSatisfy { $0.isNaN || $0 == 0 || $0 == 1 } }

  /// Appends the labels of a split; false where they have another form than those before.
  mutating func append(
    _ matrix: PickledMatrix, isPaired: Bool = false
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

  /// One flag for each pair: whether its second value is the greater; NaN where either is.
  func pairsAsFlags() -> LabelColumn {
    var flags = self
    flags.columnCount = columnCount / 2
    flags.isPaired = false
    flags.values = stride(from: 0, to: values.count - 1, by: 2).map {
      let (no, yes) = (values[$0], values[$0 + 1])
      return no.isNaN || yes.isNaN ? .nan : yes > no ? 1 : 0
    }
    return flags
  }

  /// The column of the one 1 in each row, where each row is so, or NaN in one that has NaN.
  func oneHotClasses() -> LabelColumn? {
    guard columnCount > 1, valid.contains(true) else { return nil }
    var classes = self
    classes.columnCount = 1
    classes.values = []
    for row in valid.indices {
      let own = values[(row * columnCount)..<((row + 1) * columnCount)]
      guard valid[row], !own.contains(where: \.isNaN) else {
        classes.values.append(valid[row] ? .nan : 0)
        continue
      }
      guard own.count(where: { $0 == 1 }) == 1, own.count(where: { $0 == 0 }) == columnCount - 1,
        let place = own.firstIndex(of: 1)
      else { return nil }
      classes.values.append(Float(place - own.startIndex))
    }
    return classes.values.allSatisfy(\.isNaN) ? nil : classes
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
