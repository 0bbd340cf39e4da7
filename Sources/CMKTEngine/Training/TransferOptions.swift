/// What the weak path learns from a teacher, and how much: method and recipe, read once.
struct TransferOptions {
  /// How latents are drawn together.
  enum AlignmentKind: String {
    case cca, cosine, mse
  }

  /// Weight of the alignment; 0 where the method or the recipe has none.
  let alpha: Double
  /// Weight of the translation.
  let beta: Double
  /// Weight of the strong auto-encoder.
  let gamma: Double
  let warmupEpochs: Int
  let alignment: AlignmentKind
  let ridge: Double
  let alignsPooled: Bool
  let centresRecordings: Bool
  let translatesToLatent: Bool
  let translatesAbsolutely: Bool
  /// Whether the strong encoder learns together with the weak path.
  let isTuned: Bool
  let startsFromStrongHead: Bool

  init(_ recipe: Recipe, plan: TransferPlan) {
    let kind = AlignmentKind(rawValue: recipe.choice(.alignmentKind))
    alignment = kind ?? .cca
    alpha = plan.aligns && kind != nil ? recipe.number(.lossAlpha) : 0
    beta = plan.translates ? recipe.number(.lossBeta) : 0
    gamma = plan.teacher == .autoencoder ? recipe.number(.lossGamma) : 0
    warmupEpochs = recipe.integer(.transferWarmup)
    ridge = recipe.number(.alignmentRidge)
    alignsPooled = recipe.choice(.alignmentLevel) == "pooled"
    centresRecordings = recipe.choice(.alignmentCentring) == "recording"
    translatesToLatent = recipe.choice(.translationTarget) == "latent"
    translatesAbsolutely = recipe.choice(.translationLoss) == "l1"
    isTuned = plan.teacher == .autoencoder || recipe.choice(.strongMode) == "tuned"
    startsFromStrongHead =
      plan.teacher == .classifier && recipe.choice(.headStart) == "strong"
  }

  /// Whether batches need enough rows for covariances.
  var correlates: Bool { alpha > 0 && alignment == .cca }

  /// The share of the weights in `epoch`, counted from 1: it rises evenly and is 1 after the
  /// warm-up, and where there is no epoch.
  func share(in epoch: Int?) -> Double {
    guard let epoch else { return 1 }
    return min(1, Double(epoch) / Double(warmupEpochs + 1))
  }
}
