/// Intervals of rows that have one time each.
enum RowTimes {
  /// So many first rows of a recording tell its usual step.
  static let sampleCount = 64

  /// The median step between the first of `times`, seconds; nil where none goes forward.
  static func step(of times: [Double]) -> Double? {
    let sample = times.prefix(sampleCount)
    let steps = zip(sample.dropFirst(), sample).map { $0 - $1 }.filter { $0 > 0 }.sorted()
    return steps.isEmpty ? nil : steps[steps.count / 2]
  }

  /// The step that all of `steps` are, within a hundredth; nil where they differ.
  static func common(_ steps: [Double]) -> Double? {
    guard let least = steps.min(), let most = steps.max(), most - least <= 0.01 * least else {
      return nil
    }
    return steps.sorted()[steps.count / 2]
  }

  /// Each row lasts to the next one, `[n, 2]`; the last one, and one before a gap, for a step.
  ///
  /// - Precondition: `times` ascend.
  static func intervals(
    from times: [Double], stepSeconds: Double, maximumGapSeconds: Double?
  ) -> [Double] {
    var intervals: [Double] = []
    intervals.reserveCapacity(2 * times.count)
    for (index, time) in times.enumerated() {
      let next = index + 1 < times.count ? times[index + 1] : time + stepSeconds
      let isGap = maximumGapSeconds.map { next - time > $0 } ?? false
      intervals.append(time)
      intervals.append(isGap ? time + stepSeconds : next)
    }
    return intervals
  }
}
