import HDF5
import Tensors

extension FeaturesFile {
  /// Decodes a file of sound structure; what its values break goes to `content.findings`.
  ///
  /// - Parameters:
  ///   - only: the modalities to read, or nil for all.
  ///   - rows: whether modalities get their rows; without, each has none.
  ///   - details: whether intervals, ratings and texts are read; without, there are none.
  init(
    decoding content: inout FileContent, modalities only: Set<String>? = nil, rows: Bool = true,
    details: Bool = true
  ) throws(HDF5Failure) {
    let timeBase: TimeBase = content.choice(
      content.text("time_base", of: "/frames"), .index, .attributeValue, "/frames@time_base")
    self.init(
      sequences: try SequenceTable(decoding: &content), timeBase: timeBase,
      frameIntervals: details ? try content.optionalDoubles("/frames/interval") : nil)
    name = content.text("name", of: "/")
    licence = content.text("licence", of: "/")
    redistribution = content.choice(
      content.text("redistribution", of: "/"), .unknown, .attributeValue, "/@redistribution")
    for name in content.names(in: "/segments") {
      segments[name] = try SegmentTable(
        decoding: &content, at: "/segments/\(name)", details: details)
    }
    for name in content.names(in: "/modalities") where only?.contains(name) ?? true {
      modalities[name] = try Modality(
        decoding: &content, at: "/modalities/\(name)", rows: rows, details: details)
    }
    for name in content.names(in: "/targets") {
      targets[name] = try Target(decoding: &content, at: "/targets/\(name)", details: details)
    }
    for name in content.names(in: "/annotations") where details {
      annotations[name] = try Annotation(decoding: content, at: "/annotations/\(name)")
    }
    provenance = try Provenance(decoding: &content)
  }
}

extension SequenceTable {
  fileprivate init(decoding content: inout FileContent) throws(HDF5Failure) {
    var splits: [Split] = []
    for text in try content.strings("/sequences/split") {
      splits.append(content.choice(text, Split.none, .splitNames, "/sequences/split"))
    }
    self.init(
      ids: try content.strings("/sequences/id"),
      recordings: try content.strings("/sequences/recording"),
      speakers: try content.strings("/sequences/speaker"), splits: splits,
      offsets: try content.integers("/sequences/offset"))
  }
}

extension SegmentTable {
  fileprivate init(
    decoding content: inout FileContent, at path: String, details: Bool
  ) throws(HDF5Failure) {
    self.init(
      sequence: try content.integers(path + "/sequence"),
      frameBegin: try content.integers(path + "/frame_begin"),
      frameEnd: try content.integers(path + "/frame_end"),
      intervals: details ? try content.optionalDoubles(path + "/interval") : nil,
      ids: try content.strings(path + "/id"))
  }
}

/// The level that `path@level` spells; a finding where it spells none.
private func level(of path: String, in content: inout FileContent) -> Level {
  let text = content.text("level", of: path)
  if let level = Level(text) { return level }
  content.findings.append(
    Finding(
      .level, path + "@level",
      "expected frame, segment:<name>, sequence or own, found \"\(text)\""))
  return .frame
}

extension Modality {
  fileprivate init(
    decoding content: inout FileContent, at path: String, rows: Bool, details: Bool
  ) throws(HDF5Failure) {
    let width = content.shape(path + "/values").last ?? 0
    let values =
      rows
      ? try content.tensor(path + "/values") : Tensor(shape: [0, width], elements: [])
    let flags = rows ? try content.flags(path + "/valid") : []
    let isPerRow = content.shape(path + "/valid").count == 1
    self.init(
      values: values, validity: isPerRow ? .rows(flags) : .elements(flags),
      featureNames: try content.strings(path + "/feature_names"),
      level: CMKTFormat.level(of: path, in: &content))
    extractor = content.text("extractor", of: path)
    units = content.text("units", of: path)
    anchor = content.text("anchor", of: path)
    hopSeconds = content.reals("hop_s", of: path)?.first
    windowSeconds = content.reals("window_s", of: path)?.first
    if content.has(path + "/fitted_on") { fittedOn = try content.strings(path + "/fitted_on") }
    let intervals = details ? try content.optionalDoubles(path + "/interval") : nil
    if content.has(path + "/offset") {
      ownAxis = OwnAxis(offsets: try content.integers(path + "/offset"), intervals: intervals)
    } else if intervals != nil {
      content.findings.append(
        Finding(.ownAxis, path + "/interval", "expected it beside an offset only"))
    }
  }
}

extension Target {
  fileprivate init(
    decoding content: inout FileContent, at path: String, details: Bool
  ) throws(HDF5Failure) {
    let kind: TargetKind = content.choice(
      content.text("kind", of: path), .regression, .attributeValue, path + "@kind")
    self.init(
      values: try content.tensor(path + "/values"), valid: try content.flags(path + "/valid"),
      level: CMKTFormat.level(of: path, in: &content), kind: kind)
    names = try content.strings(path + "/names")
    classCount = content.integer("class_count", of: path) ?? 0
    sourceTarget = content.text("source_target", of: path)
    threshold = content.reals("threshold", of: path)?.first
    delaySeconds = content.reals("delay_s", of: path)?.first ?? 0
    if let ends = content.reals("range", of: path), ends.count == 2 {
      if ends[0] <= ends[1], ends.allSatisfy(\.isFinite) {
        range = ends[0]...ends[1]
      } else {
        content.findings.append(
          Finding(.intervalValues, path + "@range", "expected lowest ≤ highest, found \(ends)"))
      }
    }
    if content.has(path + "/raters") {
      raters = Raters(
        names: try content.strings(path + "/raters/names"),
        values: details
          ? try content.tensor(path + "/raters/values") : Tensor(shape: [0, 0, 0], elements: []),
        valid: details ? try content.flags(path + "/raters/valid") : [])
    }
  }
}

extension Annotation {
  fileprivate init(decoding content: FileContent, at path: String) throws(HDF5Failure) {
    self.init(
      bytes: try content.bytes(path + "/bytes"), offsets: try content.integers(path + "/offset"),
      sequence: try content.integers(path + "/sequence"),
      intervals: try content.optionalDoubles(path + "/interval"))
  }
}
