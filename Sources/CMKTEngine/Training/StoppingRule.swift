/// Watches the validation loss: tells when it is best, when to lower the learning rate, when to
/// stop.
struct StoppingRule: Sendable, Equatable {
  /// What an epoch's validation loss asks for.
  struct Verdict: Sendable, Equatable {
    var isBest = false
    var lowersRate = false
    var stops = false
  }

  /// Epochs without improvement before the run stops and before the rate falls; 0 for never.
  let patience: Int
  let schedulePatience: Int
  private(set) var bestLoss = Double.infinity
  private var staleEpochs = 0
  private var staleSinceChange = 0

  init(patience: Int, schedulePatience: Int) {
    self.patience = patience
    self.schedulePatience = schedulePatience
  }

  /// Takes in the validation loss of one more epoch.
  mutating func record(_ loss: Double) -> Verdict {
    if loss < bestLoss {
      bestLoss = loss
      staleEpochs = 0
      staleSinceChange = 0
      return Verdict(isBest: true)
    }
    staleEpochs += 1
    staleSinceChange += 1
    var verdict = Verdict()
    if schedulePatience > 0, staleSinceChange >= schedulePatience {
      verdict.lowersRate = true
      staleSinceChange = 0
    }
    verdict.stops = patience > 0 && staleEpochs >= patience
    return verdict
  }
}
