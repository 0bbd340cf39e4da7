extension Schema {
  /// The schema of features files.
  package static let features = Schema(
    kind: .features,
    objects: [root(.features, extra: featuresRootAttributes)]
      + sequenceRules + segmentRules + modalityRules + targetRules + annotationRules
      + statisticsRules + provenanceRules + digestRules)

  private static let featuresRootAttributes: [AttributeRule] = [
    AttributeRule("name", "A short name for people, such as `mosi`.")
  ]

  private static let N = Extent.symbol("N")
  private static let F = Extent.symbol("F")
  private static let S = Extent.symbol("S")
  private static let D = Extent.symbol("D")
  private static let C = Extent.symbol("C")
  private static let R = Extent.symbol("R")
  private static let A = Extent.symbol("A")
  private static let n = Extent.symbol("n")
  private static let two = Extent.fixed(2)

  private static let sequenceRules: [ObjectRule] = [
    ObjectRule(group: "/sequences", "The sequences: `N` rows that partition the `F` frames."),
    ObjectRule(dataset: "/sequences/id", .string, [N], "Unique, not empty."),
    ObjectRule(
      dataset: "/sequences/recording", .string, [N], "The recording that the sequence is part of."),
    ObjectRule(
      dataset: "/sequences/speaker", .string, [N], "Who speaks; empty where unknown."),
    ObjectRule(
      dataset: "/sequences/split", .string, [N],
      "`train`, `valid`, `test`, `unlabelled` or `none`."),
    ObjectRule(
      dataset: "/sequences/offset", .int64, [.symbol("N", plus: 1)],
      "Sequence *i* has the frames `offset[i] ..< offset[i+1]`; starts at 0, ends at `F`, never falls."
    ),
    ObjectRule(
      group: "/frames",
      attributes: [
        AttributeRule(
          "time_base", allowed: TimeBase.allCases.map(\.rawValue),
          "`seconds`: rows have intervals; `index`: only their order is known.")
      ], "The time axis that aligned frames share."),
    ObjectRule(
      dataset: "/frames/interval", .float64, [F, two],
      presence: .when("`/frames@time_base` is `seconds`; absent otherwise", rule: .frameIntervals),
      "Start and end in seconds from the start of the recording."),
  ]

  private static let segmentRules: [ObjectRule] = [
    ObjectRule(group: "/segments", presence: .optional, "Tables of stretches inside sequences."),
    ObjectRule(
      group: "/segments/<s>", presence: .optional, "One table, such as `words`: `S` segments."),
    ObjectRule(
      dataset: "/segments/<s>/sequence", .int64, [S], "The index of the sequence; never falls."),
    ObjectRule(
      dataset: "/segments/<s>/frame_begin", .int64, [S],
      "First frame, counted from the file's first."
    ),
    ObjectRule(
      dataset: "/segments/<s>/frame_end", .int64, [S], "One past the last frame."),
    ObjectRule(
      dataset: "/segments/<s>/interval", .float64, [S, two], presence: .optional,
      "Start and end in seconds from the start of the recording."),
    ObjectRule(dataset: "/segments/<s>/id", .string, [S], "A name, or empty."),
  ]

  /// Lets viewers that know NeXus plot a group by itself.
  private static let plottable: [AttributeRule] = [
    AttributeRule("NX_class", allowed: ["NXdata"], "Makes NeXus-aware viewers plot the group."),
    AttributeRule("signal", allowed: ["values"], "The dataset that such viewers plot."),
    AttributeRule(
      "axes", extent: .fixed(2), allowed: ["."], "No axis has a scale of its own."),
  ]

  private static let modalityRules: [ObjectRule] = [
    ObjectRule(group: "/modalities", "The modalities, by name."),
    ObjectRule(
      group: "/modalities/<m>", presence: .optional,
      attributes: [
        AttributeRule(
          "level",
          "What a row stands for: `frame`, `segment:<s>`, `sequence`, or `own` for a modality that is not aligned yet."
        ),
        AttributeRule("extractor", "What computed the features; empty where unknown."),
        AttributeRule("units", "Units of the values; empty where they have none or differ."),
        AttributeRule(
          "anchor", allowed: ["", "start", "centre", "end"],
          "Where in its window the time of a row lies; empty where unknown."),
        AttributeRule(
          "hop_s", type: .float64, presence: .optional, "Step between rows, seconds, positive."),
        AttributeRule(
          "window_s", type: .float64, presence: .optional,
          "Length of the analysis window, seconds, positive."),
      ] + plottable, "One modality: `n` rows (as many as its level has) of `D` features."),
    ObjectRule(
      dataset: "/modalities/<m>/values", .float32, [n, D],
      "Finite everywhere; what is not valid is imputed."),
    ObjectRule(
      dataset: "/modalities/<m>/valid", .uint8, [n], or: [n, D],
      "1 where the row, or the single value, was really there; else 0."),
    ObjectRule(dataset: "/modalities/<m>/feature_names", .string, [D], "Unique, not empty."),
    ObjectRule(
      dataset: "/modalities/<m>/fitted_on", .string, [.symbol("k")], presence: .optional,
      "Ids of the sequences that a trained extractor was fitted on."),
    ObjectRule(
      dataset: "/modalities/<m>/offset", .int64, [.symbol("N", plus: 1)],
      presence: .when("the level is `own`; absent otherwise", rule: .ownAxis),
      "Sequence *i* has the rows `offset[i] ..< offset[i+1]`."),
    ObjectRule(
      dataset: "/modalities/<m>/interval", .float64, [n, two], presence: .optional,
      "Only with level `own`: start and end of each row in seconds."),
  ]

  private static let targetRules: [ObjectRule] = [
    ObjectRule(group: "/targets", presence: .optional, "The targets, by name."),
    ObjectRule(
      group: "/targets/<t>", presence: .optional,
      attributes: [
        AttributeRule("level", "`frame`, `segment:<s>` or `sequence`."),
        AttributeRule(
          "kind", allowed: TargetKind.allCases.map(\.rawValue), "What kind of quantity it is."),
        AttributeRule(
          "class_count", type: .int64,
          "The number of classes: 2 for `binary`, 0 for `regression` and `multilabel`."),
        AttributeRule(
          "range", type: .float64, extent: two, presence: .optional,
          "Lowest and highest value of the scale."
        ),
        AttributeRule(
          "source_target", "The target that this one was derived from; empty where it was not."),
        AttributeRule(
          "threshold", type: .float64, presence: .optional,
          "A binary target is 1 where its source target is at or above this."),
        AttributeRule(
          "delay_s", type: .float64,
          "y(t) describes x(t − delay), seconds. Recorded, not applied to the data."),
      ] + plottable, "One target: `n` rows (as many as its level has) of `C` values."),
    ObjectRule(
      dataset: "/targets/<t>/values", .float32, [n, C], "Finite; meaningless where not valid."),
    ObjectRule(dataset: "/targets/<t>/valid", .uint8, [n], "1 where the row has a label; else 0."),
    ObjectRule(
      dataset: "/targets/<t>/names", .string, [.symbol("k")],
      "Names of the columns, or of the classes; may be empty."),
    ObjectRule(
      group: "/targets/<t>/raters", presence: .optional,
      "The ratings behind the target: `R` raters."
    ),
    ObjectRule(dataset: "/targets/<t>/raters/names", .string, [R], "Unique, not empty."),
    ObjectRule(
      dataset: "/targets/<t>/raters/values", .float32, [n, R, C],
      "Finite; meaningless where not valid."),
    ObjectRule(
      dataset: "/targets/<t>/raters/valid", .uint8, [n, R], "1 where the rater rated; else 0."),
  ]

  private static let annotationRules: [ObjectRule] = [
    ObjectRule(group: "/annotations", presence: .optional, "Texts, stored only when asked for."),
    ObjectRule(
      group: "/annotations/<a>", presence: .optional, "One kind of text: `A` entries."),
    ObjectRule(
      dataset: "/annotations/<a>/bytes", .uint8, [.symbol("b")],
      "UTF-8 of all entries, back to back."
    ),
    ObjectRule(
      dataset: "/annotations/<a>/offset", .int64, [.symbol("A", plus: 1)],
      "Entry *k* has the bytes `offset[k] ..< offset[k+1]`."),
    ObjectRule(
      dataset: "/annotations/<a>/sequence", .int64, [A], "The index of the sequence."),
    ObjectRule(
      dataset: "/annotations/<a>/interval", .float64, [A, two], presence: .optional,
      "Start and end in seconds."),
  ]

  private static let statisticsRules: [ObjectRule] = [
    ObjectRule(
      group: "/statistics", "Per-column statistics over the valid values of all rows."),
    ObjectRule(group: "/statistics/<m>", presence: .optional, "Of the modality of that name."),
    ObjectRule(dataset: "/statistics/<m>/count", .int64, [D], "Number of valid values."),
    ObjectRule(dataset: "/statistics/<m>/mean", .float64, [D], "0 where there are none."),
    ObjectRule(
      dataset: "/statistics/<m>/standard_deviation", .float64, [D],
      "Of the population (divisor `count`)."
    ),
    ObjectRule(dataset: "/statistics/<m>/minimum", .float64, [D], "0 where there are none."),
    ObjectRule(dataset: "/statistics/<m>/maximum", .float64, [D], "0 where there are none."),
  ]
}
