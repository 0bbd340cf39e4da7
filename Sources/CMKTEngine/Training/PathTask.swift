import CMKTFormat
import Networks
import Tensors

/// Trains an encoder and its heads on the task: the uni-modal baseline, and step 1 of CM-StEW.
final class PathTask: StageTask {
  let stage: Stage
  let title: String
  var streamName: String { stage == .first && !data.strong.isEmpty ? "strong" : "weak" }
  let modality: PreparedModality
  let path: NetworkPath
  private let data: TrainingData
  private let regression: RegressionLoss
  private let compute: Compute
  /// For each target how the rows of the modality make its rows.
  private let links: [RowLink]

  init(
    stage: Stage, title: String, modality: PreparedModality, path: NetworkPath,
    data: TrainingData, recipe: Recipe, compute: Compute
  ) {
    self.stage = stage
    self.title = title
    self.modality = modality
    self.path = path
    self.data = data
    regression = RegressionLoss(rawValue: recipe.choice(.lossRegression)) ?? .ccc
    self.compute = compute
    links = data.targets.map {
      RowLink(from: modality.axis, to: $0.axis, sequenceCount: data.sequences.count)
    }
  }

  var parameters: [Parameter<Float>] { path.parameters }

  func terms(
    of batch: Batch, pass: ForwardPass<Float>
  ) -> [LossTerm] {
    let latent = self.latent(of: batch, pass: pass)
    return taskTerm(of: batch, latent: latent, pass: pass).map { [$0] } ?? []
  }

  /// The latent of every row of the modality, `[R, K]`.
  func latent(of batch: Batch, pass: ForwardPass<Float>) -> Variable<Float> {
    let rows = batch.rows(of: modality.axis)
    return path.encoder(
      pass.tape.constant(rows: rows.ranges, of: modality.inputs), rows.layout, pass)
  }

  /// The mean over the targets of their losses; nil where no row counts.
  func taskTerm(
    of batch: Batch, latent: Variable<Float>, pass: ForwardPass<Float>
  ) -> LossTerm? {
    var losses: [Variable<Float>] = []
    for (index, item) in data.targets.enumerated() {
      let (values, weights, groups) = targets(of: index, in: batch)
      guard weights.contains(where: { $0 > 0 }) else { continue }
      let output = path.output(of: index, latent: latent, groups: groups, pass: pass)
      losses.append(loss(of: output, item: item, values: values, weights: weights, on: pass.tape))
    }
    guard !losses.isEmpty else { return nil }
    let share = 1 / Double(losses.count)
    return LossTerm(
      name: "task", weight: 1, value: pass.tape.sum(losses.map { (weight: share, term: $0) }))
  }

  /// The values of target `index`, which of its rows count, and what they are made of.
  private func targets(
    of index: Int, in batch: Batch
  ) -> (values: Tensor<Float>, weights: [Double], groups: RowGroups) {
    let (values, weights) = batch.targets(of: data.targets[index])
    let groups = batch.groups(of: links[index])
    return (values, zip(weights, groups.counted()).map { $0 * $1 }, groups)
  }

  private func loss(
    of output: Variable<Float>, item: PreparedTarget, values: Tensor<Float>, weights: [Double],
    on tape: Tape<Float>
  ) -> Variable<Float> {
    switch item.target.kind {
    case .regression:
      let gold = tape.constant(values)
      return switch regression {
      case .ccc: tape.concordanceLoss(output, gold, weights: weights)
      case .mse: tape.meanSquaredError(output, gold, weights: weights)
      case .l1: tape.meanAbsoluteError(output, gold, weights: weights)
      }
    case .binary, .multilabel:
      return tape.binaryCrossEntropy(output, tape.constant(values), weights: weights)
    case .classes:
      return tape.crossEntropy(output, classes: values.elements.map { Int($0) }, weights: weights)
    }
  }

  /// The outputs of every head for each of `sequences`, passed whole: by head, by sequence.
  func outputs(of sequences: [Int]) -> [[Tensor<Float>]] {
    PathPass(path: path, compute: compute).outputs(
      of: modality.inputs, links: links, windows: Window.whole(sequences, of: data.sequences))
  }

  func taskLoss(of sequences: [Int]) -> Double? {
    let batch = Batch(Window.whole(sequences, of: data.sequences))
    var losses: [Double] = []
    for (index, outputs) in outputs(of: sequences).enumerated() {
      let (values, weights, _) = targets(of: index, in: batch)
      let rows = outputs.flatMap(\.elements)
      let width = outputs.first?.shape[1] ?? 1
      let loss = TaskLoss(item: data.targets[index], regression: regression).value(
        outputs: Tensor(shape: [rows.count / width, width], elements: rows), values: values,
        weights: weights)
      if let loss { losses.append(loss) }
    }
    return losses.isEmpty ? nil : losses.reduce(0, +) / Double(losses.count)
  }
}
