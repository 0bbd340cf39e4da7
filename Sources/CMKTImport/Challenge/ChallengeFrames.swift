/// The frames of the recordings of a challenge, on which features and labels meet.
struct ChallengeFrames: Sendable {
  /// RECOLA's step, where no file tells another.
  static let usualStepSeconds = 0.04

  let stepSeconds: Double
  /// How many frames each recording has.
  private(set) var counts: [ChallengeRecording: Int] = [:]

  /// The frames on which these sets meet.
  ///
  /// Their step is that of the labels where a modality has it; where all modalities take longer
  /// steps, the shortest of these. A recording ends with its labels; without labels, as most of
  /// its modalities do.
  ///
  /// - Throws: `ImportFailure.content` for times too far apart.
  init(features: [ChallengeSet], labels: ChallengeLabels) throws(ImportFailure) {
    let steps = features.compactMap(\.stepSeconds)
    let label = labels.gold.compactMap(\.stepSeconds).max()
    if let label {
      let longer = steps.filter { $0 > label && !TimeGrid.areEqual($0, label) }
      let isShared = steps.contains { TimeGrid.areEqual($0, label) }
      stepSeconds = isShared || longer.isEmpty ? label : longer.min() ?? label
    } else {
      stepSeconds = steps.min() ?? Self.usualStepSeconds
    }
    var ends: [ChallengeRecording: [Int]] = [:]
    for set in labels.gold {
      for (recording, place) in set.places {
        ends[recording, default: []].append(
          try map(place.piece, set.stepSeconds, place.file).end)
      }
    }
    var others: [ChallengeRecording: [Int]] = [:]
    for set in features where holds(set) {
      for (recording, place) in set.places where ends[recording] == nil {
        others[recording, default: []].append(
          try map(place.piece, set.stepSeconds, place.file).end)
      }
    }
    counts = ends.merging(others) { labelled, _ in labelled }.mapValues(Self.usual)
  }

  /// The most frequent of `ends`; the largest of equally frequent ones.
  private static func usual(_ ends: [Int]) -> Int {
    var counts: [Int: Int] = [:]
    for end in ends { counts[end, default: 0] += 1 }
    return counts.max { ($0.value, $0.key) < ($1.value, $1.key) }?.key ?? 0
  }

  /// Whether the rows of `set` stand for frames, rather than for shorter or longer steps.
  func holds(_ set: ChallengeSet) -> Bool {
    set.stepSeconds.map { TimeGrid.areEqual($0, stepSeconds) } ?? true
  }

  /// The frames of the rows of `piece`, which come every `step` seconds.
  ///
  /// - Throws: `ImportFailure.content` for times too far apart.
  func map(
    _ piece: ChallengePiece, _ step: Double?, _ file: ChallengeFile
  ) throws(ImportFailure) -> FrameMap {
    guard let times = piece.times else { return FrameMap(rowCount: piece.rows.count) }
    let step = step ?? stepSeconds
    let isFrame = TimeGrid.areEqual(step, stepSeconds)
    guard let map = TimeGrid.frames(of: times, step: isFrame ? stepSeconds : step) else {
      throw .content(
        source: file.table.path, place: "line \(piece.line)",
        expected: "rows about every \(step) s",
        found: "\(times.count) rows from \(times[0]) s to \(times[times.count - 1]) s",
        remedy: "look at the column of times")
    }
    return isFrame ? map : TimeGrid.frames(of: map, step: step, longer: stepSeconds)
  }
}
