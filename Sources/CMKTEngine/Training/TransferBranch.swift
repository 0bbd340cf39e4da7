import CMKTFormat
import Networks
import Tensors

/// One teacher's part of the transfer: alignment with its latent, translation to its features,
/// and where it is an auto-encoder, its own loss.
final class TransferBranch {
  /// The strong modality as it teaches: exchanged between sequences in a control.
  let modality: PreparedModality
  private let meeting: Meeting
  private let path: NetworkPath
  private let translator: Decoder<Float>?
  private let autoencoder: Decoder<Float>?
  /// The strong latent of every row, `[n, K]`; nil where the strong encoder learns, and changes.
  private let frozenLatents: InputRows?
  private let settings: TransferOptions
  private let sequences: SequenceTable
  private let title: String

  /// Branch `index` of `networks`.
  ///
  /// - Parameters:
  ///   - modality: what stands in the place of `data.strong[index]`.
  ///   - frozenLatents: `[n, K]`, for a strong encoder that does not learn any more.
  init(
    index: Int, networks: ModelNetworks, modality: PreparedModality,
    frozenLatents: InputRows?, settings: TransferOptions, data: TrainingData
  ) {
    self.modality = modality
    self.frozenLatents = frozenLatents
    self.settings = settings
    meeting = Meeting(
      weak: data.weak, strong: modality, sequenceCount: data.sequences.count)
    sequences = data.sequences
    path = networks.strongPaths[index]
    translator = networks.translators[index]
    autoencoder = networks.autoencoders[index]
    title = "alignment with \(modality.contract.name)"
    if frozenLatents != nil {
      for parameter in path.parameters { parameter.isFrozen = true }
    }
  }

  /// What learns together with the weak path.
  var parameters: [Parameter<Float>] {
    (frozenLatents == nil ? path.encoder.parameters : []) + (translator?.parameters ?? [])
      + (autoencoder?.parameters ?? [])
  }

  /// What batches read: features that are encoded or translated to, and latents.
  var sources: [RowSource] {
    let readsFeatures =
      frozenLatents == nil || autoencoder != nil
      || translator != nil && !settings.translatesToLatent
    return ((readsFeatures ? [modality.inputs] : []) + (frozenLatents.map { [$0] } ?? []))
      .map { RowSource(rows: $0, axis: modality.axis) }
  }

  /// The terms of the loss of `batch`, for the weak latent `[R, K]` of its rows.
  ///
  /// Alignment and translation stand on the coarser level of the two modalities.
  ///
  /// - Throws: `tooFewFrames` or `numerics` from the correlation; `unreadable` and `scratch`.
  func terms(
    of batch: Batch, weakLatent: Variable<Float>, pass: ForwardPass<Float>
  ) throws(EngineFailure) -> [LossTerm] {
    let own = batch.rows(of: modality.axis)
    let rows = meeting.rows(in: batch)
    let strongLatent = try strongLatent(of: own, pass: pass)
    var terms: [LossTerm] = []
    if rows.bothValid.contains(where: { $0 > 0 }) {
      let weakRows = rows.weakMean(weakLatent, on: pass.tape)
      let strongRows = rows.strongMean(strongLatent, on: pass.tape)
      if settings.alpha > 0 {
        let views = LatentViews(
          weak: weakRows, strong: strongRows, weights: rows.bothValid,
          recordings: recordings(of: rows.layout, in: batch))
        let term = try alignment(of: views, layout: rows.layout, batch: batch, on: pass.tape)
        if let term { terms.append(term) }
      }
      if let translator {
        let goal =
          settings.translatesToLatent
          ? pass.tape.detached(strongRows)
          : rows.strongMean(try features(of: own, on: pass.tape), on: pass.tape)
        let value = difference(
          translator(weakRows, rows.layout, pass), goal, weights: rows.strongValid,
          isAbsolute: settings.translatesAbsolutely, on: pass.tape)
        terms.append(LossTerm(name: "translation", weight: settings.beta, value: value))
      }
    }
    if let autoencoder {
      let value = difference(
        autoencoder(strongLatent, own.layout, pass), try features(of: own, on: pass.tape),
        weights: own.validity(in: modality), isAbsolute: false, on: pass.tape)
      terms.append(LossTerm(name: "autoencoder", weight: settings.gamma, value: value))
    }
    return terms
  }

  private func features(
    of rows: BatchRows, on tape: Tape<Float>
  ) throws(EngineFailure) -> Variable<Float> {
    try modality.inputs.constant(rows: rows.ranges, on: tape)
  }

  private func strongLatent(
    of rows: BatchRows, pass: ForwardPass<Float>
  ) throws(EngineFailure) -> Variable<Float> {
    if let frozenLatents { return try frozenLatents.constant(rows: rows.ranges, on: pass.tape) }
    // An auto-encoder is learning, and drops out; a tuned classifier has learnt.
    let strongPass = autoencoder == nil ? ForwardPass(pass.tape) : pass
    return path.encoder(try features(of: rows, on: pass.tape), rows.layout, strongPass)
  }

  /// The recording of each row of `layout`, which has the windows of `batch`.
  private func recordings(of layout: RaggedBatch, in batch: Batch) -> [String] {
    zip(batch.windows, layout.lengths).flatMap { window, count in
      repeatElement(sequences.recordings[window.sequence], count: count)
    }
  }

  private func difference(
    _ prediction: Variable<Float>, _ goal: Variable<Float>, weights: [Double], isAbsolute: Bool,
    on tape: Tape<Float>
  ) -> Variable<Float> {
    isAbsolute
      ? tape.meanAbsoluteError(prediction, goal, weights: weights)
      : tape.meanSquaredError(prediction, goal, weights: weights)
  }

  /// The loss of the alignment of `views`, or of their means over the windows; nil where these are
  /// too few to correlate, as a validation batch or an exchanged partner may have it.
  private func alignment(
    of views: LatentViews, layout: RaggedBatch, batch: Batch, on tape: Tape<Float>
  ) throws(EngineFailure) -> LossTerm? {
    var views = views
    if settings.alignsPooled {
      views = views.pooled(
        over: layout.ranges, recordings: batch.windows.map { sequences.recordings[$0.sequence] },
        on: tape)
    }
    if settings.centresRecordings { views = views.centredByRecording(on: tape) }
    let count = views.weights.count { $0 > 0 }
    guard count > (settings.alignment == .cca ? path.latentSize : 0) else { return nil }
    let (name, value): (String, Variable<Float>)
    switch settings.alignment {
    case .cca: (name, value) = ("correlation", try correlation(of: views, on: tape))
    case .cosine:
      (name, value) = (
        "cosine", tape.cosineLoss(views.weak, views.strong, weights: views.weights)
      )
    case .mse:
      (name, value) = (
        "distance", tape.meanSquaredError(views.weak, views.strong, weights: views.weights)
      )
    }
    return LossTerm(name: name, weight: settings.alpha, value: value)
  }

  private func correlation(
    of views: LatentViews, on tape: Tape<Float>
  ) throws(EngineFailure) -> Variable<Float> {
    do throws(TensorsFailure) {
      return try tape.correlationLoss(
        views.weak, views.strong, ridge: settings.ridge, weights: views.weights)
    } catch {
      throw EngineFailure(error, stage: title)
    }
  }
}
