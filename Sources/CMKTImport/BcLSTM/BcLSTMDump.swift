import CMKTFormat
import Codecs

extension ImportFormat {
  /// The folder that was published with bc-LSTM, as CSV; see `Formats/import/bclstm.md`.
  static let bcLSTMCSV = bcLSTM(.csv, "CSV")
  /// The same, as ARFF.
  static let bcLSTMARFF = bcLSTM(.arff, "ARFF")

  private static func bcLSTM(_ encoding: BcLSTMLayout.Encoding, _ word: String) -> ImportFormat {
    let name = "bclstm-\(encoding.rawValue)"
    return ImportFormat(
      name, "bc-LSTM folder: MODALITY_SPLIT0.\(encoding.rawValue), transcripts.csv, text_SPLIT.csv"
    ) { probe in
      BcLSTMLayout(files: probe.files, encoding: encoding) != nil
    } open: { (probe, _) throws(ImportFailure) in
      let path = probe.argument.path
      guard let layout = BcLSTMLayout(files: probe.files, encoding: encoding) else {
        throw .unrecognised(
          source: path, found: "no bc-LSTM folder with features as \(word)",
          remedy: "it has one transcripts.csv, text_train.csv or text_test.csv, and such as"
            + " audio_train0.\(encoding.rawValue)")
      }
      return try BcLSTMReader(layout, in: path, encoding).dump(format: name, probe.argument.stem)
    }
  }
}

/// Reads a bc-LSTM folder: a recording is an entry, an utterance a frame.
struct BcLSTMReader {
  private let layout: BcLSTMLayout
  private let folder: String
  private let encoding: BcLSTMLayout.Encoding
  private let transcripts: BcLSTMTranscripts
  private var ledger = Ledger()

  init(
    _ layout: BcLSTMLayout, in folder: String, _ encoding: BcLSTMLayout.Encoding
  ) throws(ImportFailure) {
    self.layout = layout
    self.folder = folder
    self.encoding = encoding
    transcripts = try BcLSTMTranscripts(layout, in: folder)
  }

  /// One recording: its split, and its utterances in the order of their numbers.
  private struct Recording {
    var split: Split
    var utterances: [Int]
  }

  /// - Throws: `ImportFailure`.
  consuming func dump(format: String, _ name: String) throws(ImportFailure) -> Dump {
    let recordings = try recordings()
    var tracks: [any Track] = []
    // The place of an utterance among the rows of all splits, one after the other.
    var places = [Int](repeating: 0, count: transcripts.utterances.count)
    var count = 0
    for split in layout.splits {
      for utterance in transcripts.rows[split] ?? [] {
        places[utterance] = count
        count += 1
      }
    }
    let rows = recordings.map { recording in recording.value.utterances.map { places[$0] } }
    for modality in layout.modalities {
      let (values, width) = try features(of: modality)
      tracks.append(
        PickedRowsTrack(
          name: modality, role: .modality(ModalityDescription()),
          columnNames: ColumnNames.numbered(modality, count: width), values: values, rows: rows))
    }
    tracks.append(try labels(recordings.map(\.value)))
    tracks.append(words(recordings.map(\.value)))
    let paths =
      [layout.transcripts] + layout.splits.compactMap { layout.indices[$0] }
      + layout.features.map(\.path)
    let isSourced = ledger
    var dump = Dump(
      name: name,
      entries: recordings.map { Entry(id: EntryID(recording: $0.key), split: $0.value.split) },
      tracks: tracks,
      files: paths.map { SourceFile(path: "\(folder)/\($0)", name: $0, format: format) },
      ledger: isSourced)
    dump.ledger.add("read", "utterances", .incoming, count: transcripts.utterances.count)
    dump.ledger.add("read", "utterances", .kept, count: count)
    dump.ledger.add(
      "read", "utterances", .dropped, "in no split", count: transcripts.utterances.count - count)
    return dump
  }

  /// By id, train first, then in the order of `transcripts.csv`.
  private mutating func recordings() throws(ImportFailure) -> [(key: String, value: Recording)] {
    var found: [String: Recording] = [:]
    var order: [String] = []
    for split in layout.splits {
      for utterance in (transcripts.rows[split] ?? []).sorted() {
        let id = transcripts.utterances[utterance].id
        if found[id.recording] == nil {
          order.append(id.recording)
          found[id.recording] = Recording(split: split, utterances: [])
        }
        guard let first = found[id.recording]?.split, first == split else {
          throw .content(
            source: "\(folder)/\(layout.indices[split] ?? "")", place: "'\(id.original)'",
            expected: "all utterances of a recording in one split",
            found: "some in \(found[id.recording]?.split.rawValue ?? "") too",
            remedy: "split by recordings")
        }
        found[id.recording]?.utterances.append(utterance)
      }
    }
    let utterances = transcripts.utterances
    return order.map { id in
      var recording = found[id] ?? Recording(split: .none, utterances: [])
      recording.utterances.sort {
        (utterances[$0].id.clip ?? 0) < (utterances[$1].id.clip ?? 0)
      }
      for (place, utterance) in recording.utterances.enumerated()
      where utterances[utterance].id.clip != place {
        ledger.add(
          "read", "utterances", .noted, "numbers before it are missing",
          example: utterances[utterance].id.original)
        break
      }
      return (id, recording)
    }
  }

  /// The features of `modality`, all splits one after the other, and how many there are in a row.
  private func features(
    of modality: String
  ) throws(ImportFailure) -> (ScratchArray<Float>, width: Int) {
    let values = ScratchArray<Float>()
    var width: Int?
    for split in layout.splits {
      let name = "\(modality) of split \(split.rawValue)"
      guard
        let file = layout.features.first(where: { $0.modality == modality && $0.split == split })
      else {
        throw .content(
          source: folder, place: name, expected: "a table such as \(modality)_test0.csv",
          found: "none", remedy: "give each modality for every split that has a text_SPLIT.csv")
      }
      let path = "\(folder)/\(file.path)"
      let table = try TableReading.table(at: path, isARFF: encoding == .arff)
      let columns = table.columns.count - 1
      guard columns >= 1, columns == width ?? columns else {
        throw .content(
          source: path, place: "line 1",
          expected: width.map { "\($0) features and a class" } ?? "features and a class",
          found: "\(table.columns.count) columns", remedy: "give the tables of one extractor")
      }
      width = columns
      try append(table, path, transcripts.rows[split] ?? [], to: values)
    }
    return (values, width ?? 0)
  }

  private func append(
    _ table: TextTable, _ path: String, _ utterances: [Int], to values: ScratchArray<Float>
  ) throws(ImportFailure) {
    var row = 0
    try TableReading.forEachRow(of: table, at: path, numbers: Array(table.columns.indices)) {
      (cells) throws(ImportFailure) in
      guard row < utterances.count else {
        throw .content(
          source: path, place: "line \(cells.line)",
          expected: "\(utterances.count) rows, as text_SPLIT.csv has", found: "more",
          remedy: "give tables of one publication")
      }
      let utterance = transcripts.utterances[utterances[row]]
      guard cells.numbers.last == utterance.label else {
        throw .content(
          source: path, place: "line \(cells.line), last column",
          expected: "class \(utterance.label) of '\(utterance.id.original)'",
          found: "\(cells.numbers.last ?? .nan)",
          remedy: "the rows are in another order than those of text_SPLIT.csv")
      }
      do throws(ScratchFailure) {
        try values.append(cells.numbers.dropLast().map { Float($0) })
      } catch {
        throw .scratch(error)
      }
      row += 1
    }
    guard row == utterances.count else {
      throw .content(
        source: path, place: "the end", expected: "\(utterances.count) rows, as text_SPLIT.csv has",
        found: "\(row)", remedy: "give tables of one publication")
    }
  }

  private func labels(_ recordings: [Recording]) throws(ImportFailure) -> any Track {
    var description = TargetDescription()
    description.isIntegral = true
    let utterances = transcripts.utterances
    return ArrayTrack(
      name: "label", role: .target(description), axis: .frames, columnNames: ["label"],
      rows: TrackRows(
        values: recordings.flatMap { $0.utterances.map { Float(utterances[$0].label) } }),
      offsets: offsets(recordings))
  }

  private func words(_ recordings: [Recording]) -> any Track {
    let utterances = transcripts.utterances
    return ArrayTrack(
      name: "transcripts", role: .text, axis: .frames, columnNames: [],
      rows: TrackRows(texts: recordings.flatMap { $0.utterances.map { utterances[$0].words } }),
      offsets: offsets(recordings))
  }

  private func offsets(_ recordings: [Recording]) -> [Int] {
    recordings.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.utterances.count) }
  }
}

/// A track whose rows lie in a scratch array, in any order.
struct PickedRowsTrack: Track {
  let name: String
  let role: TrackRole
  var axis: TrackAxis { .frames }
  let columnNames: [String]
  /// `[n, D]`.
  let values: ScratchArray<Float>
  /// For each entry, which rows it has.
  let rows: [[Int]]

  func rows(of entry: Int) throws(ImportFailure) -> TrackRows? {
    let width = columnNames.count
    var picked: [Float] = []
    picked.reserveCapacity(rows[entry].count * width)
    do throws(ScratchFailure) {
      for row in rows[entry] {
        picked += try values.elements(in: (row..<row + 1).scaled(by: width))
      }
    } catch {
      throw .scratch(error)
    }
    return TrackRows(values: picked)
  }
}
