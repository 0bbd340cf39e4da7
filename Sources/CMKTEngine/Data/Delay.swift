package import CMKTFormat

extension FeaturesFile {
  /// The whole number of frames by which `target`'s rows lag behind the features of `modality`.
  ///
  /// y(t) describes x(t − d): the network's output at frame t − d answers row t. Frames without an
  /// own source, at the start of a sequence, get the first output.
  ///
  /// - Throws: `unusableData` where a delay is known and the step between frames is not.
  package func delayFrames(
    seconds: Double, target: String, modality: Modality
  ) throws(EngineFailure) -> Int {
    guard seconds != 0 else { return 0 }
    // The step of segments is none between frames.
    let known = modality.level == .frame ? modality.hopSeconds : nil
    guard timeBase == .seconds, let hop = known ?? medianHopSeconds, hop > 0 else {
      throw .unusableData(
        location: "/targets/\(target)@delay_s", expected: "frames with a step in seconds",
        found: "time base \(timeBase.rawValue)",
        remedy: "import with times (--time-column) or --hop, or without a delay")
    }
    let frames = (seconds / hop).rounded()
    guard frames >= 0, frames < 1e9 else {
      throw .unusableData(
        location: "/targets/\(target)@delay_s", expected: "a delay of 0 or more seconds",
        found: "\(seconds)", remedy: "import the target with its true delay")
    }
    return Int(frames)
  }

  /// `self` without the labels of the first `seconds` of each sequence.
  ///
  /// A label of the first d seconds describes frames before the first one; without them, every
  /// delay up to d trains on, and is judged by, the same labels.
  ///
  /// - Throws: as `delayFrames`, and `unusableData` where no label is left.
  func withoutFirstLabels(
    of name: String, seconds: Double, modality: Modality
  ) throws(EngineFailure) -> FeaturesFile {
    let count = try delayFrames(seconds: seconds, target: name, modality: modality)
    var result = self
    for index in 0..<sequences.count {
      for row in sequences.frames(of: index).prefix(count) {
        result.targets[name]?.valid[row] = false
      }
    }
    guard result.targets[name]?.valid.contains(true) == true else {
      throw .unusableData(
        location: "/targets/\(name)",
        expected: "labels more than delay.maximum=\(seconds) s after the start of their sequence",
        found: "none", remedy: "lower delay.maximum")
    }
    return result
  }

  /// The median step between the starts of neighbouring frames of the first sequence that has any.
  private var medianHopSeconds: Double? {
    guard let frameIntervals else { return nil }
    for index in 0..<sequences.count where sequences.frames(of: index).count > 1 {
      let starts = sequences.frames(of: index).map { frameIntervals[2 * $0] }
      let steps = zip(starts.dropFirst(), starts).map { $0 - $1 }.sorted()
      return steps[steps.count / 2]
    }
    return nil
  }
}

extension TrainingRequest {
  /// The delay of `target`, seconds: as this request says, else its recipe, else the file.
  ///
  /// - Throws: `badRequest` where the recipe wants a search and none was made.
  func delay(of target: Target, named name: String) throws(EngineFailure) -> Double {
    guard target.level == .frame else { return target.delaySeconds }
    if let seconds = delaySeconds[name] { return seconds }
    switch recipe.choice(.delayMode) {
    case "fixed": return recipe.number(.delaySeconds)
    case "search":
      throw .badRequest(
        reason: "delay.mode=search, and the delay of '\(name)' is not searched yet",
        remedy: "search it with cmkt-train fit or compare, or set delay.mode=fixed")
    default: return target.delaySeconds
    }
  }
}
