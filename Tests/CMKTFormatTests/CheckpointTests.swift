import CMKTFormat
import HDF5
import TestSupport
import Tensors
import Testing

@Suite struct CheckpointTests {
  /// A checkpoint with more than ten finished stages and one that runs, whose numbers no shorter
  /// type could hold.
  static var checkpoint: ModelFile {
    var model = Sample.model
    func tensors(_ value: Float) -> [NamedTensor] {
      [
        NamedTensor(name: "a/bias", tensor: Tensor(repeating: value, shape: [2])),
        NamedTensor(name: "a/weight", tensor: Tensor(repeating: -value, shape: [2, 3])),
      ]
    }
    let history = [HistoryCurve(name: "step1/fold/train/loss", values: [0.1, 1.0 / 3])]
    var running = RunningStage(name: "step2", parameters: tensors(1.5))
    running.epoch = 7
    running.batch = 3
    running.step = 1 << 40
    running.updates = (1 << 24) + 1
    running.bestEpoch = 5
    running.bestLoss = 1.0 / 3
    running.staleEpochs = 1
    running.staleSinceChange = 2
    running.rateFactor = 0.1 * 0.1
    running.moments = tensors(.leastNonzeroMagnitude)
    running.best = tensors(2)
    running.history = history
    running.sums = [
      TermSum(name: "task", weight: 1, sum: 0.1, count: 300),
      TermSum(name: "correlation", weight: 0.7, sum: -0.2, count: 200),
    ]
    model.isFinished = false
    model.state = TrainingState(
      finished: (0..<12).map {
        FinishedStage(name: "step1/fold\($0)", parameters: tensors(Float($0)), history: history)
      },
      running: running)
    return model
  }

  @Test(arguments: [true, false]) func comesBackAsItWas(isRunning: Bool) throws {
    var checkpoint = Self.checkpoint
    if !isRunning { checkpoint.state?.running = nil }
    let folder = try TemporaryFolder()
    let file = folder.file("model.h5.checkpoint")
    try checkpoint.write(to: file, replacing: false)
    #expect(try ModelFile(contentsOf: file) == checkpoint)
    #expect(try Validator.validate(file).findings.isEmpty)
  }

  @Test func infinityBeforeAnyEpochIsKept() throws {
    var checkpoint = Self.checkpoint
    checkpoint.state?.running?.bestLoss = .infinity
    checkpoint.state?.running?.sums = []
    let folder = try TemporaryFolder()
    try checkpoint.write(to: folder.file("c.h5"), replacing: false)
    #expect(try ModelFile(contentsOf: folder.file("c.h5")) == checkpoint)
  }

  @Test func aTornStateIsRefused() throws {
    let folder = try TemporaryFolder()
    for (index, path) in ["/state/running/moments", "/state/running/sums/count"].enumerated() {
      var document = Self.checkpoint.document
      document.remove(path)
      try document.addDigests()
      let file = folder.file("torn\(index).h5")
      try DocumentFile.write(document, to: file, compression: 0)
      #expect(throws: FormatFailure.self) { try ModelFile(contentsOf: file) }
    }
  }
}
