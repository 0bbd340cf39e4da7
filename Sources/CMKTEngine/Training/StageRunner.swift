import CMKTFormat
import Networks
import Tensors

/// One term of a loss, before its weight.
struct LossTerm {
  let name: String
  let weight: Double
  let value: Variable<Float>
}

/// What one stage of training does with a batch, and how it is judged.
protocol StageTask: AnyObject {
  var stage: Stage { get }
  /// What is trained, for people.
  var title: String { get }
  /// Names the random streams: stages of one name see the same order and the same masks.
  var streamName: String { get }
  /// What the optimiser changes, in a fixed order.
  var parameters: [Parameter<Float>] { get }
  /// The terms of the loss of `batch`; none where no row of it counts.
  ///
  /// `pass` drops out in training, and not in validation.
  func terms(of batch: Batch, pass: ForwardPass<Float>)
    throws(EngineFailure) -> [LossTerm]
  /// The task loss over all of `sequences`, each passed whole; nil where no row counts.
  func taskLoss(of sequences: [Int]) throws(EngineFailure) -> Double?
}

/// Runs the epochs of one stage: batches, optimiser, schedule, early stopping, best weights.
struct StageRunner {
  let task: any StageTask
  let data: TrainingData
  let recipe: Recipe
  let seed: UInt64
  let compute: Compute
  let observer: TrainingObserver

  /// The running sums of the terms of a loss.
  private struct TermSums {
    var sums: [(name: String, sum: Double, weight: Double, count: Double)] = []

    mutating func add(_ terms: [LossTerm], values: [Double], rows: Double) {
      for (term, value) in zip(terms, values) {
        guard let index = sums.firstIndex(where: { $0.name == term.name }) else {
          sums.append((term.name, value * rows, term.weight, rows))
          continue
        }
        sums[index].sum += value * rows
        sums[index].count += rows
      }
    }

    /// The means by row, the total first.
    func means(_ split: String) -> [(name: String, value: Double)] {
      let means = sums.map { (name: "\(split)/\($0.name)", value: $0.sum / $0.count) }
      let total = zip(sums, means).reduce(0) { $0 + $1.0.weight * $1.1.value }
      return [("\(split)/loss", total)] + means
    }
  }

  /// Trains; afterwards the parameters hold the weights of the best epoch.
  ///
  /// - Returns: the curves, one value for each epoch.
  /// - Throws: `diverged` where a term, a gradient or a weight is not finite; `tooFewFrames`.
  func run() throws(EngineFailure) -> [HistoryCurve] {
    let plan = BatchPlan(
      data: data, sequences: data.plan.train, recipe: recipe, seed: seed, purpose: task.streamName)
    let checks = BatchPlan(
      data: data, sequences: data.plan.valid, recipe: recipe, seed: seed, purpose: "valid")
    let optimiser = Adam(
      task.parameters, learningRate: recipe.number(.learningRate),
      weightDecay: recipe.number(.weightDecay))
    let tape = Tape<Float>(compute: compute)
    var rule = StoppingRule(
      patience: recipe.integer(.patience), schedulePatience: recipe.integer(.schedulePatience))
    var rate = recipe.number(.learningRate)
    var best = snapshot()
    var bestEpoch = recipe.integer(.epochs)
    var history: [HistoryCurve] = []
    var epoch = 0
    var step = 0
    var stops = false
    while epoch < recipe.integer(.epochs), !stops {
      epoch += 1
      var values = try trainEpoch(
        epoch, plan: plan, optimiser: optimiser, rate: rate, tape: tape, step: &step)
      var verdict = StoppingRule.Verdict()
      if let validation = try validate(checks, epoch: epoch) {
        values += validation.values
        verdict = rule.record(validation.selection)
        if verdict.isBest { (best, bestEpoch) = (snapshot(), epoch) }
        stops = verdict.stops
      }
      record(values, in: &history)
      observer(
        .epoch(
          EpochReport(
            stage: task.stage, title: task.title, epoch: epoch,
            epochLimit: recipe.integer(.epochs), values: values, isBest: verdict.isBest,
            learningRate: rate)))
      if verdict.lowersRate { rate *= recipe.number(.scheduleFactor) }
    }
    if !data.plan.valid.isEmpty { restore(best) }
    observer(
      .stageEnded(
        stage: task.stage, bestEpoch: min(bestEpoch, epoch), epochs: epoch, stoppedEarly: stops))
    return history
  }

  private func trainEpoch(
    _ epoch: Int, plan: BatchPlan, optimiser: Adam<Float>, rate: Double, tape: Tape<Float>,
    step: inout Int
  ) throws(EngineFailure) -> [(name: String, value: Double)] {
    let batches = plan.batches(epoch: epoch)
    var sums = TermSums()
    for (index, batch) in batches.enumerated() {
      tape.reset()
      let pass = ForwardPass(
        tape,
        training: RandomStream(seed: seed, purpose: "dropout/\(task.streamName)", step: step))
      step += 1
      let terms = try task.terms(of: batch, pass: pass)
      guard !terms.isEmpty else { continue }
      let values = try finiteValues(of: terms, epoch: epoch)
      sums.add(terms, values: values, rows: Double(batch.frameCount))
      tape.backward(from: tape.sum(terms.map { (weight: $0.weight, term: $0.value) }))
      try update(optimiser, rate: rate, epoch: epoch)
      observer(
        .batch(
          stage: task.stage, title: task.title, epoch: epoch, epochLimit: recipe.integer(.epochs),
          batch: index + 1, batchCount: batches.count))
    }
    tape.reset()
    return sums.means("train")
  }

  /// One step of the optimiser, on the gradient that was clipped.
  private func update(_ optimiser: Adam<Float>, rate: Double, epoch: Int) throws(EngineFailure) {
    optimiser.learningRate = rate
    let limit = recipe.number(.clipNorm)
    let norm = optimiser.step(clippingTo: limit > 0 ? limit : nil, level: compute.level)
    guard norm.isFinite else {
      throw .diverged(stage: task.title, epoch: epoch, term: "the gradient")
    }
  }

  private func finiteValues(
    of terms: [LossTerm], epoch: Int
  ) throws(EngineFailure) -> [Double] {
    let values = terms.map(\.value.scalar)
    for (term, value) in zip(terms, values) where !value.isFinite {
      throw .diverged(stage: task.title, epoch: epoch, term: "the \(term.name) loss")
    }
    return values
  }

  /// The loss that selects, and the curves, of the validation sequences; nil without any.
  private func validate(
    _ plan: BatchPlan, epoch: Int
  ) throws(EngineFailure) -> (selection: Double, values: [(name: String, value: Double)])? {
    guard !plan.windows.isEmpty, let taskLoss = try task.taskLoss(of: data.plan.valid) else {
      return nil
    }
    guard taskLoss.isFinite else {
      throw .diverged(stage: task.title, epoch: epoch, term: "the validation loss")
    }
    let tape = Tape<Float>(compute: compute, isRecording: false)
    var sums = TermSums()
    for part in BatchPlan.split(plan.windows, size: plan.size) {
      tape.reset()
      let batch = Batch(part)
      // A validation split may be too small for the correlation; it selects nothing.
      let terms = (try? task.terms(of: batch, pass: ForwardPass(tape))) ?? []
      sums.add(terms, values: terms.map(\.value.scalar), rows: Double(batch.frameCount))
    }
    // The task loss of the whole set replaces the mean over batches.
    let parts = sums.means("valid").filter { $0.name != "valid/task" && $0.name != "valid/loss" }
    let weighted = parts.map { part in
      part.value * (sums.sums.first { "valid/\($0.name)" == part.name }?.weight ?? 0)
    }
    let loss = taskLoss + weighted.reduce(0, +)
    let selection = recipe.choice(.selectionLoss) == "task" ? taskLoss : loss
    return (selection, [("valid/loss", loss), ("valid/task", taskLoss)] + parts)
  }

  private func record(_ values: [(name: String, value: Double)], in history: inout [HistoryCurve]) {
    for (name, value) in values {
      let title = "\(task.stage.name)/\(name)"
      if let index = history.firstIndex(where: { $0.name == title }) {
        history[index].values.append(value)
      } else {
        history.append(HistoryCurve(name: title, values: [value]))
      }
    }
  }

  private func snapshot() -> [Tensor<Float>] { task.parameters.map(\.value) }

  private func restore(_ values: [Tensor<Float>]) {
    for (parameter, value) in zip(task.parameters, values) { parameter.value = value }
  }
}
