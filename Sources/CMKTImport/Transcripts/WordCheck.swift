/// Compares words and their times with transcripts, and finds words that lag their times.
///
/// In a widely copied file of CMU-MOSI's words every word stands one row late: what is said in the
/// interval of row *i* stands in row *i + 1*.
struct WordCheck {
  /// The shifts that are tried; row *i* gets the word of row *i + shift*.
  static let shifts = [0, 1, -1]

  /// How many segments have a transcript.
  private(set) var segmentCount = 0
  /// How many of them equal it, by shift.
  private(set) var agreeing: [Int: Int] = [:]

  /// Compares all segments that rows of `labels` mark in `joined`.
  ///
  /// - Throws: `ImportFailure`.
  init(
    _ words: JoinedDump.Member, _ labels: JoinedDump.Member, of joined: JoinedDump,
    with transcripts: Transcripts
  ) throws(ImportFailure) {
    for (index, entry) in joined.entries.enumerated() {
      guard let spoken = try words.rows(of: index), let marked = try labels.rows(of: index),
        let times = spoken.intervals, let marks = marked.intervals
      else { continue }
      let matches = RowMatches(of: times, with: marks, rule: .sdk)
      guard matches.isComplete else { continue }
      for label in 0..<matches.referenceCount {
        let clip = marked.clips.isEmpty ? label : marked.clips[label]
        compare(matches.rows(of: label), spoken.texts, transcripts, entry.id.recording, clip)
      }
    }
  }

  private mutating func compare(
    _ rows: ArraySlice<Int>, _ texts: [String], _ transcripts: Transcripts, _ recording: String,
    _ clip: Int
  ) {
    var isKnown = false
    for shift in Self.shifts {
      let words = rows.lazy.map { $0 + shift }.filter { texts.indices.contains($0) }.map {
        texts[$0]
      }
      guard let isEqual = transcripts.agree(with: words, recording: recording, clip: clip) else {
        return
      }
      isKnown = true
      if isEqual { agreeing[shift, default: 0] += 1 }
    }
    if isKnown { segmentCount += 1 }
  }

  /// What the user should know, given the shift that was asked for; nil where all is well.
  func note(words: String, askedShift: Int) -> String? {
    guard segmentCount > 0 else {
      return "no segment has a transcript; the ids or the labels are of other data"
    }
    let asked = agreeing[askedShift] ?? 0
    let best = Self.shifts.max { (agreeing[$0] ?? 0) < (agreeing[$1] ?? 0) } ?? 0
    let most = agreeing[best] ?? 0
    let now = "\(asked) of \(segmentCount) segments equal their transcripts"
    if most > 2 * asked, 10 * most >= segmentCount {
      let lag =
        best > 0 ? "lag their times by \(best) row" : "run ahead of their times by \(-best) row"
      return "\(words) \(lag): \(now) as they are, and \(most) with "
        + "--shift-features \(words)=\(best); features that were made of these words lag with them"
    }
    return 2 * asked < segmentCount && Self.shifts.contains(askedShift)
      ? "\(words) and transcripts differ: only \(now)" : nil
  }
}

extension Importer {
  /// Compares the words of `joined` with the transcripts among the sources, where there are both,
  /// and labels that mark segments.
  ///
  /// - Throws: `ImportFailure`.
  static func checkWords(
    _ joined: JoinedDump, _ request: ImportRequest, _ ledger: inout Ledger
  ) throws(ImportFailure) -> [String] {
    var notes: [String] = []
    for source in request.sources where source.name == "transcripts" {
      guard Transcripts.isTable(try SourceProbe(source)) else { continue }
      let words = joined.members.first { $0.track.role == .text && $0.track.axis == .time }
      let labels = joined.members.first { member in
        guard case .target(let description) = member.track.role else { return false }
        return member.track.axis == .time && description.marksSegments
      }
      guard let words, let labels else {
        throw .content(
          source: source.path, place: "source 'transcripts'",
          expected: "words with times and labels that mark segments, to compare with",
          found: "none", remedy: "give words=FILE.csd and labels=FILE.csd, too")
      }
      let check = try WordCheck(
        words, labels, of: joined, with: try Transcripts(path: source.path))
      let name = words.track.name
      let shift = request.shiftRows[name]
      ledger.add(
        "check", modality: name, "segments", .noted, "equal their transcripts",
        count: check.agreeing[shift] ?? 0)
      ledger.add(
        "check", modality: name, "segments", .noted, "differ from their transcripts",
        count: check.segmentCount - (check.agreeing[shift] ?? 0))
      if let note = check.note(words: name, askedShift: shift) { notes.append(note) }
    }
    return notes
  }
}
