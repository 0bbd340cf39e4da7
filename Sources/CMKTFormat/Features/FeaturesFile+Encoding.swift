import HDF5
import Tensors

extension FeaturesFile {
  /// The file as a document, statistics included, digests not yet.
  package var document: Document {
    var document = documentWithoutModalities
    for (name, modality) in modalities {
      encode(modality, at: "/modalities/\(name)", into: &document)
      ColumnStatistics(of: modality).encode(at: "/statistics/\(name)", into: &document)
    }
    return document
  }

  /// As `document`, the modalities and their statistics left out.
  var documentWithoutModalities: Document {
    var document = Document()
    document.addGroup(
      "/",
      attributes: rootAttributes(
        kind: .features, licence: licence, redistribution: redistribution)
        + [.text("name", name)])
    encodeSequences(into: &document)
    for (name, table) in segments { encode(table, at: "/segments/\(name)", into: &document) }
    document.addGroup("/modalities")
    document.addGroup("/statistics")
    for (name, target) in targets { encode(target, at: "/targets/\(name)", into: &document) }
    for (name, annotation) in annotations {
      encode(annotation, at: "/annotations/\(name)", into: &document)
    }
    provenance.encode(into: &document)
    return document
  }

  private func encodeSequences(into document: inout Document) {
    document.add(sequences.ids, at: "/sequences/id")
    document.add(sequences.recordings, at: "/sequences/recording")
    document.add(sequences.speakers, at: "/sequences/speaker")
    document.add(sequences.splits.map(\.rawValue), at: "/sequences/split")
    document.add(sequences.offsets, at: "/sequences/offset")
    document.addGroup("/frames", attributes: [.text("time_base", timeBase.rawValue)])
    document.addIntervals(frameIntervals, at: "/frames/interval")
  }

  private func encode(_ table: SegmentTable, at path: String, into document: inout Document) {
    document.add(table.sequence, at: path + "/sequence")
    document.add(table.frameBegin, at: path + "/frame_begin")
    document.add(table.frameEnd, at: path + "/frame_end")
    document.addIntervals(table.intervals, at: path + "/interval")
    document.add(table.ids, at: path + "/id")
  }

  func encode(_ modality: Modality, at path: String, into document: inout Document) {
    encodeDescription(of: modality, at: path, into: &document)
    document.add(modality.values.elements, shape: modality.values.shape, at: path + "/values")
    switch modality.validity {
    case .rows(let flags): document.add(flags, shape: [flags.count], at: path + "/valid")
    case .elements(let flags):
      document.add(flags, shape: modality.values.shape, at: path + "/valid")
    }
  }

  /// Everything of `modality` but its values and their validity.
  func encodeDescription(
    of modality: Modality, at path: String, into document: inout Document
  ) {
    var attributes: [Attribute] =
      [
        .text("level", modality.level.description), .text("extractor", modality.extractor),
        .text("units", modality.units), .text("anchor", modality.anchor),
      ] + plottable
    if let hop = modality.hopSeconds { attributes.append(Attribute("hop_s", hop)) }
    if let window = modality.windowSeconds { attributes.append(Attribute("window_s", window)) }
    document.addGroup(path, attributes: attributes)
    document.add(modality.featureNames, at: path + "/feature_names")
    if !modality.fittedOn.isEmpty { document.add(modality.fittedOn, at: path + "/fitted_on") }
    if let axis = modality.ownAxis {
      document.add(axis.offsets, at: path + "/offset")
      document.addIntervals(axis.intervals, at: path + "/interval")
    }
  }

  private func encode(_ target: Target, at path: String, into document: inout Document) {
    var attributes: [Attribute] =
      [
        .text("level", target.level.description), .text("kind", target.kind.rawValue),
        Attribute("class_count", Int64(target.classCount)),
        .text("source_target", target.sourceTarget),
        Attribute("delay_s", target.delaySeconds),
      ] + plottable
    if let range = target.range {
      attributes.append(Attribute("range", [range.lowerBound, range.upperBound]))
    }
    if let threshold = target.threshold { attributes.append(Attribute("threshold", threshold)) }
    document.addGroup(path, attributes: attributes)
    document.add(target.values.elements, shape: target.values.shape, at: path + "/values")
    document.add(target.valid, shape: [target.valid.count], at: path + "/valid")
    document.add(target.names, at: path + "/names")
    if let raters = target.raters {
      document.add(raters.names, at: path + "/raters/names")
      document.add(
        raters.values.elements, shape: raters.values.shape, at: path + "/raters/values")
      document.add(
        raters.valid, shape: Array(raters.values.shape.prefix(2)), at: path + "/raters/valid")
    }
  }

  private func encode(_ annotation: Annotation, at path: String, into document: inout Document) {
    document.add(bytes: annotation.bytes, at: path + "/bytes")
    document.add(annotation.offsets, at: path + "/offset")
    document.add(annotation.sequence, at: path + "/sequence")
    document.addIntervals(annotation.intervals, at: path + "/interval")
  }

  /// Lets viewers that know NeXus plot a group by itself.
  private var plottable: [Attribute] {
    [.text("NX_class", "NXdata"), .text("signal", "values"), .texts("axes", [".", "."])]
  }
}

extension Document {
  /// Adds `[n, 2]` start and end seconds where there are any.
  fileprivate mutating func addIntervals(_ intervals: [Double]?, at path: String) {
    guard let intervals else { return }
    add(intervals, shape: [intervals.count / 2, 2], at: path)
  }
}

/// The attributes that the root of either kind of file has.
func rootAttributes(
  kind: FileKind, licence: String, redistribution: Redistribution
) -> [Attribute] {
  [
    .text("format", "cmkt"), .text("format_version", FormatVersion.text),
    .text("kind", kind.rawValue), .text("licence", licence),
    .text("redistribution", redistribution.rawValue),
  ]
}
