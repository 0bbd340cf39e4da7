package import CMKTFormat

/// How a model's scores fall as its input gets worse.
package struct Robustness: Sendable {
  /// The scores under one corruption.
  package struct Point: Sendable {
    package var corruption: Corruption
    /// As those of `Evaluation`.
    package var targets: [Evaluation.TargetScores]
  }

  package let points: [Point]

  /// Evaluates `model` on `split` of `features` under each of `corruptions` by itself.
  ///
  /// - Throws: as `Evaluation`.
  package init(
    model: ModelFile, features: FeaturesFile, split: EvaluationSplit, corruptions: [Corruption],
    seed: UInt64, postprocesses: Bool = true, threads: Int? = nil
  ) throws(EngineFailure) {
    let weak = model.architecture.weak.name
    let axis = try features.alignedModality(named: weak).axis
    guard let scale = model.normalisation[weak]?.scale,
      scale.count == features.modalities[weak]?.featureCount
    else {
      throw .invalidModel(
        location: "/normalisation/\(weak)", expected: "a scale for each feature", found: "others")
    }
    var points: [Point] = []
    for corruption in corruptions {
      let spoiled = try corruption.applied(
        to: features, modality: weak, axis: axis, scale: scale, seed: seed)
      let evaluation = try Evaluation(
        model: model, features: spoiled, split: split, postprocesses: postprocesses,
        threads: threads)
      points.append(Point(corruption: corruption, targets: evaluation.targets))
    }
    self.points = points
  }
}
