import Codecs

extension TableDump {
  /// Whether rows have times; tables with and without do not go together.
  ///
  /// - Throws: `ImportFailure.content`.
  func hasTimes(_ files: [TableFile]) throws(ImportFailure) -> Bool {
    let first = files[0]
    for file in files where (file.layout.time == nil) != (first.layout.time == nil) {
      func shown(_ file: TableFile) -> String {
        file.layout.time.map { "'\(file.table.columns[$0].name)'" } ?? "none"
      }
      throw .content(
        source: file.path, place: "columns",
        expected: "\(shown(first)) as the column of times, as in \(first.name)",
        found: shown(file), remedy: "import tables with times and tables without apart")
    }
    return first.layout.time != nil
  }

  /// - Throws: `ImportFailure.content` where no table has a row.
  mutating func checkRows(
    _ files: [TableFile], _ surveys: [TableSurvey]
  ) throws(ImportFailure) {
    guard surveys.contains(where: \.hasRows) else {
      throw .content(
        source: files[0].path, place: "line \(files[0].table.firstPlace.line)",
        expected: "at least one row below the names", found: "the end of the file",
        remedy: "copy or make the file again")
    }
    for (file, survey) in zip(files, surveys) where !survey.hasRows {
      ledger.add("read", "files", .noted, "no rows", example: file.name)
    }
  }

  /// The step of all recordings; nil, and a note, where they differ.
  mutating func hop(_ steps: [Double], _ modality: String) -> Double? {
    let common = RowTimes.common(steps)
    if common == nil, let least = steps.min(), let most = steps.max() {
      notes.append(
        "\(modality): recordings have steps of \(least) to \(most) s; hop_s is left out")
    }
    return common
  }

  /// Tells what was made of columns and texts that could be meant otherwise.
  mutating func noteColumns(
    _ files: [TableFile], _ surveys: [TableSurvey], _ modality: String
  ) {
    let file = files[0]
    let leftOut = file.layout.leftOut.filter { !file.layout.features.contains($0.column) }
    if !leftOut.isEmpty {
      let shown = leftOut.prefix(4).map(file.shown) + (leftOut.count > 4 ? ["…"] : [])
      notes.append(
        "\(modality): columns that hold other than numbers are no features: "
          + shown.joined(separator: ", "))
    }
    let nominal = file.table.columns.indices.filter { index in
      guard case .nominal(let values) = file.table.columns[index].kind,
        !["class", "label"].contains(file.table.columns[index].name.lowercased())
      else { return false }
      return !file.layout.features.contains(index)
        && values.allSatisfy { DecimalNumber.parse($0) != nil }
    }
    if let first = nominal.first {
      notes.append(
        "\(modality): \(nominal.count) nominal attributes are no features, such as "
          + "'\(file.table.columns[first].name)'; choose features with --columns to read them")
    }
    if file.layout.hasNumberedInstances, let instance = file.layout.instance {
      let name = file.table.columns[instance].name
      notes.append(
        "\(modality): the numbers in '\(name)' are ids of recordings; "
          + "choose features with --columns if they are values")
    }
    let foreign = zip(files, surveys).filter(\.1.isForeign).map(\.0.name)
    if let first = foreign.first {
      notes.append(
        "\(modality): \(foreign.count) of \(files.count) tables, such as \(first), are not in "
          + "UTF-8; their text is taken for Windows-1252")
    }
  }

  mutating func countFaces(_ surveys: [TableSurvey], _ modality: String) {
    let chosen = surveys.filter { $0.face != nil }
    guard !chosen.isEmpty else { return }
    let count = surveys.reduce(0) { $0 + $1.rowCount }
    let kept = surveys.reduce(0) { $0 + $1.keptRowCount }
    ledger.add("read", modality: modality, "rows", .incoming, count: count)
    ledger.add("read", modality: modality, "rows", .kept, count: kept)
    ledger.add(
      "read", modality: modality, "rows", .dropped, "another face than the chosen one",
      count: count - kept)
    notes.append(
      "\(modality): \(chosen.count) of \(surveys.count) tables show several faces; "
        + "the one seen most surely is kept")
  }
}
