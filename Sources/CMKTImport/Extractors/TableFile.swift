import Codecs

/// One table of a dump, open, with its meaning.
struct TableFile: Sendable {
  /// Some rows on end, of one instance.
  struct Run: Sendable, Equatable {
    let instance: String
    let start: TextPlace
    var count: Int
  }

  /// What is learnt of a table before its rows are read.
  struct Survey: Sendable {
    /// In the order of the file; one with an empty name where no column names instances.
    var runs: [Run] = []
    /// The face whose rows are kept; nil where all rows are.
    var face: Double?
    var rowCount = 0
    var keptRowCount = 0
    /// The median step between the first rows, seconds; nil where there are no two with times.
    var stepSeconds: Double?
    /// The length of the first row's window, seconds.
    var windowSeconds: Double?
    /// Whether an instance has more than one row.
    var hasSeveralRows = false
  }

  let path: String
  /// The path from the top of the folder, or the base name.
  let name: String
  let table: TextTable
  let layout: TableLayout

  /// Opens the table at `path` as one of `family`, or of the first family that knows it.
  ///
  /// - Throws: `ImportFailure`.
  init(
    _ path: String, name: String, _ family: TableFamily, _ options: ReadingOptions
  ) throws(ImportFailure) {
    self.path = path
    self.name = name
    do throws(CodecFailure) {
      table = try TextTable.withNames(path)
    } catch {
      throw ImportFailure(error, source: path)
    }
    var layout = try family.layout(table, options, path)
    if !options.table.columns.isEmpty {
      let chosen = try ColumnSelection.columns(options.table.columns, of: table)
      layout.features =
        table.columns.indices.filter { chosen.contains($0) && $0 != layout.instance }
    }
    guard !layout.features.isEmpty else {
      throw .content(
        source: path, place: "columns", expected: "at least one column of numbers",
        found: "none in \(table.columns.count)", remedy: "give a table with a header")
    }
    self.layout = layout
  }

  /// The names of the features.
  var columnNames: [String] { layout.features.map { table.columns[$0].name } }

  /// Goes through the table once, past the features.
  ///
  /// - Throws: `ImportFailure`.
  func survey() throws(ImportFailure) -> Survey {
    do throws(CodecFailure) {
      var survey = try sampled()
      if layout.instance != nil { try findRuns(&survey) }
      if layout.face != nil { try chooseFace(&survey) }
      if survey.runs.isEmpty {
        survey.runs = [Run(instance: "", start: table.firstPlace, count: .max)]
      }
      return survey
    } catch {
      throw ImportFailure(error, source: path)
    }
  }

  /// What the first rows tell.
  private func sampled() throws(CodecFailure) -> Survey {
    var survey = Survey()
    let guides = [layout.time, layout.windowLength].compactMap { $0 }
    var rows = try table.rows(
      numbers: guides, texts: [layout.instance ?? layout.face].compactMap { $0 })
    var times: [Double] = []
    var first: [String]?
    var count = 0
    while count < 64, try rows.next() {
      first = first ?? rows.texts
      guard rows.texts == first else { continue }
      count += 1
      if layout.time != nil { times.append(rows.numbers[0] * layout.timeUnitSeconds) }
      if count == 1, layout.windowLength != nil { survey.windowSeconds = rows.numbers.last }
    }
    let steps = zip(times.dropFirst(), times).map { $0 - $1 }.filter { $0 > 0 }.sorted()
    if !steps.isEmpty { survey.stepSeconds = steps[steps.count / 2] }
    survey.hasSeveralRows = count > 1
    return survey
  }

  private func findRuns(_ survey: inout Survey) throws(CodecFailure) {
    guard let instance = layout.instance else { return }
    var rows = try table.rows(numbers: [], texts: [instance])
    var place = rows.place
    while try rows.next() {
      let name = rows.texts[0]
      if let last = survey.runs.last, last.instance == name {
        survey.runs[survey.runs.count - 1].count += 1
        survey.hasSeveralRows = true
      } else {
        survey.runs.append(Run(instance: name, start: place, count: 1))
      }
      place = rows.place
    }
  }

  /// Chooses the face that was seen most surely and longest.
  private func chooseFace(_ survey: inout Survey) throws(CodecFailure) {
    guard let face = layout.face else { return }
    let guides = [face, layout.confidence, layout.success].compactMap { $0 }
    var rows = try table.rows(numbers: guides)
    var sums: [Double: (confidence: Double, count: Int)] = [:]
    while try rows.next() {
      survey.rowCount += 1
      guard rows.numbers[0].isFinite else { continue }
      let isFound = layout.success == nil || rows.numbers[guides.count - 1] > 0
      let confidence = layout.confidence == nil ? 1 : rows.numbers[1]
      let known = sums[rows.numbers[0], default: (0, 0)]
      sums[rows.numbers[0]] = (
        known.confidence + (isFound && confidence.isFinite ? confidence : 0), known.count + 1
      )
    }
    // Of equal ones that with the lower number, so that the choice is the same each time.
    let best = sums.max { first, second in
      (first.value.confidence, -first.key) < (second.value.confidence, -second.key)
    }
    survey.face = sums.count > 1 ? best?.key : nil
    survey.keptRowCount = best?.value.count ?? 0
  }
}

extension TextTable {
  /// The table of the ARFF file, or of the delimited text with a header, at `path`.
  static func withNames(_ path: String) throws(CodecFailure) -> TextTable {
    let prefix = try FileBytes(path).next(upTo: SourceProbe.prefixLength)
    return isARFF(prefix)
      ? try arff(.file(path: path)) : try delimited(.file(path: path), header: .present)
  }

  /// Whether the first line that is no remark begins with `@`.
  static func isARFF(_ prefix: [UInt8]) -> Bool {
    var rest = prefix[...]
    if rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest = rest.dropFirst(3) }
    for line in rest.split(whereSeparator: { $0 == 10 || $0 == 13 }) {
      guard let first = line.first(where: { $0 != 32 && $0 != 9 }) else { continue }
      if first != UInt8(ascii: "%") { return first == UInt8(ascii: "@") }
    }
    return false
  }
}
