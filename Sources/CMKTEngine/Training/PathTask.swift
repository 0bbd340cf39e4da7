import CMKTFormat
import Networks
import Tensors

/// Trains an encoder and its heads on the task: the uni-modal baseline, and step 1 of CM-StEW.
final class PathTask: StageTask {
  let stage: Stage
  let title: String
  let streamName: String
  let modality: PreparedModality
  let path: NetworkPath
  private let data: TrainingData
  private let losses: TaskLosses
  private let compute: Compute
  /// For each target how the rows of the modality make its rows.
  private let links: [RowLink]

  init(
    stage: Stage, title: String, streamName: String, modality: PreparedModality,
    path: NetworkPath, data: TrainingData, recipe: Recipe, compute: Compute
  ) {
    self.stage = stage
    self.title = title
    self.streamName = streamName
    self.modality = modality
    self.path = path
    self.data = data
    losses = TaskLosses(data: data, recipe: recipe)
    self.compute = compute
    links = data.targets.map {
      RowLink(from: modality.axis, to: $0.axis, sequenceCount: data.sequences.count)
    }
  }

  var parameters: [Parameter<Float>] { path.parameters }

  var hasTransferTerms: Bool { false }

  var sources: [RowSource] { [RowSource(rows: modality.inputs, axis: modality.axis)] }

  func terms(
    of batch: Batch, pass: ForwardPass<Float>, epoch: Int?
  ) throws(EngineFailure) -> [LossTerm] {
    let latent = try self.latent(of: batch, pass: pass)
    return taskTerm(of: batch, latent: latent, pass: pass).map { [$0] } ?? []
  }

  /// The latent of every row of the modality, `[R, K]`.
  ///
  /// - Throws: `unreadable`, where inputs are not in memory.
  func latent(
    of batch: Batch, pass: ForwardPass<Float>
  ) throws(EngineFailure) -> Variable<Float> {
    let rows = batch.rows(of: modality.axis)
    return path.encoder(
      try modality.inputs.constant(rows: rows.ranges, on: pass.tape), rows.layout, pass)
  }

  /// The weighted mean over the targets of their losses; nil where no row counts.
  func taskTerm(
    of batch: Batch, latent: Variable<Float>, pass: ForwardPass<Float>
  ) -> LossTerm? {
    var terms: [(weight: Double, term: Variable<Float>)] = []
    for index in data.targets.indices {
      let (values, weights, groups) = targets(of: index, in: batch)
      guard weights.contains(where: { $0 > 0 }), losses.weights.shares[index] > 0 else { continue }
      let output = path.output(of: index, latent: latent, groups: groups, pass: pass)
      let loss = losses.loss(
        of: output, target: index, values: values, weights: weights, layout: groups.layout,
        on: pass.tape)
      terms.append((losses.weights.shares[index], loss))
    }
    let total = terms.reduce(0) { $0 + $1.weight }
    guard total > 0 else { return nil }
    return LossTerm(
      name: "task", weight: 1, value: pass.tape.sum(terms.map { ($0.weight / total, $0.term) }))
  }

  /// The values of target `index`, which of its rows count, and what they are made of.
  private func targets(
    of index: Int, in batch: Batch
  ) -> (values: Tensor<Float>, weights: [Double], groups: RowGroups) {
    let (values, weights) = batch.targets(of: data.targets[index])
    let groups = batch.groups(of: links[index])
    return (values, zip(weights, groups.counted()).map { $0 * $1 }, groups)
  }

  /// The outputs of every head for each of `sequences`, passed whole: by head, by sequence.
  ///
  /// - Throws: as `latent(of:pass:)`.
  func outputs(of sequences: [Int]) throws(EngineFailure) -> [[Tensor<Float>]] {
    try PathPass(path: path, compute: compute).outputs(
      of: modality.inputs, links: links, windows: Window.whole(sequences, of: data.sequences))
  }

  func taskLoss(of sequences: [Int]) throws(EngineFailure) -> Double? {
    let batch = Batch(Window.whole(sequences, of: data.sequences))
    var sum = 0.0
    var total = 0.0
    for (index, outputs) in try outputs(of: sequences).enumerated() {
      let (values, weights, groups) = targets(of: index, in: batch)
      let rows = outputs.flatMap(\.elements)
      let width = outputs.first?.shape[1] ?? 1
      let loss = losses.value(
        of: Tensor(shape: [rows.count / width, width], elements: rows), target: index,
        values: values, weights: weights, layout: groups.layout)
      guard let loss, losses.weights.shares[index] > 0 else { continue }
      sum += losses.weights.shares[index] * loss
      total += losses.weights.shares[index]
    }
    return total > 0 ? sum / total : nil
  }
}
