import CMKTFormat

/// What is decided for a whole import before any row is read: where frames come from, and on
/// which level each track ends up.
struct AssemblyPlan: Sendable {
  /// Where the frames of a sequence come from.
  enum FrameSource: Sendable, Equatable {
    /// The rows of this member; others are aligned to them by time.
    case reference(Int)
    /// Steps of so many seconds; all tracks are brought to them by time.
    case grid(hopSeconds: Double)
    /// All tracks have a row for each frame.
    case shared
    /// The first of the tracks that have an order of their own.
    case first(Int)
    /// An entry is one frame.
    case entries
  }

  let joined: JoinedDump
  let request: ImportRequest
  let frameSource: FrameSource
  /// The members whose rows cut recordings into segments: the first, and those that have labels
  /// of the same segments.
  let segmenters: [Int]
  /// The joined entries that each piece of work takes: one, or all clips of a recording.
  let groups: [[Int]]
  /// Whether clips of a recording become one sequence.
  let mergesClips: Bool

  /// The name of the table of the segments that sequences hold.
  static let segmentTable = "clips"
  /// `--align labels`: the segments that labels mark are the frames.
  static let labelsReference = "labels"
  /// `--align none`: every modality keeps its own rows.
  static let noReference = "none"

  init(_ joined: JoinedDump, _ request: ImportRequest) throws(ImportFailure) {
    self.joined = joined
    self.request = request
    let members = joined.members
    let marked = members.indices.filter { index in
      guard case .target(let description) = members[index].track.role else { return false }
      return members[index].track.axis == .time
        && (description.marksSegments || request.sequenceUnit == .segment)
    }
    frameSource = try Self.frameSource(joined, request, marked)
    switch frameSource {
    case .reference(let reference) where !marked.contains(reference): segmenters = marked
    case .grid: segmenters = marked
    case .first where request.sequenceUnit == .video: segmenters = marked
    default: segmenters = []
    }
    let hasClips = joined.entries.contains { $0.id.clip != nil }
    mergesClips = hasClips && request.sequenceUnit == .video
    groups = mergesClips ? Self.byRecording(joined.entries) : joined.entries.indices.map { [$0] }
    try checkSegments(marked, hasClips: hasClips)
  }

  /// Refuses segments that are asked for and can't be had.
  private func checkSegments(_ marked: [Int], hasClips: Bool) throws(ImportFailure) {
    if case .first = frameSource, !marked.isEmpty, request.sequenceUnit != .video {
      throw .wrongValue(
        option: "--align",
        expected: "a modality, or `labels`: rows that meet no frames cannot be cut into the"
          + " segments of \(joined.members[marked[0]].track.name); --sequence video keeps"
          + " recordings whole", found: request.reference ?? "")
    }
    guard request.sequenceUnit == .segment, !hasClips, segmenters.isEmpty else { return }
    throw .wrongValue(
      option: "--sequence",
      expected: marked.isEmpty
        ? "a source that marks segments, such as labels=LABELS.csd, and --align MODALITY"
        : "--align with a modality: where labels are the frames, they cut no segments",
      found: "segment")
  }

  private static func byRecording(_ entries: [Entry]) -> [[Int]] {
    var order: [String] = []
    var members: [String: [Int]] = [:]
    for (index, entry) in entries.enumerated() {
      if members[entry.id.recording] == nil { order.append(entry.id.recording) }
      members[entry.id.recording, default: []].append(index)
    }
    return order.map { recording in
      (members[recording] ?? []).sorted {
        (entries[$0].id.clip ?? -1, $0) < (entries[$1].id.clip ?? -1, $1)
      }
    }
  }

  private static func frameSource(
    _ joined: JoinedDump, _ request: ImportRequest, _ marked: [Int]
  ) throws(ImportFailure) -> FrameSource {
    let members = joined.members
    if let name = request.reference, name != noReference {
      let named = members.firstIndex { $0.track.name == name }
      guard let index = named ?? (name == labelsReference ? marked.first : nil) else {
        throw .unknownName(
          kind: "modality", name: name, known: members.map(\.track.name).sorted())
      }
      guard [.time, .frames].contains(members[index].track.axis) else {
        throw .wrongValue(
          option: "--align", expected: "a modality whose rows have times", found: name)
      }
      return .reference(index)
    }
    let rowed = members.indices.filter { !(members[$0].track.role == .text) }
    let timed = rowed.filter { members[$0].track.axis == .time }
    let framed = rowed.filter { members[$0].track.axis == .frames }
    let modalities = timed.filter { members[$0].track.role.isModality }
    if request.reference == nil, let hopSeconds = request.hopSeconds.others,
      (modalities + framed).contains(where: { members[$0].track.role.isModality })
    {
      return .grid(hopSeconds: hopSeconds)
    }
    if request.reference == nil, framed.isEmpty, modalities.count == 1,
      !marked.isEmpty, request.join != .index
    {
      return .reference(modalities[0])
    }
    if request.reference == noReference, framed.isEmpty, let first = modalities.first {
      return .first(first)
    }
    if !framed.isEmpty || !timed.isEmpty { return .shared }
    if let first = rowed.first(where: { members[$0].track.axis == .own }) { return .first(first) }
    return .entries
  }

  /// Whether the rows of member `index` are brought to the frames by time.
  func alignsByTime(_ index: Int) -> Bool {
    switch frameSource {
    case .reference(let reference): index != reference
    case .grid: true
    case .first(let first):
      index != first && joined.members[index].track.axis == .time && level(of: index) == .frame
    case .shared, .entries: false
    }
  }

  /// The name of the track whose times the frames have.
  var frameName: String {
    switch frameSource {
    case .reference(let index), .first(let index): return joined.members[index].track.name
    case .grid, .shared, .entries:
      let first = joined.members.indices.first { level(of: $0) == .frame }
      return first.map { joined.members[$0].track.name } ?? ""
    }
  }

  /// Whether the modality called `name` has rows that are no frames.
  func keepsOwnRows(_ name: String) -> Bool {
    joined.members.indices.contains {
      level(of: $0) == .own && joined.members[$0].track.name == name
    }
  }

  /// The path of the source of the track called `name`.
  func source(of name: String) -> String {
    joined.members.first { $0.track.name == name }?.source ?? joined.source
  }

  /// The level of member `index` in the file.
  func level(of index: Int) -> Level {
    let track = joined.members[index].track
    if segmenters.contains(index) {
      return request.sequenceUnit == .video ? .segment(Self.segmentTable) : .sequence
    }
    switch track.axis {
    case .frames: return .frame
    case .time:
      // Labels have no rows of their own: they meet the frames.
      if case .first(let first) = frameSource {
        return index == first || track.role.isTarget ? .frame : .own
      }
      return .frame
    case .own: return frameSource == .first(index) ? .frame : .own
    case .entry:
      if frameSource == .entries {
        return track.role.isModality || mergesClips ? .frame : .sequence
      }
      return mergesClips ? .segment(Self.segmentTable) : .sequence
    }
  }

  /// Whether the file has a table of segments.
  var hasSegmentTable: Bool {
    (mergesClips && frameSource != .entries)
      || (!segmenters.isEmpty && request.sequenceUnit == .video)
  }
}
