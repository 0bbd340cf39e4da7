import CMKTFormat

/// What to train on which data, in names.
package struct TrainingRequest: Sendable, Equatable {
  package var method: Method
  package var weak: String
  package var strong: [String]
  package var targets: [String]
  package var recipe: Recipe
  package var seed: UInt64
  /// The delay of targets on frames, by target, seconds; wins over recipe and file.
  ///
  /// Where `delay.mode` is `search`, `DelaySearch` finds it.
  package var delaySeconds: [String: Double] = [:]

  /// A request, checked for contradictions.
  ///
  /// - Throws: `badRequest` where the strong modalities do not fit the method or the weak one, or
  ///   a name stands twice.
  package init(
    method: Method, weak: String, strong: [String], targets: [String], recipe: Recipe,
    seed: UInt64
  ) throws(EngineFailure) {
    self.method = method
    self.weak = weak
    self.strong = strong
    self.targets = targets
    self.recipe = recipe
    self.seed = seed
    if method.needsStrong, strong.isEmpty {
      throw .badRequest(
        reason: "method \(method.rawValue) needs a strong modality", remedy: "add --strong NAME")
    }
    if method.plan.deploysStrong, strong.count > 1 {
      throw .badRequest(
        reason: "method \(method.rawValue) deploys one strong modality, \(strong.count) given",
        remedy: "name one with --strong")
    }
    if !method.needsStrong, !strong.isEmpty {
      throw .badRequest(
        reason: "method \(method.rawValue) reads no strong modality", remedy: "leave out --strong")
    }
    if Set(strong).count < strong.count {
      throw .badRequest(
        reason: "a strong modality is named twice", remedy: "name each once with --strong")
    }
    if strong.contains(weak) {
      throw .badRequest(
        reason: "'\(weak)' is both the weak and the strong modality",
        remedy: "name two different ones")
    }
    if targets.isEmpty || Set(targets).count < targets.count {
      throw .badRequest(
        reason: targets.isEmpty ? "no target is named" : "a target is named twice",
        remedy: "name each target once with --target NAME[,NAME]")
    }
    try checkTargetWeights()
  }

  /// The modality that the model will need.
  package var deployed: String { method.plan.deploysStrong ? strong.first ?? weak : weak }

  /// The modalities in the place of the strong ones: a branch of the networks each.
  package var teachers: [String] {
    if method.plan.deploysStrong { return [] }
    return method.plan.teachesItself ? [weak] : strong
  }
}
