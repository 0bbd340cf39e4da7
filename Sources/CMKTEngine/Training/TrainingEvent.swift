/// A part of a training run that has its own epochs; its name is unique within the run.
package struct Stage: Sendable, Hashable {
  /// Such as `step1`; the first part of the names of its curves.
  package let name: String

  package init(_ name: String) { self.name = name }

  /// CM-StEW's strong encoder and head; the only step of `unimodal`.
  package static let first = Stage("step1")
  /// CM-StEW's weak path.
  package static let second = Stage("step2")
  /// SEW's only step: the weak path and the strong auto-encoder.
  package static let joint = Stage("joint")
  /// The weak modality alone, trained only to be compared with the strong one.
  package static let reference = Stage("reference")
}

/// One epoch, as told to whoever watches.
package struct EpochReport: Sendable {
  package var stage: Stage
  /// What is trained, such as `strong encoder (text)`.
  package var title: String
  /// Counted from 1.
  package var epoch: Int
  package var epochLimit: Int
  /// Batches of the stage that are done.
  package var step: Int
  /// By the name of the curve below the stage, such as `train/loss` and `valid/task`.
  package var values: [(name: String, value: Double)]
  package var isBest: Bool
  package var learningRate: Double
}

/// What a training run tells whoever watches.
package enum TrainingEvent: Sendable {
  /// A batch is done: how many of how many epochs, and batches in this one.
  case batch(stage: Stage, title: String, epoch: Int, epochLimit: Int, batch: Int, batchCount: Int)
  case epoch(EpochReport)
  /// A stage goes on from a checkpoint, in `epoch`, after `step` batches.
  case stageResumed(stage: Stage, epoch: Int, step: Int)
  /// A stage is over: its best epoch, counted from 1, and why it ended.
  case stageEnded(stage: Stage, bestEpoch: Int, epochs: Int, stoppedEarly: Bool)
  case warning(String)
}

/// Takes events; called on the thread that trains.
package typealias TrainingObserver = (TrainingEvent) -> Void
