extension RecipeTable {
  /// How the strong modality teaches the weak one.
  static let transfer: [Setting] = [
    Setting(
      .strongMode, .choice(["frozen", "tuned"]), .choice("frozen"),
      "whether step 2 leaves the strong encoder alone or lets the alignment tune it",
      methods: Method.transferring),
    Setting(
      .lossAlpha, .number(0...1000), .number(1), "weight of the correlation loss",
      methods: Method.transferring),
    Setting(
      .lossBeta, .number(0...1000), .number(1), "weight of the translation loss",
      methods: Method.transferring),
    Setting(
      .alignmentRidge, .number(0...1000), .number(0.001),
      "added to the diagonal of both covariances of the correlation loss",
      methods: Method.transferring,
      source: "DCCA, Andrew et al. 2013"),
    Setting(
      .alignmentLevel, .choice(["frame", "pooled"]), .choice("frame"),
      "correlate the latents frame by frame, or their means over the sequence",
      methods: Method.transferring),
    Setting(
      .translationTarget, .choice(["features", "latent"]), .choice("features"),
      "what the translator predicts: strong features (normalised) or the strong latent",
      methods: Method.transferring, source: "Rajan et al. 2021, arXiv 2011.01631: strong features"),
    Setting(
      .translationLoss, .choice(["mse", "l1"]), .choice("mse"),
      "squared or absolute error of the translation", methods: Method.transferring),
    Setting(
      .compareWeak, .flag, .flag(true),
      "also train the weak modality alone, to tell whether the strong one is stronger",
      methods: Method.transferring),
  ]
}
