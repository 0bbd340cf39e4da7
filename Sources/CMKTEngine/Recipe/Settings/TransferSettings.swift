extension RecipeTable {
  /// How the strong modality teaches the weak one.
  static let transfer: [Setting] = transferLosses + alignment + translation

  private static let transferLosses: [Setting] = [
    Setting(
      .strongMode, .choice(["frozen", "tuned"]), .choice("frozen"),
      "whether step 2 leaves the strong encoder alone or lets the alignment tune it",
      methods: Method.teaching),
    Setting(
      .lossAlpha, .number(0...1000), .number(1),
      "weight of the alignment (gamma in arXiv 2011.01631), shared out over the strong modalities",
      methods: Method.aligning),
    Setting(
      .lossBeta, .number(0...1000), .number(1),
      "weight of the translation (alpha in arXiv 2011.01631), shared out likewise",
      methods: Method.translating),
    Setting(
      .lossGamma, .number(0...1000), .number(1),
      "weight of the strong auto-encoder (beta in arXiv 2011.01631), shared out likewise",
      methods: Method.those { $0.teacher == .autoencoder }),
    Setting(
      .transferWarmup, .integer(0...100_000), .integer(0),
      "epochs over which the weights of alignment, translation and auto-encoder rise to their full",
      methods: Method.transferring),
    Setting(
      .transferUnlabelled, .flag, .flag(true),
      "whether sequences of split unlabelled train translation and alignment",
      methods: Method.transferring),
    Setting(
      .teacherFolds, .integer(0...100), .integer(0),
      "cross-fitted teacher: so many teachers, each blind to a part of the training groups whose "
        + "latents it gives, rotated to common axes; 0 for one teacher of all",
      methods: Method.teaching),
    Setting(
      .compareWeak, .flag, .flag(true),
      "also train the weak modality alone, to tell whether the strong one is stronger",
      methods: Method.teaching),
  ]

  private static let alignment: [Setting] = [
    Setting(
      .alignmentKind, .choice(["cca", "cosine", "mse", "none"]), .choice("cca"),
      "alignment of the latents: canonical correlations, cosine, squared distance, or none",
      methods: Method.aligning,
      source: "arXiv 2011.01631 and 2108.00809: correlation of the two latents"),
    Setting(
      .alignmentRidge, .number(0...1000), .number(0.001),
      "added to the diagonal of both covariances of the canonical correlations",
      methods: Method.transferring,
      source: "DCCA, Andrew et al. 2013"),
    Setting(
      .alignmentLevel, .choice(["frame", "pooled"]), .choice("frame"),
      "align the latents frame by frame, or their means over the sequence",
      methods: Method.aligning),
    Setting(
      .alignmentCentring, .choice(["batch", "recording"]), .choice("batch"),
      "centre the latents over the batch, or over each recording's part of it, so that who is "
        + "speaking does not count",
      methods: Method.aligning),
  ]

  private static let translation: [Setting] = [
    Setting(
      .translationTarget, .choice(["features", "latent"]), .choice("features"),
      "what the translator predicts: strong features (normalised) or the strong latent",
      methods: Method.translating,
      source: "Rajan et al. 2021, arXiv 2011.01631: strong features"),
    Setting(
      .translationLoss, .choice(["mse", "l1"]), .choice("mse"),
      "squared or absolute error of the translation", methods: Method.translating),
  ]
}
