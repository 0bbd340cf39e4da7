import CMKTFormat

/// How the terms of the loss went down, or did not: one picture for each stage, term and model.
struct TrainingCurves {
  let models: [GivenModel]

  /// The stage and term of a curve called `stage/part/term`.
  private struct Key: Hashable {
    var stage: String
    var term: String
  }

  /// Curves of one term of one stage of one model: by part, `train` or `valid`.
  private typealias Parts = [String: [Double]]

  var blocks: [Page.Block] {
    let histories = models.map(Self.history)
    var keys: [Key] = []
    for (order, _) in histories {
      for key in order where !keys.contains(key) { keys.append(key) }
    }
    var blocks: [Page.Block] = stageWords(keys)
    for key in keys where !isRepetition(key, histories.map(\.curves)) {
      let row = pictures(of: key, histories.map(\.curves))
      // What one model alone has needs no row of its own.
      if row.count == 1, case .pictures(let before)? = blocks.last, isOfOneModel(before) {
        blocks[blocks.count - 1] = .pictures(before + row)
      } else {
        blocks.append(.pictures(row))
      }
    }
    return blocks
  }

  /// What the stages are, where there are several.
  private func stageWords(_ keys: [Key]) -> [Page.Block] {
    let meanings = [
      "reference": "the weak modality alone, trained only to be compared with the strong one",
      "step1": "the strong encoder and its head, or all of a model of one modality",
      "step2": "the weak path, with what it learns from the strong one",
      "joint": "the weak path and the strong auto-encoder together",
    ]
    var stages: [String] = []
    for key in keys where !stages.contains(key.stage) { stages.append(key.stage) }
    let words = stages.compactMap { stage in meanings[stage].map { "\(stage): \($0)" } }
    return words.isEmpty ? [] : [.text("Stages. " + words.joined(separator: "; ") + ".")]
  }

  private static func history(of model: GivenModel) -> (order: [Key], curves: [Key: Parts]) {
    var order: [Key] = []
    var curves: [Key: Parts] = [:]
    for curve in model.model.training.history {
      let words = curve.name.split(separator: "/").map(String.init)
      guard words.count >= 3 else { continue }
      let key = Key(stage: words[0], term: words[2...].joined(separator: "/"))
      if curves[key] == nil { order.append(key) }
      curves[key, default: [:]][words[1]] = curve.values
    }
    // The whole loss of each stage first.
    let sorted = order.enumerated().sorted { first, second in
      guard first.element.stage == second.element.stage else {
        return first.offset < second.offset
      }
      let (isFirst, isSecond) = (first.element.term == "loss", second.element.term == "loss")
      return isFirst == isSecond ? first.offset < second.offset : isFirst
    }
    return (stageOrder(sorted.map(\.element)), curves)
  }

  /// Keys of a stage together, stages in the order of their first key.
  private static func stageOrder(_ keys: [Key]) -> [Key] {
    var stages: [String] = []
    for key in keys where !stages.contains(key.stage) { stages.append(key.stage) }
    return stages.flatMap { stage in keys.filter { $0.stage == stage } }
  }

  /// Whether pictures were merged here, or stand alone.
  private func isOfOneModel(_ pictures: [Picture]) -> Bool {
    models.count == 1 || pictures.count == 1
      || pictures.allSatisfy { picture in
        models.first { picture.title.hasPrefix($0.label + ": ") }?.label
          == models.first { pictures[0].title.hasPrefix($0.label + ": ") }?.label
      }
  }

  /// Whether the term is all of the loss of its stage, in every model.
  private func isRepetition(_ key: Key, _ histories: [[Key: Parts]]) -> Bool {
    guard key.term != "loss" else { return false }
    return histories.allSatisfy { curves in
      curves[key] == nil || curves[key] == curves[Key(stage: key.stage, term: "loss")]
    }
  }

  private func pictures(of key: Key, _ histories: [[Key: Parts]]) -> [Picture] {
    let all = histories.flatMap { ($0[key] ?? [:]).values.flatMap { $0 } }
    let longest = histories.flatMap { ($0[key] ?? [:]).values.map(\.count) }.max() ?? 1
    let y = PlotAxis(Self.name(of: key.term), unit: PlotAxis.noUnit, covering: all)
    let x = PlotAxis(
      "epoch", unit: PlotAxis.number, from: 1, to: Double(max(2, longest)), isWhole: true)
    return zip(models, histories).compactMap { given, curves in
      guard let parts = curves[key] else { return nil }
      return picture(key, of: given.label, parts, x: x, y: y)
    }
  }

  private static func name(of term: String) -> String {
    term == "correlation" ? "negative mean correlation" : term == "loss" ? "whole loss" : term
  }

  private func picture(
    _ key: Key, of label: String, _ parts: Parts, x: PlotAxis, y: PlotAxis
  ) -> Picture {
    let series = ["train", "valid"].enumerated().compactMap { number, part -> LineChart.Series? in
      guard let values = parts[part] else { return nil }
      let least = values.indices.filter { values[$0].isFinite }.min { values[$0] < values[$1] }
      return LineChart.Series(
        name: part == "train" ? "training" : "validation",
        points: values.enumerated().map { (Double($0.offset + 1), $0.element) }, style: number,
        marked: part == "valid" ? [least].compactMap { $0 } : [])
    }
    var words = "Stage \(key.stage), \(Self.name(of: key.term)) by epoch"
    if let valid = parts["valid"], let first = valid.first,
      let least = valid.filter(\.isFinite).min(),
      let epoch = valid.firstIndex(of: least)
    {
      words +=
        ": \(Ticks.signed(Wording.number(first))) on validation at first, and least, where it is"
        + " marked, in epoch \(epoch + 1): \(Ticks.signed(Wording.number(least)))"
    }
    return LineChart(x: x, y: y, series: series, plotHeight: 150).picture(
      "curve-\(label)-\(key.stage)-\(key.term)",
      models.count > 1 ? "\(label): \(key.stage), \(key.term)" : "\(key.stage): \(key.term)",
      summary: words + ".")
  }
}
