import Codecs

extension ImportFormat {
  /// Matrices that COVAREP saves; see `Formats/import/covarep.md`.
  static let covarep = ImportFormat(
    CovarepDump.formatName,
    "COVAREP .mat (MATLAB 5 or 7.3) with `features`, or a folder with one per recording"
  ) { probe in
    CovarepDump.recognises(probe)
  } open: { (probe, options) throws(ImportFailure) in
    try CovarepDump.open(probe, options)
  }
}

/// Makes a dump of MATLAB files with one matrix each.
enum CovarepDump {
  static let formatName = "covarep"
  /// 100 rows a second.
  static let hopSeconds = 0.01
  private static let ending = ".mat"

  static func recognises(_ probe: SourceProbe) -> Bool {
    if !probe.isFolder { return MatrixFile.isMATLAB(probe.prefix) }
    return probe.files.prefix(8).contains { name in
      let prefix = try? FileBytes("\(probe.argument.path)/\(name)")
        .next(upTo: FileSignature.prefixLength)
      return prefix.map(MatrixFile.isMATLAB) ?? false
    }
  }

  static func open(
    _ probe: SourceProbe, _ options: ReadingOptions
  ) throws(ImportFailure) -> Dump {
    var ledger = Ledger()
    var files: [MatrixFile] = []
    if probe.isFolder {
      for name in probe.files {
        let isMatrix = name.lowercased().hasSuffix(ending)
        ledger.add("read", "files", .incoming)
        ledger.add(
          "read", "files", isMatrix ? .kept : .dropped, isMatrix ? "" : "other endings than .mat",
          example: isMatrix ? nil : name)
        if isMatrix { files.append(try MatrixFile("\(probe.argument.path)/\(name)", name: name)) }
      }
    } else {
      files = [try MatrixFile(probe.argument.path, name: probe.argument.baseName)]
    }
    guard let first = files.first else {
      throw .content(
        source: probe.argument.path, place: "folder", expected: "files that end in .mat",
        found: "none", remedy: "give them their ending")
    }
    let name = options.name ?? "audio"
    let columns = columnNames(first, name)
    for file in files where file.columnCount != first.columnCount {
      throw .content(
        source: file.path, place: "its matrix",
        expected: "\(first.columnCount) columns, as in \(first.name)", found: "\(file.columnCount)",
        remedy: "import matrices of one kind")
    }
    var description = ModalityDescription()
    description.extractor = columns == knownColumns ? "COVAREP" : ""
    description.hopSeconds = hopSeconds
    description.anchor = "start"
    return Dump(
      name: probe.plainName,
      entries: files.map {
        Entry(
          id: EntryID(recording: SourceArgument.stem(of: SourceArgument(path: $0.name).baseName)))
      },
      tracks: [
        CovarepTrack(
          name: name, role: .modality(description), columnNames: columns, files: files)
      ],
      files: files.map { SourceFile(path: $0.path, name: $0.name, format: formatName) },
      ledger: ledger)
  }

  /// Names of the file where there are as many as columns, then the known ones.
  private static func columnNames(_ file: MatrixFile, _ modality: String) -> [String] {
    if let names = file.columnNames, names.count == file.columnCount,
      Set(names).count == names.count, !names.contains("")
    {
      return names
    }
    if file.columnCount == knownColumns.count { return knownColumns }
    return ColumnNames.numbered(modality, count: file.columnCount)
  }

  /// The 74 columns of COVAREP 1.4.
  private static let knownColumns =
    ["F0", "VUV", "NAQ", "QOQ", "H1H2", "PSP", "MDQ", "peakSlope", "Rd", "Rd_conf", "creak"]
    + (0...24).map { "MCEP_\($0)" } + (0...24).map { "HMPDM_\($0)" }
    + (0...12).map { "HMPDD_\($0)" }
}

/// The matrices of one dump, read entry by entry.
private struct CovarepTrack: Track {
  let name: String
  let role: TrackRole
  let columnNames: [String]
  let files: [MatrixFile]

  var axis: TrackAxis { .time }

  func rows(of entry: Int) throws(ImportFailure) -> TrackRows? {
    let values = try files[entry].values()
    let count = values.count / columnNames.count
    var intervals: [Double] = []
    intervals.reserveCapacity(2 * count)
    for row in 0..<count {
      intervals.append(Double(row) * CovarepDump.hopSeconds)
      intervals.append(Double(row + 1) * CovarepDump.hopSeconds)
    }
    return TrackRows(values: values, intervals: intervals)
  }
}
