import CMKTFormat

/// What is decided for a whole import before any row is read: where frames come from, and on
/// which level each track ends up.
struct AssemblyPlan: Sendable {
  /// Where the frames of a sequence come from.
  enum FrameSource: Sendable, Equatable {
    /// The rows of this member; others are aligned to them by time.
    case reference(Int)
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
  /// The member whose rows cut recordings into segments.
  let segmenter: Int?
  /// The joined entries that each piece of work takes: one, or all clips of a recording.
  let groups: [[Int]]
  /// Whether clips of a recording become one sequence.
  let mergesClips: Bool

  /// The name of the table of the segments that sequences hold.
  static let segmentTable = "clips"
  /// `--align none`: every modality keeps its own rows.
  static let noReference = "none"

  init(_ joined: JoinedDump, _ request: ImportRequest) throws(ImportFailure) {
    self.joined = joined
    self.request = request
    let members = joined.members
    let marked = members.firstIndex { member in
      guard case .target(let description) = member.track.role else { return false }
      return member.track.axis == .time
        && (description.marksSegments || request.sequenceUnit == .segment)
    }
    frameSource = try Self.frameSource(joined, request, hasSegments: marked != nil)
    if case .reference(let reference) = frameSource, marked != reference {
      segmenter = marked
    } else {
      segmenter = nil
    }
    let hasClips = joined.entries.contains { $0.id.clip != nil }
    mergesClips = hasClips && request.sequenceUnit == .video
    groups = mergesClips ? Self.byRecording(joined.entries) : joined.entries.indices.map { [$0] }
    if request.sequenceUnit == .segment, !hasClips, segmenter == nil {
      throw .wrongValue(
        option: "--sequence",
        expected: "a source that marks segments, such as labels=LABELS.csd, "
          + "and --align MODALITY", found: "segment")
    }
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
    _ joined: JoinedDump, _ request: ImportRequest, hasSegments: Bool
  ) throws(ImportFailure) -> FrameSource {
    let members = joined.members
    if let name = request.reference, name != noReference {
      guard let index = members.firstIndex(where: { $0.track.name == name }) else {
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
    if request.reference == nil, framed.isEmpty, modalities.count == 1, hasSegments {
      return .reference(modalities[0])
    }
    if request.reference == noReference, framed.isEmpty, let first = modalities.first {
      return .first(first)
    }
    if !framed.isEmpty || !timed.isEmpty { return .shared }
    if let first = rowed.first(where: { members[$0].track.axis == .own }) { return .first(first) }
    return .entries
  }

  /// The level of member `index` in the file.
  func level(of index: Int) -> Level {
    let track = joined.members[index].track
    if index == segmenter {
      return request.sequenceUnit == .video ? .segment(Self.segmentTable) : .sequence
    }
    switch track.axis {
    case .frames: return .frame
    case .time:
      if case .first(let first) = frameSource { return index == first ? .frame : .own }
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
      || (segmenter != nil && request.sequenceUnit == .video)
  }
}
