extension RecipeTable {
  private static let searching = [SettingCondition(.delayMode, "search")]
  private static let postprocessing = [SettingCondition(.postprocessingFit, "true")]

  /// How labels meet features in time, how features are scaled, how outputs are finished.
  static let timeAndScale: [Setting] = [
    Setting(
      .delayMode, .choice(["file", "fixed", "search"]), .choice("file"),
      "delay of targets on frames: as the file says, delay.seconds, or searched on validation "
        + "with the weak modality alone",
      source: "Mariooryad & Busso 2015: raters lag by 2 to 4 s"),
    Setting(
      .delaySeconds, .number(0...3600), .number(0), "the delay where delay.mode=fixed, seconds",
      when: [SettingCondition(.delayMode, "fixed")]),
    Setting(
      .delayMinimum, .number(0...3600), .number(0), "smallest delay of the search, seconds",
      when: searching),
    Setting(
      .delayMaximum, .number(0...3600), .number(8), "largest delay of the search, seconds",
      when: searching,
      source: "AVEC 2016, Valstar et al.: grids of 0 to 8 s"),
    Setting(
      .delayStep, .number(0.001...3600), .number(0.4), "step of the search, seconds",
      when: searching,
      source: "AVEC 2016, Valstar et al."),
    Setting(
      .normalisationScope, .choice(["training", "recording"]), .choice("training"),
      "scale features by the training set, or each recording by itself (then not causal)"),
    Setting(
      .postprocessingFit, .flag, .flag(false),
      "fit median filter, centring, scaling and shift of continuous targets on frames, on "
        + "validation; each is kept only if CCC rises",
      source: "AVEC 2016, Valstar et al."),
    Setting(
      .postprocessingMedian, .integer(0...100_001), .integer(501),
      "widest median filter tried, frames; 0 for none",
      when: postprocessing,
      source: "AVEC 2016, Valstar et al.: up to 20 s"),
    Setting(
      .postprocessingShift, .integer(0...100_000), .integer(100),
      "largest shift tried, to either side, frames; 0 for none",
      when: postprocessing),
  ]
}
