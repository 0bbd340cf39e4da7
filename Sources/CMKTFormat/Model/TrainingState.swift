/// A stage of training that is over: what it left behind.
package struct FinishedStage: Sendable, Equatable {
  /// Unique within the run, such as `step1`.
  package var name: String
  /// What the stage trained, as it stood at its end.
  package var parameters: [NamedTensor]
  package var history: [HistoryCurve]

  package init(name: String, parameters: [NamedTensor], history: [HistoryCurve]) {
    self.name = name
    self.parameters = parameters
    self.history = history
  }
}

/// The running sums of one term of a loss over the batches of an epoch.
package struct TermSum: Sendable, Equatable {
  package var name: String
  package var weight: Double
  /// Of the values, each times the rows of its batch.
  package var sum: Double
  /// Of the rows.
  package var count: Double

  package init(name: String, weight: Double, sum: Double, count: Double) {
    self.name = name
    self.weight = weight
    self.sum = sum
    self.count = count
  }
}

/// Where a stage of training stands between two batches: all that the next batch depends on.
///
/// Random streams are pure functions of the seed, the epoch and the step, so that these numbers
/// are their cursor.
package struct RunningStage: Sendable, Equatable {
  package var name: String
  /// The epoch that runs, counted from 1.
  package var epoch = 1
  /// Batches of this epoch that are done.
  package var batch = 0
  /// Batches of the stage that are done.
  package var step = 0
  /// Updates that the optimiser has made.
  package var updates = 0
  /// The epoch with the least validation loss, counted from 1; 0 before any.
  package var bestEpoch = 0
  package var bestLoss = Double.infinity
  /// Epochs without improvement, in all and since the rate last fell.
  package var staleEpochs = 0
  package var staleSinceChange = 0
  /// What the plateau schedule has multiplied the learning rate by so far.
  package var rateFactor = 1.0
  package var parameters: [NamedTensor]
  /// The optimiser's running means, `<parameter>/first_moment` and so on.
  package var moments: [NamedTensor] = []
  /// The parameters of the best epoch.
  package var best: [NamedTensor]
  package var history: [HistoryCurve] = []
  /// Of the epoch that runs.
  package var sums: [TermSum] = []

  /// A stage that starts with `parameters`.
  package init(name: String, parameters: [NamedTensor]) {
    self.name = name
    self.parameters = parameters
    best = parameters
  }
}

/// What a checkpoint holds beside a model: the way that training has gone.
package struct TrainingState: Sendable, Equatable {
  /// In the order in which they ran.
  package var finished: [FinishedStage]
  package var running: RunningStage?

  package init(finished: [FinishedStage] = [], running: RunningStage? = nil) {
    self.finished = finished
    self.running = running
  }
}
