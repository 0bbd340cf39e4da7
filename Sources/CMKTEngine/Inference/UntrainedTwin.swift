package import CMKTFormat

extension ModelFile {
  /// The same model before its training: equal architecture, data and normalisation, and the
  /// weights that its seed starts from, which are a pure function of seed and parameter names.
  ///
  /// What training gave beside weights (curves, analysed latents, post-processing) is left out.
  ///
  /// - Throws: `unfinishedModel` for a checkpoint; `invalidModel` where the architecture
  ///   contradicts itself.
  package func untrained() throws(EngineFailure) -> ModelFile {
    guard isFinished else { throw .unfinishedModel }
    try architecture.check()
    var twin = self
    twin.weights = try ModelNetworks(initialising: architecture, seed: training.seed).weights()
    twin.training.history = []
    twin.alignment = [:]
    twin.postprocessing = [:]
    return twin
  }
}
