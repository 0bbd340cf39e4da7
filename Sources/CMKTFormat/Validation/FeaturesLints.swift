import Codecs
import Tensors

/// What in sound features was probably not meant.
struct FeaturesLints {
  let file: FeaturesFile
  private(set) var findings: [Finding] = []

  init(_ file: FeaturesFile) {
    self.file = file
  }

  private static let splits = [Split.train, .valid, .test]
  /// So many values tell what is usual in a column.
  private static let fewestValues = 20

  // MARK: Modalities

  /// Looks at the rows of modality `name`.
  ///
  /// - Throws: `ScratchFailure`, where columns are not in memory.
  mutating func check(
    _ columns: ColumnValues, _ profiles: [ColumnProfile], of modality: Modality, _ name: String
  ) throws(ScratchFailure) {
    let path = "/modalities/\(name)/values"
    func report(_ rule: RuleID, _ what: String, where holds: (ColumnProfile) -> Bool) {
      let hits = profiles.indices.filter { holds(profiles[$0]) }
      add(rule, path, what, hits, modality.featureNames)
    }
    // A column of one row has one value, whatever it stands for.
    report(.constantColumns, "one value in all rows") { $0.isConstant && $0.count > 1 }
    report(.mostlyMissing, "more than half of the values missing") {
      columns.rowCount > 1 && 2 * $0.count < columns.rowCount
    }
    report(
      .placeholderValues, "a value that stands far off, again and again", where: hasPlaceholder)
    report(.saturatedColumns, "their least or largest value in more than half of the rows") {
      $0.count >= Self.fewestValues && ($0.secondLowest ?? .infinity) < $0.maximum
        && 2 * max(Self.lowCount($0), $0.maximumCount) > $0.count
    }
    report(.hugeValues, "values beyond a million") {
      $0.count > 0 && max(abs($0.minimum), abs($0.maximum)) > 1e6
    }
    let duplicates = try DuplicateColumns.find(in: columns).filter { !profiles[$0.key].isConstant }
    add(
      .duplicateColumns, path, "the values of an earlier column", duplicates.keys.sorted(),
      modality.featureNames)
    try checkSequences(columns, of: modality, name)
  }

  /// How often the least value occurs; 0 where it is 0, as nothing (no voice, no activation) is.
  private static func lowCount(_ profile: ColumnProfile) -> Int {
    profile.minimum == 0 ? 0 : profile.minimumCount
  }

  /// Whether an end occurs often, and lies further from the rest than the rest is wide; or is -1
  /// where all else is 0 or more.
  private func hasPlaceholder(_ profile: ColumnProfile) -> Bool {
    guard profile.count >= Self.fewestValues, let low = profile.secondLowest,
      let high = profile.secondHighest
    else { return false }
    let few = max(5, profile.count / 100)
    // Where the other end is frequent, too, these are classes and no measurements.
    let many = profile.count / 10
    if Self.lowCount(profile) >= few, profile.maximumCount < many, low < profile.maximum {
      if low - profile.minimum > profile.maximum - low { return true }
      if profile.minimum == -1, low >= 0 { return true }
    }
    return profile.maximumCount >= few && profile.minimumCount < many && high > profile.minimum
      && profile.maximum - high > high - profile.minimum
  }

  private mutating func add(
    _ rule: RuleID, _ path: String, _ what: String, _ columns: [Int], _ names: [String]
  ) {
    guard !columns.isEmpty else { return }
    let shown = columns.prefix(3).map { column in
      names.indices.contains(column) ? "\"\(names[column])\"" : "\(column)"
    }
    let more = columns.count > shown.count ? ", …" : ""
    findings.append(
      Finding(
        rule, path,
        "\(columns.count) of \(names.count) columns have \(what): "
          + shown.joined(separator: ", ") + more))
  }

  private mutating func checkSequences(
    _ columns: ColumnValues, of modality: Modality, _ name: String
  ) throws(ScratchFailure) {
    var rowCounts = [Int](repeating: 0, count: file.sequences.count)
    var validCounts = rowCounts
    let owners = file.sequences(
      ofRowsAt: modality.level, rowCount: columns.rowCount,
      ownOffsets: modality.ownAxis?.offsets)
    for owner in owners where owner >= 0 { rowCounts[owner] += 1 }
    for column in 0..<(columns.sharesFlags ? min(1, columns.columnCount) : columns.columnCount) {
      for (isValid, owner) in zip(try columns.flags(of: column), owners) where isValid && owner >= 0
      {
        validCounts[owner] += 1
      }
    }
    // One row that is missing is no more than a missing row.
    let empty = rowCounts.indices.filter { rowCounts[$0] > 1 && validCounts[$0] == 0 }
    guard !empty.isEmpty else { return }
    let shown = empty.prefix(3).map { "\"\(file.sequences.ids[$0])\"" }
    findings.append(
      Finding(
        .emptySequences, "/modalities/\(name)/valid",
        "\(empty.count) of \(file.sequences.count) sequences have rows and no valid value: "
          + shown.joined(separator: ", ") + (empty.count > shown.count ? ", …" : "")))
  }

  // MARK: Targets

  /// Looks at what the labels of each split can teach.
  mutating func check(_ target: Target, _ name: String) {
    let owners = file.sequences(ofRowsAt: target.level, rowCount: target.rowCount)
    for split in Self.splits where file.sequences.splits.contains(split) {
      let rows = owners.indices.filter {
        owners[$0] >= 0 && target.valid[$0] && file.sequences.splits[owners[$0]] == split
      }
      if rows.isEmpty {
        findings.append(
          Finding(
            .unlabelledSplit, "/targets/\(name)/valid",
            "expected labels in split \(split.rawValue), found none"))
        continue
      }
      let columnCount = target.columnCount
      let constant = (0..<columnCount).filter { column in
        let first = target.values.elements[rows[0] * columnCount + column]
        return rows.count > 1
          && rows.allSatisfy { target.values.elements[$0 * columnCount + column] == first }
      }
      guard let column = constant.first else { continue }
      let value = target.values.elements[rows[0] * columnCount + column]
      let place = columnCount > 1 ? " in \(constant.count) of \(columnCount) columns" : ""
      findings.append(
        Finding(
          .constantTarget, "/targets/\(name)/values",
          "expected labels that differ in split \(split.rawValue), found \(value) in all "
            + "\(rows.count) rows\(place)"))
    }
  }
}
