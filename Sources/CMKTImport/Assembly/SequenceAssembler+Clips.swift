import CMKTFormat

/// Clips of one recording as one sequence.
extension SequenceAssembler {
  /// `clips`, in their order, one after the other; nil where there are none.
  ///
  /// What stood for a whole clip stands for its segment now, or for its frame where each clip is
  /// one.
  func merge(_ clips: [AssembledSequence]) -> AssembledSequence? {
    guard var merged = clips.first else { return nil }
    var segments = LocalSegments()
    var offset = 0
    for clip in clips {
      segments.frames.append(offset..<offset + clip.frameCount)
      segments.ids.append(clip.id.description)
      offset += clip.frameCount
    }
    for clip in clips.dropFirst() {
      merged.frameCount += clip.frameCount
      merged.intervals = merged.intervals.flatMap { own in clip.intervals.map { own + $0 } }
      for (name, block) in clip.modalities { merged.modalities[name]?.append(block) }
      for (name, block) in clip.targets { merged.targets[name]?.append(block) }
      for (name, texts) in clip.annotations {
        merged.annotations[name, default: LocalTexts()].append(texts)
      }
    }
    if let first = clips.first {
      merged.id = EntryID(recording: first.id.recording)
      merged.recording = first.recording
    }
    if plan.hasSegmentTable {
      segments.intervals = bounds(of: segments.frames, in: merged.intervals)
      merged.segments[AssemblyPlan.segmentTable] = segments
    }
    return merged
  }

  /// From the start of the first to the end of the last frame of each range.
  func bounds(of ranges: [Range<Int>], in intervals: [Double]?) -> [Double]? {
    intervals.map { intervals in
      ranges.flatMap { range in
        guard !range.isEmpty else { return [0.0, 0.0] }
        let covered = intervals[range.scaled(by: 2)]
        return [covered.min() ?? 0, covered.max() ?? 0]
      }
    }
  }
}

extension LocalTexts {
  fileprivate mutating func append(_ other: LocalTexts) {
    texts += other.texts
    intervals = intervals.flatMap { own in other.intervals.map { own + $0 } }
  }
}
