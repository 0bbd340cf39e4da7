import CMKTFormat
import Tensors

extension Dump {
  /// The content of a features file as a dump, its provenance left out.
  ///
  /// - Precondition: no level is a segment table.
  init(_ features: FeaturesFile, files: [SourceFile], ledger: Ledger) {
    let table = features.sequences
    let entries = (0..<table.count).map { index in
      let id = EntryID(table.ids[index], spelling: .brackets)
      var entry = Entry(id: id, speaker: table.speakers[index], split: table.splits[index])
      entry.recording = table.recordings[index]
      return entry
    }
    self.init(name: features.name, entries: entries, tracks: [], files: files, ledger: ledger)
    licence = features.licence
    redistribution = features.redistribution
    tracks =
      features.modalities.sorted { $0.key < $1.key }.map { ArrayTrack($0.key, $0.value, features) }
      + features.targets.sorted { $0.key < $1.key }.map { ArrayTrack($0.key, $0.value, features) }
  }
}

extension ArrayTrack {
  fileprivate init(_ name: String, _ modality: Modality, _ features: FeaturesFile) {
    var description = ModalityDescription()
    description.extractor = modality.extractor
    description.units = modality.units
    description.hopSeconds = modality.hopSeconds
    description.windowSeconds = modality.windowSeconds
    description.anchor = modality.anchor
    let (axis, offsets) = features.axis(of: modality.level, modality.ownAxis)
    var rows = TrackRows(
      values: modality.values.elements,
      intervals: axis == .frames ? features.frameIntervals : modality.ownAxis?.intervals)
    switch modality.validity {
    case .rows(let flags): rows.validity = flags.contains(false) ? .rows(flags) : .all
    case .elements(let flags): rows.validity = .elements(flags)
    }
    self.init(
      name: name, role: .modality(description), axis: axis, columnNames: modality.featureNames,
      rows: rows, offsets: offsets)
  }

  fileprivate init(_ name: String, _ target: Target, _ features: FeaturesFile) {
    var description = TargetDescription()
    description.kind = target.kind
    description.isIntegral = target.kind == .classes
    description.names = target.names
    description.range = target.range
    description.delaySeconds = target.delaySeconds
    description.sourceTarget = target.sourceTarget
    description.threshold = target.threshold
    description.raterNames = target.raters?.names ?? []
    let (axis, offsets) = features.axis(of: target.level, nil)
    var rows = TrackRows(
      values: target.values.elements,
      intervals: axis == .frames ? features.frameIntervals : nil)
    if target.valid.contains(false) { rows.validity = .rows(target.valid) }
    if let raters = target.raters {
      let width = target.columnCount
      rows.raters = raters.values.elements.indices.map { index in
        raters.valid[index / width] ? raters.values.elements[index] : .nan
      }
    }
    self.init(
      name: name, role: .target(description), axis: axis,
      columnNames: (0..<target.columnCount).map { "\(name)_\($0)" }, rows: rows,
      offsets: offsets)
  }
}

extension FeaturesFile {
  /// The axis of rows of `level`, and where the rows of each sequence begin.
  fileprivate func axis(of level: Level, _ own: OwnAxis?) -> (TrackAxis, [Int]) {
    switch level {
    case .sequence: (.entry, Array(0...sequences.count))
    case .own: (own?.intervals == nil ? .own : .time, own?.offsets ?? [])
    case .frame, .segment: (.frames, sequences.offsets)
    }
  }
}
