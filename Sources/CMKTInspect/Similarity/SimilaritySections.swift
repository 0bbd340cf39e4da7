extension Similarity {
  /// All measures as parts of a report.
  ///
  /// - Parameters:
  ///   - first: what people call the first view, such as `audio latent`; `second` likewise.
  package func sections(first: String, second: String) -> [ReportSection] {
    [
      overview(first, second), redundancySection, dissimilaritySection, retrievalSection,
    ] + lagSections(first, second) + [courseSection]
  }

  /// What stands in a report where values are infinite or not a number.
  package static let refused = ReportSection(
    "similarity", "similarity of the views", .facts([]),
    notes: ["Not computed: a value of a view is infinite, not a number or too large; see validate."]
  )

  private func overview(_ first: String, _ second: String) -> ReportSection {
    let weighted = variates.projectionWeighted
    var facts = [
      ReportFact("svcca", "SVCCA, mean", .fixed(subspaces?.mean)),
      ReportFact(
        "svcca_first_components", "  components kept, first view",
        .count(subspaces?.firstComponentCount)),
      ReportFact(
        "svcca_second_components", "  components kept, second view",
        .count(subspaces?.secondComponentCount)),
      ReportFact("pwcca_first", "PWCCA, weighted by the first view", .fixed(weighted.byFirst)),
      ReportFact("pwcca_second", "PWCCA, weighted by the second view", .fixed(weighted.bySecond)),
      ReportFact("cka", "linear CKA, rows", .fixed(alignment.biased)),
      ReportFact("cka_debiased", "linear CKA, rows, debiased", .fixed(alignment.debiased)),
      ReportFact(
        "cka_spaced",
        "linear CKA, \(Wording.count(spacedAlignment.rowCount)) rows a decorrelation time apart",
        .fixed(spacedAlignment.biased)),
      ReportFact(
        "cka_spaced_debiased", "linear CKA, rows apart, debiased",
        .fixed(spacedAlignment.debiased)),
      ReportFact(
        "cka_recordings", "linear CKA, \(meanAlignment.rowCount) recordings' means",
        .fixed(meanAlignment.biased)),
      ReportFact(
        "cka_recordings_debiased", "linear CKA, recordings' means, debiased",
        .fixed(meanAlignment.debiased)),
      ReportFact("procrustes_similarity", "Procrustes similarity", .fixed(procrustes?.similarity)),
      ReportFact("procrustes_distance", "Procrustes distance", .fixed(procrustes?.distance)),
      ReportFact(
        "procrustes_angle_radians", "Procrustes angle (rad)", .fixed(procrustes?.angleRadians)),
      ReportFact(
        "redundancy_first", "variance of the first view redundant", .share(redundancy.firstTotal)),
      ReportFact(
        "redundancy_second", "variance of the second view redundant", .share(redundancy.secondTotal)
      ),
      ReportFact("decorrelation_rows", "decorrelation time (rows)", .count(decorrelationRows)),
    ]
    if let secondsPerRow {
      facts.append(
        ReportFact(
          "decorrelation_seconds", "decorrelation time (s)",
          .number(Double(decorrelationRows) * secondsPerRow)))
    }
    return ReportSection(
      "similarity", "similarity of \(first) and \(second)", .facts(facts), notes: overviewNotes)
  }

  private var overviewNotes: [String] {
    var notes = [
      "SVCCA keeps the components with 99 % of each view's variance. PWCCA takes the correlations"
        + " along directions fitted on all rows. Both, and redundancy, are in-sample: too high"
        + " where rows are few for the columns. CKA, Procrustes and SVCCA see no rotation and no"
        + " scale."
    ]
    if decorrelationRows > 1 {
      notes.append(
        "Rows are independent only about \(Wording.count(decorrelationRows)) rows apart: debiasing"
          + " is complete for rows so far apart and for recordings' means, not for all rows."
          + " Recordings' means differ by who speaks, too.")
    }
    if [alignment, spacedAlignment, meanAlignment].contains(where: { $0.debiased == nil }) {
      notes.append(
        "Debiased CKA has no value for fewer than four rows or recordings, or where so few vary"
          + " that an own product is not above 0: use a larger split.")
    }
    if isDecorrelationLimited {
      notes.append(
        "The recordings are too short, or drift too slowly, to see when rows become independent.")
    }
    return notes
  }

  private var redundancySection: ReportSection {
    let columns = [
      ReportColumn("component", isNumeric: true),
      ReportColumn("correlation", isNumeric: true),
      ReportColumn("first_share", "variance of first", isNumeric: true),
      ReportColumn("first_redundancy", "redundant", isNumeric: true),
      ReportColumn("second_share", "variance of second", isNumeric: true),
      ReportColumn("second_redundancy", "redundant", isNumeric: true),
    ]
    let rows = variates.correlations.indices.map { rank -> [ReportCell] in
      [
        .count(rank + 1), .fixed(variates.correlations[rank]),
        .share(redundancy.firstShares[rank]), .share(redundancy.first[rank]),
        .share(redundancy.secondShares[rank]), .share(redundancy.second[rank]),
      ]
    }
    return ReportSection(
      "redundancy", "redundancy by component (Stewart & Love 1968)",
      .table(ReportTable(columns, rows: rows, shownRowCount: 8)),
      notes: [
        "Redundant: the share of a view's standardised variance that the other view's variate"
          + " accounts for. A high correlation on little variance carries little."
      ])
  }

  private var dissimilaritySection: ReportSection {
    let columns = [
      ReportColumn("distance"), ReportColumn("pairs"),
      ReportColumn("pair_count", "pairs counted", isNumeric: true),
      ReportColumn("spearman", isNumeric: true), ReportColumn("pearson", isNumeric: true),
    ]
    let rows = dissimilarities.lines.map { line -> [ReportCell] in
      [
        .text(line.distance.rawValue),
        ReportCell(
          .text(line.pairs.rawValue),
          line.pairs == .betweenRecordings ? "between recordings" : "within recordings"),
        .count(line.pairCount), .fixed(line.spearman), .fixed(line.pearson),
      ]
    }
    return ReportSection(
      "representational_similarity", "representational similarity (RSA)",
      .table(ReportTable(columns, rows: rows)),
      notes: [
        "\(Wording.count(dissimilarities.sampleCount)) of"
          + " \(Wording.count(dissimilarities.populationCount)) rows, one at random in each of"
          + " equal stretches; pairs within a recording are at least"
          + " \(Wording.count(dissimilarities.gapRows)) rows apart."
      ])
  }
}

extension Similarity {
  private var retrievalSection: ReportSection {
    let columns =
      [
        ReportColumn("space"), ReportColumn("direction"), ReportColumn("pool", "candidates"),
        ReportColumn("query_count", "queries", isNumeric: true),
        ReportColumn("mean_pool_count", "pool", isNumeric: true),
      ]
      + Retrieval.depths.flatMap { depth in
        [
          ReportColumn("at_\(depth)", "@\(depth)", isNumeric: true),
          ReportColumn("at_\(depth)_chance", "chance", isNumeric: true),
        ]
      } + [
        ReportColumn("median_rank", "median rank", isNumeric: true),
        ReportColumn("mean_reciprocal_rank", "MRR", isNumeric: true),
        ReportColumn("mean_reciprocal_rank_chance", "chance", isNumeric: true),
      ]
    let spaces = [
      ("canonical_held_out", "canonical, held out", heldOutRetrieval),
      ("canonical", "canonical, in-sample", canonicalRetrieval),
      ("cosine", "cosine", plainRetrieval),
    ]
    let rows = spaces.flatMap { space, name, retrieval in
      (retrieval?.lines ?? []).map { line -> [ReportCell] in
        [ReportCell(.text(space), name)] + Self.cells(line)
      }
    }
    return ReportSection(
      "retrieval", "retrieval of the partner row", .table(ReportTable(columns, rows: rows)),
      notes: [
        "\(Wording.count(canonicalRetrieval.sampleCount)) of"
          + " \(Wording.count(canonicalRetrieval.populationCount)) rows. Canonical: cosine of the"
          + " variates, each weighted by the root of its correlation; held out: along directions"
          + " that other folds of groups gave, candidates from the own fold. In-sample values are"
          + " too high where rows are few for the columns. Cosine: of the columns themselves,"
          + " around their means; views of different width have none.",
        "Other recordings: found by recognising the recording. Own recording, at least"
          + " \(Wording.count(canonicalRetrieval.gapRows)) rows away: found by following it.",
      ])
  }

  private static func cells(_ line: Retrieval.Line) -> [ReportCell] {
    let way = line.direction == .firstToSecond ? "first → second" : "second → first"
    let pool: String =
      switch line.pool {
      case .all: "all"
      case .otherRecordings: "other recordings"
      case .ownRecording: "own recording"
      }
    return [
      ReportCell(.text(line.direction.rawValue), way), ReportCell(.text(line.pool.rawValue), pool),
      .count(line.queryCount), .number(line.meanPoolCount),
    ] + zip(line.shares, line.chances).flatMap { [.share($0), .share($1)] } + [
      .number(line.medianRank), .fixed(line.meanReciprocalRank), .fixed(line.chanceReciprocalRank),
    ]
  }

  private var courseSection: ReportSection {
    let columns = [
      ReportColumn("recording"), ReportColumn("window_count", "windows", isNumeric: true),
      ReportColumn("first_median", "median", isNumeric: true),
      ReportColumn("first_minimum", "min", isNumeric: true),
      ReportColumn("first_maximum", "max", isNumeric: true),
      ReportColumn("first", "first component"), ReportColumn("mean", "mean of the leading"),
    ]
    let rows = recordingNames.indices.map { place -> [ReportCell] in
      let values = windows.first[place]
      let finite = values.filter(\.isFinite)
      return [
        .text(recordingNames[place], limit: 24), .count(values.count),
        .fixed(finite.isEmpty ? nil : Quantile.median(finite)), .fixed(finite.min()),
        .fixed(finite.max()), .curve(values, width: 24), .curve(windows.mean[place], width: 24),
      ]
    }
    let length =
      Wording.count(windows.windowRows) + " rows"
      + (secondsPerRow.map {
        " (\(Wording.number(Double(windows.windowRows) * $0)) s)"
      } ?? "")
    return ReportSection(
      "correlation_over_time", "correlation over time by recording",
      .table(ReportTable(columns, rows: rows, shownRowCount: 10)),
      notes: [
        "Windows of \(length), ten decorrelation times, side by side. Single values swing widely"
          + " (independent views reach ±0.6 in one window of twenty): look at their course."
      ])
  }
}
