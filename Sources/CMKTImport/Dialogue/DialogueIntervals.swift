import Codecs

/// The intervals of one split, checked and packed.
///
/// Order is kept as it is. Overlaps, steps back and empty intervals are common in hand-segmented
/// speech; they are counted. An interval that ends before it starts, or is not finite, is refused.
struct DialogueIntervals {
  /// Start and end in seconds of the kept frames, `[frames, 2]`.
  private(set) var seconds: [Double] = []

  /// Reads the intervals of `split`.
  ///
  /// - Throws: `ImportFailure`.
  init(
    _ split: DialogueSplit, _ source: DialogueSource, _ ledger: inout Ledger
  ) throws(ImportFailure) {
    let name = split.arrays.arrayName("interval")
    let loaded = try source.load(name)
    try source.check(loaded, name, shape: [split.count, split.paddedLength, 2])
    guard let values = loaded.doubles else {
      throw source.failure(name, expected: "seconds", found: "text")
    }
    seconds.reserveCapacity(2 * split.frameCount)
    for sequence in split.kept {
      var previous: (start: Double, end: Double)?
      for frame in 0..<split.lengths[sequence] {
        let place = 2 * (sequence * split.paddedLength + frame)
        let (start, end) = (values[place], values[place + 1])
        guard start.isFinite, end.isFinite, start <= end else {
          throw source.failure(
            name, at: "[\(sequence), \(frame)] (\(split.place(sequence, frame)))",
            expected: "a start and an end in seconds, in this order", found: "\(start) to \(end)",
            remedy: "correct the interval, or leave out all intervals to use the order alone")
        }
        func remark(_ reason: String, if holds: Bool) {
          guard holds else { return }
          ledger.add(
            "read", "frames", .noted, reason, example: split.place(sequence, frame))
        }
        remark("interval of no length", if: start == end)
        if let previous {
          remark("interval starts before the one before it", if: start < previous.start)
          remark(
            "interval overlaps the one before it",
            if: start >= previous.start && start < previous.end)
        }
        previous = (start, end)
        seconds.append(start)
        seconds.append(end)
      }
    }
  }
}
