import CMKTFormat

/// Watches the validation loss: tells when it is best, when to lower the learning rate, when to
/// stop.
struct StoppingRule: Sendable, Equatable {
  /// What an epoch's validation loss asks for.
  struct Verdict: Sendable, Equatable {
    var isBest = false
    var stops = false
  }

  /// Epochs without improvement before the run stops; 0 for never.
  let patience: Int
  /// Epochs without improvement before the rate falls by `rateFactor`; 0 for never.
  let schedulePatience: Int
  let rateFactor: Double

  /// Takes the validation loss of one more epoch into `state`.
  func judge(_ loss: Double, _ state: inout RunningStage) -> Verdict {
    if loss < state.bestLoss {
      state.bestLoss = loss
      state.bestEpoch = state.epoch
      state.staleEpochs = 0
      state.staleSinceChange = 0
      return Verdict(isBest: true)
    }
    state.staleEpochs += 1
    state.staleSinceChange += 1
    if schedulePatience > 0, state.staleSinceChange >= schedulePatience {
      state.rateFactor *= rateFactor
      state.staleSinceChange = 0
    }
    return Verdict(stops: patience > 0 && state.staleEpochs >= patience)
  }
}
