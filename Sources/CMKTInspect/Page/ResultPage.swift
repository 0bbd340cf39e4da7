import CMKTEngine
import CMKTFormat

/// The page of models, features files and comparisons.
package enum ResultPage {
  /// Reads what is asked for and puts the page together; equal files give equal pages.
  ///
  /// - Throws: what cannot be read, or does not fit together.
  package static func make(_ request: PageRequest) throws(InspectFailure) -> FinishedPage {
    let files = try GivenFiles(request)
    var sections = [try overview(of: files)]
    sections += [
      Page.Section(
        key: "scores", title: "Scores",
        blocks:
          try ScoreBlocks(models: files.models, isShared: files.isShared).blocks),
      Page.Section(key: "latents", title: "Latents", blocks: try latents(of: files, request)),
      Page.Section(key: "predictions", title: "Predictions", blocks: try predictions(of: files)),
      Page.Section(
        key: "curves", title: "Training curves",
        blocks: TrainingCurves(models: files.models).blocks),
      Page.Section(
        key: "comparison", title: "Comparison of methods",
        blocks: files.comparisons.flatMap {
          ComparisonBlocks(
            given: $0, isShared: files.isShared, withheldTargets: files.withheldTargets
          ).blocks
        }),
      Page.Section(
        key: "data", title: "Data",
        blocks: files.features.flatMap { data in
          (files.features.count > 1 ? [.heading(data.label)] : [])
            + [.pictures(DataBlocks(given: data, isShared: files.isShared).pictures)]
        }),
      Page.Section(key: "details", title: "Every file in detail", blocks: try details(of: files)),
      Page.Section(key: "reading", title: "How to read this page", blocks: reading(of: files)),
    ]
    let page = Page(
      title: title(of: files), lead: lead(of: files),
      footer: "Made by cmkt-inspect \(toolVersion). Equal files give an equal page.",
      sections: sections)
    return FinishedPage(
      page: page, isShared: files.isShared, withheld: files.withheld, warnings: files.warnings)
  }

  private static func title(of files: GivenFiles) -> String {
    let labels = (files.models.map(\.label), files.features.map(\.label))
    if files.isShared || labels.0.count + labels.1.count == 0 {
      return files.models.isEmpty
        ? files.features.isEmpty ? "Report of a comparison" : "Report of multi-modal features"
        : files.models.count == 1 ? "Report of a model" : "Report of \(files.models.count) models"
    }
    return "Report: " + (labels.0.isEmpty ? labels.1 : labels.0).prefix(4).joined(separator: ", ")
  }

  private static func lead(of files: GivenFiles) -> String {
    var parts: [String] = []
    for given in files.models.prefix(4) {
      let architecture = given.model.architecture
      let strong = architecture.strong.map(\.modality.name).joined(separator: ", ")
      parts.append(
        "\(given.label) predicts \(architecture.heads.map(\.target).joined(separator: ", "))"
          + " from \(architecture.weak.name)"
          + (strong.isEmpty ? "" : " and learned from \(strong)")
          + " (\(architecture.method)).")
    }
    if files.models.isEmpty {
      for data in files.features.prefix(4) {
        parts.append(
          "\(data.label) holds \(Wording.count(data.file.sequences.count)) sequences of"
            + " \(data.file.modalities.keys.sorted().joined(separator: ", ")).")
      }
    }
    parts += files.comparisons.prefix(2).map {
      "\($0.label) compares \(Wording.count($0.results.rows.count)) results."
    }
    return parts.joined(separator: " ")
  }

  // MARK: - Sections

  private static func overview(of files: GivenFiles) throws(InspectFailure) -> Page.Section {
    var blocks: [Page.Block] = []
    if files.isShared {
      blocks.append(
        .notice(
          "This page holds aggregates alone and may say less than its files: what was withheld"
            + " stands at its end."))
    } else if !files.restricted.isEmpty {
      blocks.append(
        .notice(
          "This page shows single rows of data that are not marked as free to redistribute; do"
            + " not hand it on."))
    }
    blocks.append(.table(fileTable(of: files)))
    if files.models.count > 1 {
      blocks.append(
        .table(ModelTable(models: files.models, isShared: files.isShared).section))
    }
    let pipelines = files.models.flatMap {
      PipelinePictures(model: $0.model, label: $0.label).pictures
    }
    if !pipelines.isEmpty { blocks.append(.pictures(pipelines)) }
    return Page.Section(key: "overview", title: "Overview", blocks: blocks)
  }

  private static func fileTable(of files: GivenFiles) -> ReportSection {
    func row(
      _ label: String, _ kind: String, _ what: String, _ redistribution: String, _ digest: String
    ) -> [ReportCell] {
      [
        .text(label), .text(kind), .text(what), .text(redistribution),
        ReportCell(.text(digest), digest.isEmpty ? "–" : Wording.shortDigest(digest)),
      ]
    }
    let models = files.models.map { given in
      row(
        given.label, "model",
        given.model.architecture.method + (given.remark.isEmpty ? "" : "; \(given.remark)"),
        given.model.redistribution.rawValue, given.digest)
    }
    let features = files.features.map { data in
      row(
        data.label, "features",
        "\(Wording.count(data.file.sequences.count)) sequences, "
          + "\(Wording.count(data.file.sequences.frameCount)) frames",
        data.file.redistribution.rawValue, data.digest)
    }
    let comparisons = files.comparisons.map {
      row(
        $0.label, "comparison", "\(Wording.count($0.results.rows.count)) results",
        $0.isFree ? "allowed" : "not stated", "")
    }
    return ReportSection(
      "files", "Files",
      .table(
        ReportTable(
          [
            ReportColumn("label", "file"), ReportColumn("kind"), ReportColumn("what"),
            ReportColumn("redistribution"), ReportColumn("content_digest", "content digest"),
          ], rows: models + features + comparisons)))
  }

  private static func predictions(of files: GivenFiles) throws(InspectFailure) -> [Page.Block] {
    let working = files.models.compactMap { given in given.work.map { (given, $0) } }
    var names: [String] = []
    for (_, work) in working {
      for target in work.evaluation.targets where !names.contains(target.name) {
        names.append(target.name)
      }
    }
    var blocks: [Page.Block] = []
    for name in names {
      var entries: [(label: String, scored: ScoredTarget)] = []
      for (given, work) in working where work.evaluation.predictions[name] != nil {
        let scored = try ScoredTarget(name, of: work)
        if entries.first.map({ $0.scored.kind == scored.kind }) ?? true, scored.rowCount > 0 {
          entries.append((given.label, scored))
        }
      }
      let rows = PredictionPictures(entries: entries, isShared: files.isShared).rows
      guard !rows.isEmpty else { continue }
      blocks.append(.heading("Target \(name)"))
      blocks += rows.filter { !$0.isEmpty }.map { .pictures($0) }
      guard !files.isShared else { continue }
      for (given, work) in working {
        let tracks = TrackPictures(label: given.label, model: given.model, work: work)
          .pictures(of: name)
        if !tracks.isEmpty { blocks.append(.pictures(tracks)) }
      }
    }
    return blocks
  }

  /// The latents of every strong modality of every model that is at work.
  private static func latents(
    of files: GivenFiles, _ request: PageRequest
  ) throws(InspectFailure) -> [Page.Block] {
    var entries: [LatentViews] = []
    for given in files.models {
      guard let work = given.work else { continue }
      for branch in given.model.architecture.strong {
        let name = branch.modality.name
        guard work.features.file.modalities[name] != nil else { continue }
        entries.append(
          try LatentViews(given, work, strong: name, threads: request.threads))
      }
    }
    return LatentBlocks(
      entries: entries, isShared: files.isShared, threads: request.threads
    ).blocks
  }

  /// What `summary` says of each file, folded.
  private static func details(of files: GivenFiles) throws(InspectFailure) -> [Page.Block] {
    var blocks: [Page.Block] = []
    let all = files.models.map { ($0.label, $0.path) } + files.features.map { ($0.label, $0.path) }
    for (label, path) in all {
      let report = try Summary.report(of: path)
      let sections =
        files.isShared ? SharedView.sections(of: report) : report.sections
      blocks.append(.folded(label, sections.map { .table($0) }))
    }
    return blocks
  }

  private static func reading(of files: GivenFiles) -> [Page.Block] {
    var blocks: [Page.Block] = [
      .text(
        "Every picture has its numbers below it, as a table and as CSV. Units stand after the"
          + " stroke, or in brackets what stands on an axis without one. Groups are speakers where"
          + " they are known, else recordings."),
      .text(
        "(trained), (selected) and (contaminated) mark figures that are no fair estimate for new"
          + " data: the model, its choice or its features have seen these sequences."),
    ]
    if files.models.contains(where: { $0.work != nil && !$0.model.architecture.strong.isEmpty }) {
      blocks.append(
        .text(
          "Nulls are what canonical correlations come to by chance, fitted as the observed ones:"
            + " correspondence exchanges recordings between groups, synchrony shifts the strong"
            + " latent of each recording in a circle. Bands reach from their median to what 95 % of"
            + " them stay below."))
    }
    if files.isShared {
      blocks += [
        .heading("What was withheld"),
        .list(files.withheld),
      ]
    }
    return blocks
  }
}

extension GivenFiles {
  /// Targets whose accuracy a page of aggregates leaves out, for the sake of any model on it.
  var withheldTargets: Set<String> {
    guard isShared else { return [] }
    return Set(
      models.compactMap(\.work).flatMap { work in
        work.evaluation.targets.filter { !work.disclosure.showsHeadline(of: $0) }.map(\.name)
      })
  }

  /// What a page of aggregates leaves out.
  var withheld: [String] {
    guard isShared else { return [] }
    var items = [
      "names of files, sources and commands, ids of sequences, recordings and speakers, and what"
        + " the import dropped or changed",
      "least and greatest values and histograms of single targets in the tables, which may be"
        + " those of one row",
      "counts below \(SmallCells.least) in histograms and tables of classes, each with the next"
        + " smallest, and means, scores and drift of fewer than \(SmallCells.leastRows) rows",
      "words of licences that are no known name, and the notes of comparisons",
    ]
    if models.contains(where: { $0.work != nil }) {
      items.append("predictions, targets and latents frame by frame, and which group scored what")
      items.append(
        "accuracy, F1 and recalls, here and in comparisons, wherever a cell of the confusion matrix"
          + " is withheld that they could be solved for, and areas under the ROC curve of classes of"
          + " fewer than \(SmallCells.leastRows) rows")
      items.append("names of input features, and counts below \(SmallCells.least) of latents")
    }
    return items
  }

  /// What to tell whoever asked for everything.
  var warnings: [String] {
    guard !isShared, !restricted.isEmpty else { return [] }
    return [
      "the page shows single rows of \(restricted.joined(separator: ", ")), which is not marked as"
        + " free to redistribute; do not hand the page on, or make one with --share"
    ]
  }
}
