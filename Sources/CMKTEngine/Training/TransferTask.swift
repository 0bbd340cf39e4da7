import CMKTFormat
import Networks
import Tensors

/// Step 2 of CM-StEW: the weak path with `L_y + α L_cor + β L_tr` against the strong modality.
final class TransferTask: StageTask {
  let stage = Stage.second
  let title: String
  /// As of the weak modality alone, so that the two differ by the transfer only.
  var streamName: String { "weak" }
  /// The weak path as a task of its own.
  let weak: PathTask
  private let networks: ModelNetworks
  private let strongPath: NetworkPath
  private let data: TrainingData
  private let strong: PreparedModality
  private let settings: TransferSettings
  /// The strong latent of every frame of training and validation, `[F, K]`, each sequence passed
  /// whole; nil where the strong encoder is tuned, and changes.
  private var frozenLatents: Tensor<Float>?

  /// The second step on networks whose strong branch is trained.
  init(
    networks: ModelNetworks, data: TrainingData, recipe: Recipe, compute: Compute
  ) throws(EngineFailure) {
    self.networks = networks
    self.data = data
    strong = data.strong[0]
    settings = TransferSettings(recipe)
    strongPath = networks.strongPaths[0]
    title = "weak path (\(data.weak.contract.name)) with \(strong.contract.name)"
    weak = PathTask(
      stage: .second, title: title, modality: data.weak, path: networks.weakPath, data: data,
      recipe: recipe, compute: compute)
    if settings.startsFromStrongHead { copyHeads() }
    if !settings.isTuned {
      frozenLatents = strongLatents(compute: compute)
      for parameter in strongPath.parameters { parameter.isFrozen = true }
    }
  }

  var parameters: [Parameter<Float>] {
    weak.parameters + (settings.isTuned ? strongPath.encoder.parameters : [])
      + (networks.translators[0]?.parameters ?? [])
  }

  private func copyHeads() {
    for (source, copy) in zip(strongPath.heads, networks.weakPath.heads) {
      for (from, to) in zip(source.parameters, copy.parameters) { to.value = from.value }
    }
  }

  private func strongLatents(compute: Compute) -> Tensor<Float> {
    let width = strongPath.latentSize
    var all = Tensor<Float>(repeating: 0, shape: [data.sequences.frameCount, width])
    let frames = (data.plan.train + data.plan.valid).map(data.sequences.frames)
    let latents = PathPass(path: strongPath, compute: compute)
      .latents(of: strong.inputs, frames: frames)
    for (range, latent) in zip(frames, latents) {
      all.elements.replaceSubrange(
        (range.lowerBound * width)..<(range.upperBound * width), with: latent.elements)
    }
    return all
  }

  func terms(
    of batch: Batch, pass: ForwardPass<Float>
  ) throws(EngineFailure) -> [LossTerm] {
    let latent = weak.latent(of: batch, pass: pass)
    var terms = weak.taskTerm(of: batch, latent: latent, pass: pass).map { [$0] } ?? []
    let both = batch.validFrames(of: [data.weak, strong])
    guard settings.alpha > 0 || settings.beta > 0, both.contains(where: { $0 > 0 }) else {
      return terms
    }
    let strongLatent = strongLatent(of: batch, tape: pass.tape)
    if settings.alpha > 0 {
      let value = try correlation(latent, strongLatent, batch: batch, weights: both, on: pass.tape)
      terms.append(LossTerm(name: "correlation", weight: settings.alpha, value: value))
    }
    if let translator = networks.translators[0] {
      let value = translation(
        latent, strongLatent, batch: batch, translator: translator, pass: pass)
      terms.append(LossTerm(name: "translation", weight: settings.beta, value: value))
    }
    return terms
  }

  private func strongLatent(of batch: Batch, tape: Tape<Float>) -> Variable<Float> {
    if let frozenLatents { return tape.constant(rows: batch.frames, of: frozenLatents) }
    let inputs = tape.constant(rows: batch.frames, of: strong.inputs)
    return strongPath.encoder(inputs, batch.layout, ForwardPass(tape))
  }

  /// L_cor over the frames, or the pooled windows, where both modalities are valid.
  private func correlation(
    _ latent: Variable<Float>, _ strongLatent: Variable<Float>, batch: Batch, weights: [Double],
    on tape: Tape<Float>
  ) throws(EngineFailure) -> Variable<Float> {
    var views = (latent, strongLatent)
    var weights = weights
    if settings.alignsPooled {
      let ranges = batch.layout.ranges
      views.0 = tape.meanPool(latent, ranges: ranges, weights: weights)
      views.1 = tape.meanPool(strongLatent, ranges: ranges, weights: weights)
      weights = ranges.map { range in range.contains { weights[$0] > 0 } ? 1 : 0 }
    }
    do throws(TensorsFailure) {
      return try tape.correlationLoss(
        views.0, views.1, ridge: settings.ridge, weights: weights)
    } catch {
      throw EngineFailure(error, stage: title)
    }
  }

  /// L_tr over the frames where the strong modality is valid.
  private func translation(
    _ latent: Variable<Float>, _ strongLatent: Variable<Float>, batch: Batch,
    translator: Decoder<Float>, pass: ForwardPass<Float>
  ) -> Variable<Float> {
    let tape = pass.tape
    let translated = translator(latent, batch.layout, pass)
    let goal =
      settings.translatesToLatent
      ? tape.detached(strongLatent) : tape.constant(rows: batch.frames, of: strong.inputs)
    let weights = batch.validFrames(of: [strong])
    return settings.translatesAbsolutely
      ? tape.meanAbsoluteError(translated, goal, weights: weights)
      : tape.meanSquaredError(translated, goal, weights: weights)
  }

  func taskLoss(of sequences: [Int]) -> Double? { weak.taskLoss(of: sequences) }
}

/// The settings of step 2, read once.
private struct TransferSettings {
  let alpha: Double
  let beta: Double
  let ridge: Double
  let alignsPooled: Bool
  let translatesToLatent: Bool
  let translatesAbsolutely: Bool
  let isTuned: Bool
  let startsFromStrongHead: Bool

  init(_ recipe: Recipe) {
    alpha = recipe.number(.lossAlpha)
    beta = recipe.number(.lossBeta)
    ridge = recipe.number(.alignmentRidge)
    alignsPooled = recipe.choice(.alignmentLevel) == "pooled"
    translatesToLatent = recipe.choice(.translationTarget) == "latent"
    translatesAbsolutely = recipe.choice(.translationLoss) == "l1"
    isTuned = recipe.choice(.strongMode) == "tuned"
    startsFromStrongHead = recipe.choice(.headStart) == "strong"
  }
}
