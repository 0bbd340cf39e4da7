/// The part a sequence plays in training and evaluation.
package enum Split: String, CaseIterable, Sendable {
  case train, valid, test
  /// No label; may feed the losses that need none.
  case unlabelled
  /// Belongs to no split.
  case none
}

/// The sequences of a features file, in file order: `N` rows that partition the `F` frames.
package struct SequenceTable: Sendable, Equatable {
  /// Unique names, `[N]`.
  package var ids: [String]
  /// The recording each sequence is part of, `[N]`.
  package var recordings: [String]
  /// Who speaks, `[N]`; empty where unknown.
  package var speakers: [String]
  /// `[N]`.
  package var splits: [Split]
  /// Sequence *i* has the frames `offsets[i] ..< offsets[i + 1]`, `[N + 1]`, starting at 0.
  package var offsets: [Int]

  package init(
    ids: [String], recordings: [String], speakers: [String], splits: [Split], offsets: [Int]
  ) {
    self.ids = ids
    self.recordings = recordings
    self.speakers = speakers
    self.splits = splits
    self.offsets = offsets
  }

  /// The number of sequences, `N`.
  package var count: Int { ids.count }

  /// The number of frames, `F`.
  package var frameCount: Int { offsets.last ?? 0 }

  /// The frames of sequence `index`.
  package func frames(of index: Int) -> Range<Int> { offsets[index]..<offsets[index + 1] }

  /// What must not straddle a split: the speaker where known, else the recording.
  package func group(of index: Int) -> String {
    speakers[index].isEmpty ? recordings[index] : speakers[index]
  }
}

/// How frames, segments and rows of unaligned modalities relate to time.
package enum TimeBase: String, CaseIterable, Sendable {
  /// Each row covers an interval in seconds from the start of its recording.
  case seconds
  /// Only the order is known.
  case index
}

/// Stretches of frames inside sequences: words in an utterance, utterances in a recording.
package struct SegmentTable: Sendable, Equatable {
  /// The index of the sequence that holds each segment, `[S]`, ascending.
  package var sequence: [Int]
  /// Segment *s* has the frames `frameBegin[s] ..< frameEnd[s]` of the file, `[S]`.
  package var frameBegin: [Int]
  package var frameEnd: [Int]
  /// Start and end in seconds, `[S, 2]` row-major; nil where only the order is known.
  package var intervals: [Double]?
  /// Names, `[S]`; empty strings where there are none.
  package var ids: [String]

  package init(
    sequence: [Int], frameBegin: [Int], frameEnd: [Int], intervals: [Double]?, ids: [String]
  ) {
    self.sequence = sequence
    self.frameBegin = frameBegin
    self.frameEnd = frameEnd
    self.intervals = intervals
    self.ids = ids
  }

  /// The number of segments, `S`.
  package var count: Int { sequence.count }
}
