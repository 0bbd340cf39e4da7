import Codecs

/// Makes a dump of a table, or of a folder with a table for each recording.
struct TableDump {
  let family: TableFamily
  let probe: SourceProbe
  let options: ReadingOptions
  var ledger = Ledger()
  var notes: [String] = []

  /// The dump of the source that `probe` looked at.
  ///
  /// - Throws: `ImportFailure`.
  static func open(
    _ family: TableFamily, _ probe: SourceProbe, _ options: ReadingOptions
  ) throws(ImportFailure) -> Dump {
    var reader = TableDump(family: family, probe: probe, options: options)
    return try reader.dump()
  }

  /// Whether the source is a table, or a folder of tables, that `family` knows.
  static func recognises(_ family: TableFamily, _ probe: SourceProbe) -> Bool {
    if !probe.isFolder { return isTable(probe.argument.path, of: family) }
    // Few files of a folder may be something else: a read-me, a log.
    return probe.files.prefix(8).contains { isTable("\(probe.argument.path)/\($0)", of: family) }
  }

  private static func isTable(_ path: String, of family: TableFamily) -> Bool {
    guard let prefix = try? FileBytes(path).next(upTo: SourceProbe.prefixLength),
      [.arff, .unknown].contains(FileSignature(prefix: prefix)), !prefix.contains(0),
      // A line this long, and not parted, is no row of names.
      prefix.count < SourceProbe.prefixLength
        || prefix.contains(where: { ",;\t|\n\r".utf8.contains($0) })
    else { return false }
    do throws(CodecFailure) {
      let table = try TextTable.withNames(path)
      // A first line of numbers is no header.
      let isHeader = table.columns.allSatisfy { DecimalNumber.parse($0.name) == nil }
      return isHeader && family.recognises(table)
    } catch {
      // Opening it will say what is wrong with it.
      return family.takesAny && error.finding?.line != nil
    }
  }

  private init(family: TableFamily, probe: SourceProbe, options: ReadingOptions) {
    self.family = family
    self.probe = probe
    self.options = options
  }

  private mutating func dump() throws(ImportFailure) -> Dump {
    let files = try openFiles()
    var surveys: [TableSurvey] = []
    for file in files { surveys.append(try TableSurvey(file)) }
    try checkRows(files, surveys)
    let name = options.name ?? family.modality ?? probe.plainName
    let columns = try columnNames(files, name)
    countFaces(surveys, name)
    noteColumns(files, surveys, name)
    let named = surveys.contains { Set($0.runs.map(\.instance)).count > 1 }
    let (entries, parts) = try entries(files, surveys, byInstance: named)
    let hasSeveral = surveys.contains(where: \.hasSeveralRows)
    let hasTime = hasSeveral ? try hasTimes(files) : false
    var description = ModalityDescription()
    description.extractor = files[0].layout.extractor
    description.anchor = files[0].layout.anchor
    let steps = surveys.flatMap(\.stepsSeconds)
    let window = surveys.lazy.compactMap(\.windowSeconds).first { $0.isFinite && $0 > 0 }
    if files[0].layout.isSteady, hasSeveral { description.hopSeconds = hop(steps, name) }
    description.windowSeconds = window
    let track = TableTrack(
      name: name, role: .modality(description),
      axis: hasSeveral ? hasTime ? .time : .frames : .entry, columnNames: columns, files: files,
      parts: parts, stepSeconds: steps.isEmpty ? window ?? 0 : steps.sorted()[steps.count / 2])
    var dump = Dump(
      name: probe.plainName, entries: entries, tracks: [track],
      files: files.map { SourceFile(path: $0.path, name: $0.name, format: family.name) },
      ledger: ledger)
    dump.notes = notes
    return dump
  }

  /// The tables of the source, in byte order of their paths.
  private mutating func openFiles() throws(ImportFailure) -> [TableFile] {
    let path = probe.argument.path
    guard probe.isFolder else {
      return [try TableFile(path, name: probe.argument.baseName, family, options)]
    }
    // What the first table is called at its end, the others are, too.
    let first = probe.files.prefix(8).first { Self.isTable("\(path)/\($0)", of: family) }
    let ending = first.map(Self.ending)
    var files: [TableFile] = []
    for name in probe.files {
      ledger.add("read", "files", .incoming)
      guard Self.ending(of: name) == ending else {
        ledger.add("read", "files", .dropped, "other endings than \(ending ?? "")", example: name)
        continue
      }
      ledger.add("read", "files", .kept)
      files.append(try TableFile("\(path)/\(name)", name: name, family, options))
    }
    guard !files.isEmpty else {
      throw .content(
        source: path, place: "folder", expected: "tables of \(family.name)", found: "none",
        remedy: "give the folder in which they are")
    }
    return files
  }

  /// The name after its last dot.
  private static func ending(of name: String) -> String {
    let base = SourceArgument(path: name).baseName
    return String(base.dropFirst(SourceArgument.stem(of: base).count)).lowercased()
  }

  /// The names of the features, equal in all tables, and what became of the other columns.
  private mutating func columnNames(
    _ files: [TableFile], _ modality: String
  ) throws(ImportFailure) -> [String] {
    let names = files[0].columnNames
    var seen: Set<String> = []
    for name in names {
      guard seen.insert(name).inserted else {
        throw .content(
          source: files[0].path, place: "columns", expected: "each name once",
          found: "'\(name)' a second time", remedy: "choose by position: --columns 2-5")
      }
    }
    for file in files where file.columnNames != names {
      let other = zip(file.columnNames, names).first { $0 != $1 }
      let text = file.layout.leftOut.first { names.contains(file.table.columns[$0.column].name) }
      throw .content(
        source: file.path, place: "columns",
        expected: "the \(names.count) features of \(files[0].name)"
          + (other.map { ", such as '\($0.1)'" } ?? ""),
        found: text.map(file.shown) ?? other.map { "'\($0.0)'" } ?? "\(file.columnNames.count)",
        remedy: "import tables of one kind, or choose columns that all have with --columns")
    }
    let layout = files[0].layout
    let table = files[0].table
    ledger.add("read", modality: modality, "columns", .incoming, count: table.columns.count)
    ledger.add("read", modality: modality, "columns", .kept, count: names.count)
    let chosen = Set(layout.features)
    for (index, column) in table.columns.enumerated() where !chosen.contains(index) {
      let isGuide = layout.guides.contains(index)
      ledger.add(
        "read", modality: modality, "columns", .dropped,
        isGuide ? "name, time or validity of rows" : "no features",
        example: column.name.isEmpty ? "column \(index + 1)" : column.name)
    }
    return names
  }

  /// The recordings, and where their rows stand.
  private func entries(
    _ files: [TableFile], _ surveys: [TableSurvey], byInstance: Bool
  ) throws(ImportFailure) -> ([Entry], [[TableTrack.Part]]) {
    var entries: [Entry] = []
    var parts: [[TableTrack.Part]] = []
    var index: [String: Int] = [:]
    for (number, survey) in surveys.enumerated() {
      let stem = SourceArgument.stem(of: SourceArgument(path: files[number].name).baseName)
      if !byInstance, index[stem] != nil {
        throw .content(
          source: files[number].path, place: "ids", expected: "each file name once",
          found: "'\(stem)' a second time", remedy: "import the folders one by one")
      }
      for run in survey.runs {
        let name = byInstance ? run.instance : stem
        guard !name.isEmpty else {
          throw .content(
            source: files[number].path, place: "line \(run.start.line)",
            expected: "the name of an instance", found: "an empty cell",
            remedy: "name the recording of every row")
        }
        let part = TableTrack.Part(file: number, run: run, face: survey.face)
        if let known = index[name] {
          parts[known].append(part)
          continue
        }
        index[name] = entries.count
        entries.append(Entry(id: EntryID(recording: name)))
        parts.append([part])
      }
    }
    return (entries, parts)
  }
}

extension SourceProbe {
  /// The name of the source without its ending, as a modality may be called.
  var plainName: String {
    PlainName.made(of: isFolder ? argument.baseName : argument.stem, or: "table")
  }
}
