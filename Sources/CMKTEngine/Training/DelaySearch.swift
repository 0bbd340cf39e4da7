package import CMKTFormat
package import Tensors

/// How well the weak modality alone predicts a target on validation, by the delay that training
/// assumed.
package struct DelayCurve: Sendable, Equatable {
  package struct Point: Sendable, Equatable {
    package var seconds: Double
    /// Nil where the metric is not defined.
    package var score: Double?
  }

  package var target: String
  /// The name of the score with its convention.
  package var metric: String
  /// By rising delay.
  package var points: [Point]

  /// The point with the highest score, the smaller delay among equals; nil where none is defined.
  package var best: Point? {
    points.filter { $0.score != nil }
      .max { ($0.score ?? 0, -$0.seconds) < ($1.score ?? 0, -$1.seconds) }
  }
}

/// Finds the delay of targets on frames: trains the weak modality alone for each candidate of the
/// recipe's grid, and takes the one that scores highest on validation.
///
/// The labels of the first `delay.maximum` seconds of each sequence are left out, so that every
/// candidate learns from the same labels and is judged by the same ones. All targets share the
/// runs; each takes its own best delay. The strong modality and the test split are not read.
package struct DelaySearch {
  private let features: FeaturesFile
  private let request: TrainingRequest
  private let threads: Int?
  private let kernels: KernelLevel
  private let isStopRequested: () -> Bool

  /// - Parameters:
  ///   - threads: at least 1; nil for all processors. Results do not depend on it.
  ///   - kernels: what this processor has; results depend on it in their last digits.
  ///   - isStopRequested: asked after each batch; where it is true, the search ends with
  ///     `interrupted`.
  package init(
    features: FeaturesFile, request: TrainingRequest, threads: Int? = nil,
    kernels: KernelLevel = .best, stopsWhen isStopRequested: @escaping () -> Bool = { false }
  ) {
    self.isStopRequested = isStopRequested
    self.features = features
    self.request = request
    self.threads = threads
    self.kernels = kernels
  }

  /// The best delay of each target on frames, seconds.
  ///
  /// - Throws: as `curves(observer:)`, and `unusableData` where no candidate has a score.
  package func run(
    observer: @escaping TrainingObserver = { _ in }
  ) throws(EngineFailure) -> [String: Double] {
    try Self.best(of: try curves(observer: observer))
  }

  /// The best delay by `curves`.
  ///
  /// - Throws: `unusableData` where no candidate has a score.
  package static func best(of curves: [DelayCurve]) throws(EngineFailure) -> [String: Double] {
    var delays: [String: Double] = [:]
    for curve in curves {
      guard let best = curve.best else {
        throw .unusableData(
          location: "/targets/\(curve.target)", expected: "a \(curve.metric) on validation",
          found: "none that is defined",
          remedy: "set delay.mode=fixed, or choose a validation split whose labels vary")
      }
      delays[curve.target] = best.seconds
    }
    return delays
  }

  /// The scores of all candidates for each target on frames, in the order of the request.
  ///
  /// - Throws: `badRequest` for a grid without candidates or without a target on frames;
  ///   `unusableData` without validation data or a step between frames; as `Trainer` does.
  package func curves(
    observer: @escaping TrainingObserver = { _ in }
  ) throws(EngineFailure) -> [DelayCurve] {
    let (targets, labelled) = try targetsAndLabels()
    var curves = targets.map { DelayCurve(target: $0, metric: "", points: []) }
    for seconds in try candidates(for: targets) {
      var candidate = try TrainingRequest(
        method: .unimodal, weak: request.weak, strong: [], targets: targets,
        recipe: request.recipe(keeping: targets), seed: request.seed)
      for target in targets { candidate.delaySeconds[target] = seconds }
      let trainer = try Trainer(
        features: labelled, fingerprint: "", request: candidate, threads: threads,
        kernels: kernels
      ).noting(in: TrainingJournal(stopsWhen: isStopRequested))
      var course = Trainer.Course(observer: observer)
      let standing = try trainer.trainReference(as: Stage("delay/\(seconds)"), course: &course)
      guard !standing.scores.isEmpty else {
        throw .unusableData(
          location: "/sequences/split", expected: "validation data to search the delay on",
          found: "none", remedy: "set validation.fraction, or delay.mode=fixed")
      }
      for index in curves.indices {
        let scorer = try TargetScorer(features: labelled, target: curves[index].target)
        let headline = scorer.headline(standing.scores[index].columns)
        curves[index].metric = headline?.title ?? curves[index].metric
        curves[index].points.append(.init(seconds: seconds, score: headline?.value))
      }
    }
    return curves
  }

  /// The targets on frames, and the features without the labels that not all candidates reach.
  private func targetsAndLabels() throws(EngineFailure) -> ([String], FeaturesFile) {
    let modality = try features.alignedModality(named: request.weak).modality
    var targets: [String] = []
    var labelled = features
    for name in request.targets {
      guard try features.usableTarget(named: name).level == .frame else { continue }
      targets.append(name)
      labelled = try labelled.withoutFirstLabels(
        of: name, seconds: request.recipe.number(.delayMaximum), modality: modality)
    }
    guard !targets.isEmpty else {
      throw .badRequest(
        reason: "delay.mode=search needs a target on frames", remedy: "set delay.mode=file")
    }
    return (targets, labelled)
  }

  /// The delays of the grid that differ in frames, seconds, rising.
  private func candidates(for targets: [String]) throws(EngineFailure) -> [Double] {
    let (first, last) = (
      request.recipe.number(.delayMinimum), request.recipe.number(.delayMaximum)
    )
    let step = request.recipe.number(.delayStep)
    guard first <= last else {
      throw .badRequest(
        reason: "delay.minimum=\(first) is above delay.maximum=\(last)", remedy: "exchange them")
    }
    let modality = try features.alignedModality(named: request.weak).modality
    var frames: Set<Int> = []
    var candidates: [Double] = []
    for index in 0...Int(((last - first) / step + 1e-9).rounded(.down)) {
      // Decimal grids stay decimal: 3 × 0.4 is 1.2.
      let seconds = ((first + Double(index) * step) * 1e9).rounded() / 1e9
      let count = try features.delayFrames(
        seconds: seconds, target: targets[0], modality: modality)
      if frames.insert(count).inserted { candidates.append(seconds) }
    }
    return candidates
  }
}

extension TrainingRequest {
  /// Whether the delay of a target is to be searched and is not known yet.
  package var awaitsDelaySearch: Bool {
    recipe.choice(.delayMode) == "search" && delaySeconds.isEmpty
  }
}
