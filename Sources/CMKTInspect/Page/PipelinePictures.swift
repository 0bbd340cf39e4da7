import CMKTFormat
import Tensors

/// The way of the data through a model, with the size of every part.
struct PipelinePictures {
  let model: ModelFile
  let label: String

  /// One for each strong modality, or one of the weak path alone.
  var pictures: [Picture] {
    let branches = model.architecture.strong
    guard !branches.isEmpty else { return [picture(nil)] }
    return branches.map { picture($0) }
  }

  private func picture(_ branch: StrongBranch?) -> Picture {
    var parts = Parts()
    addWeakPath(to: &parts)
    if let branch { addStrongPath(branch, to: &parts) }
    let architecture = model.architecture
    let latent = architecture.encoder.latentSize
    var summary =
      "The way of \(architecture.weak.name), \(architecture.weak.featureNames.count) features, "
      + "through an encoder to a latent of \(latent) numbers and to the prediction."
    if let branch {
      summary += " What \(branch.modality.name) adds, dashed, serves training only."
    }
    let headings = [
      "deployed: \(architecture.weak.name)", branch.map { "training: \($0.modality.name)" } ?? "",
    ]
    let diagram = FlowDiagram(
      boxes: parts.boxes, arrows: parts.arrows, headings: headings,
      table: ReportTable(
        [
          ReportColumn("part"), ReportColumn("network"),
          ReportColumn("output", "numbers out", isNumeric: true),
          ReportColumn("parameters", isNumeric: true), ReportColumn("use"),
        ], rows: parts.rows))
    return diagram.picture(
      "pipeline-\(label)" + (branch.map { "-\($0.modality.name)" } ?? ""),
      "\(label): \(architecture.method)", summary: summary)
  }

  /// What a picture is put together from.
  private struct Parts {
    var boxes: [FlowDiagram.Box] = []
    var arrows: [FlowDiagram.Arrow] = []
    var rows: [[ReportCell]] = []

    mutating func add(_ box: FlowDiagram.Box, output: Int?, parameters: Int?) -> Int {
      boxes.append(box)
      rows.append([
        .text(box.title), .text(box.lines.first ?? ""), .count(output), .count(parameters),
        .text(box.isQuiet ? "training only" : "deployed"),
      ])
      return boxes.count - 1
    }

    mutating func join(_ from: Int, _ to: Int, _ name: String = "", isMutual: Bool = false) {
      let isQuiet = boxes[from].isQuiet || boxes[to].isQuiet
      arrows.append(
        FlowDiagram.Arrow(from: from, to: to, name: name, isQuiet: isQuiet, isMutual: isMutual))
    }
  }

  private func parameterCount(_ prefix: String) -> Int {
    model.weights.filter { $0.name.hasPrefix(prefix) }
      .reduce(0) { $0 + $1.tensor.elements.count }
  }

  private func box(
    _ column: Int, _ row: Int, _ title: String, _ lines: [String]
  ) -> FlowDiagram.Box {
    FlowDiagram.Box(column: column, row: row, title: title, lines: lines, isQuiet: column == 1)
  }

  private func modalityLines(_ contract: ModalityContract) -> [String] {
    let rate = contract.hopSeconds.map { "\(Wording.number(1 / $0)) rows / s" }
    return ["\(contract.featureNames.count) features", rate ?? "per \(contract.level)"]
  }

  private func layers(_ part: some SequenceConfiguration) -> String {
    "\(part.kind.rawValue) \(part.layerCount) × \(part.hiddenSize)"
  }

  private func parameterLine(_ count: Int) -> String { "\(Wording.count(count)) parameters" }

  private func addWeakPath(to parts: inout Parts) {
    let architecture = model.architecture
    let encoder = architecture.encoder
    let input = parts.add(
      box(0, 0, architecture.weak.name, modalityLines(architecture.weak)),
      output: encoder.inputSize, parameters: nil)
    let weights = parameterCount("encoder/")
    let encoding = parts.add(
      box(0, 1, "encoder", [layers(encoder), parameterLine(weights)]),
      output: encoder.outputWidth, parameters: weights)
    let latent = parts.add(
      box(0, 2, "weak latent", ["\(encoder.latentSize) numbers, \(encoder.latentActivation)"]),
      output: encoder.latentSize, parameters: nil)
    let heads = architecture.heads
    let headWeights = parameterCount("head/")
    let head = parts.add(
      box(
        0, 3, heads.count == 1 ? "head" : "\(heads.count) heads",
        heads.prefix(3).map { "\($0.target): \($0.outputSize)" }
          + (heads.count > 3 ? ["…"] : []) + [parameterLine(headWeights)]),
      output: heads.reduce(0) { $0 + $1.outputSize }, parameters: headWeights)
    let steps = model.postprocessing.values.map(\.count).max() ?? 0
    let delays = Set(heads.map(\.delaySeconds)).filter { $0 > 0 }.sorted()
    var lines = heads.prefix(2).map { "\($0.kind.rawValue) per \($0.level)" }
    if lines.count == 2, lines[0] == lines[1] { lines.removeLast() }
    if let delay = delays.last { lines.append("delay \(Wording.number(delay)) s") }
    if steps > 0 { lines.append("\(steps) fitted steps") }
    let output = parts.add(box(0, 4, "prediction", lines), output: nil, parameters: nil)
    for (from, to) in [(input, encoding), (encoding, latent), (latent, head), (head, output)] {
      parts.join(from, to)
    }
  }

  /// - Precondition: the weak path was added first, its latent third.
  private func addStrongPath(_ branch: StrongBranch, to parts: inout Parts) {
    let weakLatent = 2
    let name = branch.modality.name
    let encoder = branch.encoder
    let input = parts.add(
      box(1, 0, name, modalityLines(branch.modality)), output: encoder.inputSize, parameters: nil)
    let weights = parameterCount("strong_encoder/\(name)/")
    let encoding = parts.add(
      box(1, 1, "strong encoder", [layers(encoder), parameterLine(weights)]),
      output: encoder.outputWidth, parameters: weights)
    let latent = parts.add(
      box(1, 2, "strong latent", ["\(encoder.latentSize) numbers, \(encoder.latentActivation)"]),
      output: encoder.latentSize, parameters: nil)
    parts.join(input, encoding)
    parts.join(encoding, latent)
    if model.training.history.contains(where: { $0.name.hasSuffix("/correlation") }) {
      parts.join(weakLatent, latent, "correlation", isMutual: true)
    }
    var row = 3
    if !branch.heads.isEmpty {
      let weights = parameterCount("strong_head/\(name)/")
      let head = parts.add(
        box(
          1, row, branch.heads.count == 1 ? "strong head" : "\(branch.heads.count) strong heads",
          [parameterLine(weights)]),
        output: branch.heads.reduce(0) { $0 + $1.outputSize }, parameters: weights)
      parts.join(latent, head)
      row += 1
    }
    if let decoder = branch.autoencoder {
      let index = add(decoder, "auto-encoder to \(name)", "autoencoder/\(name)/", row, &parts)
      // The head stands between, where there is one.
      if row == 3 { parts.join(latent, index) }
      row += 1
    }
    if let translator = branch.translator {
      let index = add(translator, "translator to \(name)", "translator/\(name)/", row, &parts)
      parts.join(weakLatent, index)
    }
  }

  private func add(
    _ decoder: TranslatorConfiguration, _ title: String, _ prefix: String, _ row: Int,
    _ parts: inout Parts
  ) -> Int {
    let weights = parameterCount(prefix)
    return parts.add(
      box(1, row, title, ["\(layers(decoder)) → \(decoder.outputSize)", parameterLine(weights)]),
      output: decoder.outputSize, parameters: weights)
  }
}
